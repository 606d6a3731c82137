import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TlsError } from "../src/errors.ts";
import { DEFAULT_TICKET_KEY_ROTATION_MS, MAX_TICKET_KEYS, TICKET_KEY_OCTETS, TicketKeys } from "../src/ticket-keys.ts";
import { folder } from "./serving.ts";

const HOUR = 3_600_000;

/** The name of a key: its first 16 octets. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key.subarray(0, 16)).toString("hex");
}

describe("keys of this process", () => {
  test("are random, and replaced every two hours unless said otherwise", () => {
    const keys = new TicketKeys(undefined, undefined);
    const first = keys.current.name;
    expect(new TicketKeys(undefined, undefined).current.name).not.toBe(first);
    expect(keys.rotateIfDue(Date.now() + DEFAULT_TICKET_KEY_ROTATION_MS - 60_000)).toBe(false);
    expect(keys.rotateIfDue(Date.now() + DEFAULT_TICKET_KEY_ROTATION_MS + 60_000)).toBe(true);
    expect(keys.current.name).not.toBe(first);
    expect(keys.has(first)).toBe(true);
  });

  test("the key that a ticket names opens it; the current one when none is known", () => {
    const [a, b] = [randomBytes(48), randomBytes(48)];
    const keys = new TicketKeys([a, b], undefined);
    expect(keys.opening([]).name).toBe(nameOf(a));
    expect(keys.opening([nameOf(b)]).name).toBe(nameOf(b));
    expect(keys.opening(["00", nameOf(b), nameOf(a)]).name).toBe(nameOf(b));
    expect(keys.opening(["00"]).name).toBe(nameOf(a));
  });

  test("that were given are not replaced by one process alone", () => {
    const keys = new TicketKeys([randomBytes(48)], undefined);
    expect(keys.rotateIfDue(Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  test("an owner may change its octets afterwards", () => {
    const key = randomBytes(48);
    const name = nameOf(key);
    const keys = new TicketKeys([key], undefined);
    key.fill(0);
    expect(keys.current.name).toBe(name);
  });

  test.each([0, 47, 49, 80])("a key of %i octets is none", (octets) => {
    expect(() => new TicketKeys([new Uint8Array(octets)], undefined)).toThrow(TlsError);
    const keys = new TicketKeys(undefined, undefined);
    expect(() => keys.rotate(new Uint8Array(octets))).toThrow(`has ${octets} octets`);
  });

  test("no keys are none", () => {
    expect(() => new TicketKeys([], undefined)).toThrow(expect.objectContaining({ code: "ERR_TLS_TICKET_KEYS" }));
  });
});

describe("a file of keys", () => {
  test("is made by who may replace them, readable by its owner alone", () => {
    const path = join(folder(), "keys");
    const keys = new TicketKeys(path, HOUR);
    expect(readFileSync(path).length).toBe(TICKET_KEY_OCTETS);
    expect(keys.current.name).toBe(nameOf(readFileSync(path)));
    if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(new TicketKeys(path, HOUR).current.name).toBe(keys.current.name);
  });

  test("that is missing is an error for who only reads it", () => {
    const path = join(folder(), "keys");
    expect(() => new TicketKeys(path, undefined)).toThrow(expect.objectContaining({ code: "ERR_TLS_FILE" }));
    expect(existsSync(path)).toBe(false);
  });

  test("in a folder that is missing is an error", () => {
    const path = join(folder(), "missing", "keys");
    expect(() => new TicketKeys(path, HOUR)).toThrow(expect.objectContaining({ code: "ERR_TLS_FILE" }));
  });

  test("holds the newest first; the rest is kept to a number", () => {
    const path = join(folder(), "keys");
    const list = Array.from({ length: MAX_TICKET_KEYS + 2 }, () => randomBytes(48));
    writeFileSync(path, Buffer.concat(list));
    const keys = new TicketKeys(path, undefined);
    expect(list.map((key) => keys.has(nameOf(key)))).toEqual([true, true, true, false, false]);
    keys.rotate();
    expect(readFileSync(path).length).toBe(MAX_TICKET_KEYS * 48);
    expect(list.map((key) => keys.has(nameOf(key)))).toEqual([true, true, false, false, false]);
  });

  test.each([0, 1, 80, 100])("of %i octets is an error, and the keys stay as they were", (octets) => {
    const path = join(folder(), "keys");
    const keys = new TicketKeys(path, HOUR);
    const { name } = keys.current;
    writeFileSync(path, Buffer.alloc(octets));
    expect(() => keys.reload()).toThrow(expect.objectContaining({ code: "ERR_TLS_TICKET_KEYS" }));
    expect(keys.current.name).toBe(name);
  });

  test("is replaced by one process when it is time, and read by the others", () => {
    const path = join(folder(), "keys");
    writeFileSync(path, randomBytes(48));
    const old = new Date(Date.now() - 2 * HOUR);
    utimesSync(path, old, old);
    const first = new TicketKeys(path, HOUR);
    const second = new TicketKeys(path, HOUR);
    const before = first.current.name;
    expect(first.rotateIfDue(Date.now())).toBe(true);
    expect(first.current.name).not.toBe(before);
    expect(first.has(before)).toBe(true);
    expect(first.rotateIfDue(Date.now())).toBe(false);
    const written = readFileSync(path);
    expect(second.rotateIfDue(Date.now())).toBe(true);
    expect(second.current.name).toBe(first.current.name);
    expect(readFileSync(path)).toEqual(written);
  });

  test("under another process's lock is left to it", () => {
    const path = join(folder(), "keys");
    const keys = new TicketKeys(path, HOUR);
    const { name } = keys.current;
    writeFileSync(`${path}.lock`, "");
    expect(() => keys.rotate()).toThrow(expect.objectContaining({ code: "ERR_TLS_TICKET_KEYS" }));
    keys.rotateIfDue(Date.now() + 2 * HOUR);
    expect(keys.current.name).toBe(name);
    rmSync(`${path}.lock`);
    keys.rotate();
    expect(keys.current.name).not.toBe(name);
  });

  test("whose lock was left behind is taken over", () => {
    const path = join(folder(), "keys");
    const keys = new TicketKeys(path, HOUR);
    const { name } = keys.current;
    writeFileSync(`${path}.lock`, "");
    const minuteAgo = new Date(Date.now() - 60_000);
    utimesSync(`${path}.lock`, minuteAgo, minuteAgo);
    keys.rotate();
    expect(keys.current.name).not.toBe(name);
  });

  test("leaves nothing beside it", () => {
    const path = folder();
    const keys = new TicketKeys(join(path, "keys"), HOUR);
    new TicketKeys(join(path, "keys"), HOUR).rotate();
    keys.rotate();
    expect(readdirSync(path)).toEqual(["keys"]);
  });
});
