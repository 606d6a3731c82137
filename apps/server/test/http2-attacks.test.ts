import { readFileSync } from "node:fs";
import { RawClient } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { handled, type LogLine, Watched } from "./watched.ts";

let at: Watched;

beforeAll(async () => {
  at = await Watched.start();
});
afterAll(() => at.stop());

// Frames (RFC 9113 §4.1), written by hand: what is proved here is the program, not our encoder.

const DATA = 0x0;
const HEADERS = 0x1;
const PRIORITY = 0x2;
const RST_STREAM = 0x3;
const SETTINGS = 0x4;
const PING = 0x6;
const GOAWAY = 0x7;
const WINDOW_UPDATE = 0x8;
const CONTINUATION = 0x9;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const CANCEL = 8;
const ENHANCE_YOUR_CALM = 11;

const uint = (value: number, octets: number): string =>
  Array.from({ length: octets }, (_, i) => String.fromCharCode(Math.floor(value / 256 ** (octets - 1 - i)) % 256)).join(
    "",
  );
const frame = (type: number, flags: number, stream: number, payload = ""): string =>
  uint(payload.length, 3) + uint(type, 1) + uint(flags, 1) + uint(stream, 4) + payload;
const PREFACE = `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${frame(SETTINGS, 0, 0)}`;

/** A literal field without indexing, its name in the static table (RFC 7541 §6.2.2). */
const literal = (index: number, value: string): string => uint(index, 1) + uint(value.length, 1) + value;
/** `:method`, `:scheme: http`, `:path`, `:authority: a`. */
const requestBlock = (method: "\x82" | "\x83", path: string): string =>
  `${method}\x86${literal(0x04, path)}${literal(0x01, "a")}`;
const get = (stream: number, path = "/plaintext"): string =>
  frame(HEADERS, END_STREAM | END_HEADERS, stream, requestBlock("\x82", path));
const post = (stream: number, path = "/echo"): string =>
  frame(HEADERS, END_HEADERS, stream, requestBlock("\x83", path));
const reset = (stream: number): string => frame(RST_STREAM, 0, stream, uint(CANCEL, 4));

/** Enough of anything. */
const MANY = 12_000;
const many = (wire: (i: number) => string): string => Array.from({ length: MANY }, (_, i) => wire(i)).join("");
/** The request behind the flood. */
const CANARY = get(2 * MANY + 1, "/canary");

interface Frame {
  type: number;
  stream: number;
  payload: string;
}

/** The frames in what was received; the last may be cut. */
function frames(received: string): Frame[] {
  const octet = (offset: number): number => received.charCodeAt(offset);
  const found: Frame[] = [];
  for (let from = 0; from + 9 <= received.length; ) {
    const length = (octet(from) << 16) | (octet(from + 1) << 8) | octet(from + 2);
    const stream =
      ((octet(from + 5) & 0x7f) << 24) | (octet(from + 6) << 16) | (octet(from + 7) << 8) | octet(from + 8);
    found.push({ type: octet(from + 3), stream, payload: received.slice(from + 9, from + 9 + length) });
    from += 9 + length;
  }
  return found;
}

function goawayCode(received: string): number | undefined {
  const payload = frames(received).findLast(({ type }) => type === GOAWAY)?.payload;
  return payload === undefined
    ? undefined
    : Number.parseInt(Buffer.from(payload.slice(4, 8), "latin1").toString("hex"), 16);
}

interface Flooded {
  received: string;
  lines: LogLine[];
}

/** Sends a flood with a canary behind it, and waits for the server to end the connection. */
async function flood(wire: string): Promise<Flooded> {
  const client = new RawClient(at.port).send(PREFACE + wire + CANARY);
  onTestFinished(() => client.destroy());
  await client.untilClosed(20_000);
  return { received: client.received, lines: await at.since() };
}

/** Resident memory of the program, MiB; 0 where the system does not tell. */
function residentMiB(): number {
  try {
    const status = readFileSync(`/proc/${at.program.child.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
  } catch {
    return 0;
  }
}

test("the frames of this file are right: a request is answered", async () => {
  const client = new RawClient(at.port).send(PREFACE + get(1));
  onTestFinished(() => client.destroy());
  await client.until(() => client.received.includes("Hello, World!"));
  expect(frames(client.received).map(({ type }) => type)).toEqual(expect.arrayContaining([SETTINGS, HEADERS, DATA]));
  expect(handled(await at.since())).toEqual(["GET /plaintext"]);
});

describe("floods end the connection with ENHANCE_YOUR_CALM, and nothing behind them is read", () => {
  test.each<[string, (i: number) => string]>([
    ["S54: streams that are opened and reset", (i) => get(2 * i + 1) + reset(2 * i + 1)],
    ["S54: the same with content to come", (i) => post(2 * i + 1) + reset(2 * i + 1)],
    [
      "S55: a WINDOW_UPDATE of 0 makes us reset",
      (i) => post(2 * i + 1) + frame(WINDOW_UPDATE, 0, 2 * i + 1, uint(0, 4)),
    ],
    [
      "S55: a window over 2^31-1 does",
      (i) => post(2 * i + 1) + frame(WINDOW_UPDATE, 0, 2 * i + 1, uint(2 ** 31 - 1, 4)),
    ],
    ["S55: DATA behind the end does", (i) => get(2 * i + 1, "/delay/60000") + frame(DATA, 0, 2 * i + 1, "x")],
    ["S55: a PRIORITY frame of the wrong size does", (i) => post(2 * i + 1) + frame(PRIORITY, 0, 2 * i + 1, "1234")],
    ["S55: a request that is malformed does", (i) => frame(HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, "\x82")],
    ["S58: PING", (i) => frame(PING, 0, 0, uint(i, 8))],
    ["S59: PRIORITY", (i) => frame(PRIORITY, 0, 2 * i + 1, `${uint(0, 4)}\x01`)],
    ["S61: SETTINGS", () => frame(SETTINGS, 0, 0)],
    ["S61: SETTINGS with values", (i) => frame(SETTINGS, 0, 0, uint(4, 2) + uint(i + 1, 4))],
    ["S64: DATA without content", (i) => (i === 0 ? post(1) : frame(DATA, 0, 1))],
    [
      "S64: CONTINUATION without fields",
      (i) => (i === 0 ? frame(HEADERS, 0, 1, requestBlock("\x82", "/")) : frame(CONTINUATION, 0, 1)),
    ],
  ])("%s", async (_, wire) => {
    const { received, lines } = await flood(many(wire));
    // Where the peer still sends when the end comes, the kernel may throw our last words away; then the log has them.
    const code = goawayCode(received);
    if (code !== undefined) expect(code).toBe(ENHANCE_YOUR_CALM);
    expect(lines).toContainEqual(expect.objectContaining({ refused: 0, code: "ERR_HTTP2_CONNECTION" }));
    expect(handled(lines)).not.toContain("GET /canary");
    expect(handled(lines).length).toBeLessThanOrEqual(201);
    expect(lines.filter(({ failed }) => failed !== undefined)).toEqual([]);
  });
});

test("S66: a block that says one large field 16,000 times is not made into 64 MB, and calls no handler", async () => {
  const before = residentMiB();
  // One entry of 4,000 octets is put into the table (RFC 7541 §6.2.1), and named by its index from then on.
  const entry = `\x40\x01a\x7f\x80\x1e${"a".repeat(3_967)}`;
  const block = requestBlock("\x82", "/canary") + entry + "\xbe".repeat(9_000);
  const client = new RawClient(at.port).send(PREFACE + frame(HEADERS, END_STREAM | END_HEADERS, 1, block));
  onTestFinished(() => client.destroy());
  for (let i = 1; i <= 20; i++)
    client.send(
      frame(HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, requestBlock("\x82", "/canary") + "\xbe".repeat(16_000)),
    );
  client.send(get(99));
  await client.until(() => client.received.includes("Hello, World!"));
  const lines = await at.since();
  expect(handled(lines)).toEqual(["GET /plaintext"]);
  expect(residentMiB() - before).toBeLessThan(64);
});
