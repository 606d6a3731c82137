import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClientHello, MORE, NOT_TLS, readClientHello, UNREADABLE } from "../../src/client-hello.ts";
import {
  clientHello,
  extension,
  hex,
  message,
  preSharedKey,
  records,
  serverName,
  sessionTicket,
  vector,
} from "../hello-wire.ts";

/** Reads a wire whole; every part of it that is shorter must ask for more. */
function read(wire: Buffer): ClientHello | number {
  for (let octets = 0; octets < wire.length; octets++) expect(readClientHello(wire.subarray(0, octets))).toBe(MORE);
  return readClientHello(wire);
}

const TICKET = Buffer.concat([hex("000102030405060708090a0b0c0d0e0f"), Buffer.alloc(100, 9)]);
const OTHER = Buffer.concat([hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), Buffer.alloc(100, 9)]);

describe("RFC 8446 §4.1.2 Client Hello", () => {
  test.each([
    ["nothing", [extension(10, hex("0002001d"))], UNREADABLE],
    ["a name", [serverName("a.example")], { servername: "a.example", ticketKeyNames: [] }],
    ["a name in capitals", [serverName("A.Example")], { servername: "a.example", ticketKeyNames: [] }],
    [
      "a ticket of TLS 1.2",
      [serverName("a.example"), sessionTicket(TICKET)],
      { servername: "a.example", ticketKeyNames: ["000102030405060708090a0b0c0d0e0f"] },
    ],
    ["an empty ticket: the client can have one", [sessionTicket(Buffer.alloc(0))], UNREADABLE],
    [
      "tickets of TLS 1.3",
      [preSharedKey(TICKET, OTHER)],
      { servername: "", ticketKeyNames: ["000102030405060708090a0b0c0d0e0f", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"] },
    ],
    [
      "a name of an unknown type before it",
      [extension(0, vector(2, hex("07"), vector(2, "x"), hex("00"), vector(2, "b.example")))],
      {
        servername: "b.example",
        ticketKeyNames: [],
      },
    ],
  ])("tells %s", (_, extensions, told) => {
    expect(read(records(clientHello(...extensions)))).toEqual(told);
  });

  test("without extensions tells nothing", () => {
    expect(read(records(clientHello()))).toBe(UNREADABLE);
  });

  test.each([1, 2, 3, 4, 5, 40])("may be cut into records of %i octets (§5.1)", (octets) => {
    const wire = records(clientHello(serverName("a.example"), preSharedKey(TICKET)), octets);
    const told = { servername: "a.example", ticketKeyNames: ["000102030405060708090a0b0c0d0e0f"] };
    expect(readClientHello(wire)).toEqual(told);
    expect(readClientHello(wire.subarray(0, -1))).toBe(MORE);
  });

  test("what follows in the same octets is not looked at", () => {
    const wire = Buffer.concat([records(clientHello(serverName("a.example"))), hex("1703030005 0102030405")]);
    expect(readClientHello(wire)).toEqual({ servername: "a.example", ticketKeyNames: [] });
  });

  test.each([
    ["a name longer than its list", extension(0, vector(2, hex("00 0009 61")))],
    ["a list longer than its extension", extension(0, hex("0009 00 0001 61"))],
    ["an identity longer than its list", extension(41, vector(2, hex("0009 61")))],
    ["an extension longer than the message", hex("0000 00ff 00")],
    ["half an extension", hex("00")],
  ])("broken grammar tells nothing, and TLS will say why: %s", (_, broken) => {
    expect(readClientHello(records(clientHello(broken)))).toBe(UNREADABLE);
  });

  test.each([
    ["another message", records(message(2, Buffer.alloc(40)))],
    [
      "a message cut by a record of another type",
      Buffer.concat([records(hex("01000040 0303")), hex("1503010002 0228")]),
    ],
    ["an empty message", records(hex("01000000"))],
  ])("tells nothing: %s", (_, wire) => {
    expect(readClientHello(wire)).toEqual(UNREADABLE);
  });

  test.each([
    ["a request", Buffer.from("GET / HTTP/1.1\r\n")],
    ["an SSL 2.0 hello", hex("802e 01 0301")],
    ["an alert", hex("1503010002 0228")],
    ["zeros", Buffer.alloc(10)],
  ])("is not TLS: %s", (_, wire) => {
    expect(readClientHello(wire)).toBe(NOT_TLS);
    expect(readClientHello(wire.subarray(0, 1))).toBe(NOT_TLS);
  });

  test("no more than eight tickets are looked at", () => {
    const told = readClientHello(records(clientHello(preSharedKey(...new Array<Buffer>(20).fill(TICKET)))));
    expect((told as ClientHello).ticketKeyNames).toHaveLength(8);
  });

  test("S102: any octets are read without a throw, and cut anywhere to the same answer", () => {
    const valid = records(clientHello(serverName("a.example"), sessionTicket(TICKET), preSharedKey(TICKET, OTHER)));
    const mutated = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
      .map((changes) => {
        const wire = Buffer.from(valid);
        for (const [at, octet] of changes) wire[at] = octet;
        return wire;
      });
    const garbage = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.concat([hex("1603"), octets]));
    fc.assert(
      fc.property(fc.oneof(mutated, garbage), fc.nat(), (wire, cut) => {
        const whole = readClientHello(wire);
        const part = readClientHello(wire.subarray(0, cut % (wire.length + 1)));
        // What was told of a part is not taken back.
        if (part !== MORE) expect(part).toEqual(whole);
        if (typeof whole === "object") expect(whole.servername).toBe(whole.servername.toLowerCase());
      }),
      { numRuns: 2_000 },
    );
  });
});
