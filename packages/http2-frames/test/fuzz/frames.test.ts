/**
 * Whatever comes, and however it is cut: the same calls of the visitor, and at
 * most one refusal, which is the last. What is encoded is decoded again.
 *
 * `FUZZ_RUNS` sets how many cases each test tries, `FUZZ_SEED` which; a failure
 * prints its seed and the smallest case.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeAltsvc,
  decodeOrigins,
  ERROR_CODE,
  encodeAltsvc,
  encodeFrameHead,
  encodeGoaway,
  encodeOrigins,
  encodePing,
  encodePriorityUpdate,
  encodeRstStream,
  encodeSettings,
  encodeSettingsAck,
  encodeUint32,
  encodeWindowUpdate,
  errorCodeName,
  FLAG,
  FRAME_TYPE,
  MAX_31_BIT,
} from "../../src/index.ts";
import { decodeOctets, run } from "../wire.ts";

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 1_000) };

const octet = fc.nat(0xff);
const octetsOf = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const streamId = fc.oneof(fc.nat(4), fc.nat(MAX_31_BIT));
const someStream = streamId.map((id) => Math.max(1, id));
const code = fc.oneof(fc.nat(0x0f), fc.nat(0xffffffff));
const ascii = fc.string({ unit: "binary-ascii", maxLength: 12 }).filter((text) => /^[ -~]*$/.test(text));

/** A frame that may break any rule: type, flags, stream and length as they come. */
const anyFrame = fc
  .tuple(
    fc.oneof(fc.constantFrom(...Object.values(FRAME_TYPE)), octet),
    octet,
    fc.oneof(streamId, fc.nat(0xffffffff)),
    fc.oneof(octetsOf(12), fc.constantFrom(new Uint8Array(4), new Uint8Array(5), new Uint8Array(8))),
    fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffffff) }),
  )
  .map(([type, flags, id, payload, more]) => {
    const wire = new Uint8Array(9 + payload.length);
    encodeFrameHead(wire, 0, Math.min(payload.length + more, 0xffffff), type, flags, 0);
    encodeUint32(wire, 5, id);
    wire.set(payload, 9);
    return wire;
  });

const anyWire = fc
  .array(fc.oneof({ weight: 5, arbitrary: anyFrame }, { weight: 1, arbitrary: octetsOf(20) }), { maxLength: 6 })
  .map((pieces) => Uint8Array.from(pieces.flatMap((piece) => [...piece])));

describe("fuzz: frames", () => {
  test("any octets, cut anywhere: the same log, a refusal at most at its end", () => {
    const refusals = new Set(Object.keys(ERROR_CODE));
    fc.assert(
      fc.property(anyWire, fc.array(fc.nat(100), { maxLength: 5 }), (wire, at) => {
        const log = run([wire]);
        expect(log.slice(0, -1).some((line) => refusals.has(line) || line === "…")).toBe(false);
        const cuts = [0, ...at.map((cut) => Math.min(cut, wire.length)).sort((a, b) => a - b), wire.length];
        expect(run(cuts.slice(1).map((cut, i) => wire.subarray(cuts[i], cut)))).toEqual(log);
      }),
      runs,
    );
  });

  test("what is encoded is decoded again", () => {
    fc.assert(
      fc.property(fc.array(anyEncoded, { maxLength: 6 }), fc.nat(200), (frames, cut) => {
        const out = new Uint8Array(2_000).fill(0xee);
        let at = 0;
        for (const { encode } of frames) at = encode(out, at);
        expect(out.subarray(at).every((untouched) => untouched === 0xee)).toBe(true);
        const wire = out.subarray(0, at);
        expect(decodeOctets(wire, undefined, [Math.min(cut, at)])).toEqual(frames.flatMap(({ log }) => log));
      }),
      runs,
    );
  });

  test("payloads of ALTSVC and ORIGIN: any octets are read or ignored", () => {
    fc.assert(
      fc.property(octetsOf(30), fc.nat(1), (payload, id) => {
        const origins = decodeOrigins(payload, 0, payload.length);
        expect(origins === null || origins.every((origin) => /^[ -~]+$/.test(origin))).toBe(true);
        const services = decodeAltsvc(id, payload, 0, payload.length);
        if (services !== null) expect((services.origin === "") === (id !== 0)).toBe(true);
      }),
      runs,
    );
  });

  test("and what is written is read", () => {
    fc.assert(
      fc.property(fc.array(ascii, { maxLength: 5 }), ascii, ascii, (origins, origin, value) => {
        const out = new Uint8Array(300);
        const end = encodeOrigins(out, 0, origins);
        expect(decodeOrigins(out, 9, end)).toEqual(origins.filter((each) => each !== ""));
        const id = origin === "" ? 1 : 0;
        expect(decodeAltsvc(id, out, 9, encodeAltsvc(out, 0, id, origin, value))).toEqual({ origin, value });
      }),
      runs,
    );
  });
});

/** A frame as we write it, and the log that it must give. */
interface Encoded {
  encode(out: Uint8Array, at: number): number;
  readonly log: readonly string[];
}

const set = (flag: boolean, name: string): string => (flag ? ` ${name}` : "");
const shown = (text: string): string => (text === "" ? "" : ` '${text}'`);

/** Text behind a head, with padding if there is any. */
function payload(type: number, flags: number, id: number, fixed: readonly number[], text: string, pad: number | null) {
  return (out: Uint8Array, at: number): number => {
    const octets = [...fixed, ...Buffer.from(text)];
    const padded = pad === null ? octets : [pad, ...octets, ...new Array<number>(pad).fill(0)];
    const next = encodeFrameHead(out, at, padded.length, type, flags | (pad === null ? 0 : FLAG.PADDED), id);
    out.set(padded, next);
    return next + padded.length;
  };
}

const pad = fc.option(fc.nat(20));
const anyEncoded: fc.Arbitrary<Encoded> = fc.oneof(
  fc.tuple(someStream, ascii, pad, fc.boolean()).map(([id, text, padding, ends]) => ({
    encode: payload(FRAME_TYPE.DATA, ends ? FLAG.END_STREAM : 0, id, [], text, padding),
    log: [
      `DATA ${id}${shown(text)}${padding === null ? "" : ` of ${text.length + padding + 1}`}${set(ends, "END_STREAM")}`,
    ],
  })),
  fc.tuple(someStream, ascii, pad, fc.boolean(), fc.boolean()).map(([id, text, padding, ends, priority]) => ({
    encode: payload(
      FRAME_TYPE.HEADERS,
      FLAG.END_HEADERS | (ends ? FLAG.END_STREAM : 0) | (priority ? FLAG.PRIORITY : 0),
      id,
      priority ? [0, 0, 0, 0, 16] : [],
      text,
      padding,
    ),
    log: [`HEADERS ${id}${shown(text)}${set(ends, "END_STREAM")} END_HEADERS`],
  })),
  fc.tuple(someStream, fc.integer({ min: 1, max: 255 }), ascii, pad).map(([id, promised, text, padding]) => ({
    encode: payload(FRAME_TYPE.PUSH_PROMISE, 0, id, [0, 0, 0, promised], text, padding),
    log: [`PUSH_PROMISE ${id} of ${promised}${shown(text)}`],
  })),
  fc.tuple(someStream, ascii, fc.boolean()).map(([id, text, ends]) => ({
    encode: payload(FRAME_TYPE.CONTINUATION, ends ? FLAG.END_HEADERS : 0, id, [], text, null),
    log: [`CONTINUATION ${id}${shown(text)}${set(ends, "END_HEADERS")}`],
  })),
  fc.tuple(someStream, code).map(([id, error]) => ({
    encode: (out: Uint8Array, at: number) => encodeRstStream(out, at, id, error),
    log: [`RST_STREAM ${id} ${errorCodeName(error)}`],
  })),
  fc.array(fc.tuple(fc.nat(0xffff), fc.nat(0xffffffff)), { maxLength: 5 }).map((settings) => ({
    encode: (out: Uint8Array, at: number) => encodeSettings(out, at, settings),
    log: [...settings.map(([identifier, value]) => `setting ${identifier} = ${value}`), "SETTINGS"],
  })),
  fc.constant({ encode: encodeSettingsAck, log: ["SETTINGS ACK"] }),
  fc.tuple(fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 8 }), fc.boolean()).map(([text, ack]) => ({
    encode: (out: Uint8Array, at: number) => encodePing(out, at, Buffer.from(text), 0, ack),
    log: [`PING${shown(text)}${set(ack, "ACK")}`],
  })),
  fc.tuple(streamId, code, ascii).map(([id, error, debug]) => ({
    encode: (out: Uint8Array, at: number) => encodeGoaway(out, at, id, error, debug),
    log: [`GOAWAY ${id} ${errorCodeName(error)}${shown(debug)}`],
  })),
  fc.tuple(streamId, fc.integer({ min: 1, max: MAX_31_BIT })).map(([id, increment]) => ({
    encode: (out: Uint8Array, at: number) => encodeWindowUpdate(out, at, id, increment),
    log: [`WINDOW_UPDATE ${id} by ${increment}`],
  })),
  fc.tuple(someStream, ascii).map(([id, value]) => ({
    encode: (out: Uint8Array, at: number) => encodePriorityUpdate(out, at, id, value),
    log: [`PRIORITY_UPDATE ${id}${shown(value)}`],
  })),
);
