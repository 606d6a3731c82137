import { describe, expect, test } from "vitest";
import { DEFAULT_MAX_FRAME_OCTETS, FrameDecoder, LARGEST_FRAME_OCTETS } from "../../src/index.ts";
import { decode, Log, octets, run } from "../wire.ts";

describe("RFC 9113 §4.2 Frame Size", () => {
  test("a frame of 16,384 octets is taken", () => {
    expect(decode(`004000 00 01 00000001 ${"61".repeat(16_384)}`)).toEqual([
      `DATA 1 '${"a".repeat(16_384)}' END_STREAM`,
    ]);
  });

  test.each([
    ["DATA", "004001 00 00 00000001"],
    ["HEADERS", "ffffff 01 04 00000001"],
    ["SETTINGS", "004002 04 00 00000000"],
    ["an unknown type", "004001 ff 00 00000001"],
  ])("a longer one is FRAME_SIZE_ERROR before its payload is waited for: %s", (_, head) => {
    expect(decode(head)).toEqual(["FRAME_SIZE_ERROR"]);
    expect(decode(`000000 04 00 00000000 ${head} 'payload'`)).toEqual(["SETTINGS", "FRAME_SIZE_ERROR"]);
  });

  test("as much is taken as SETTINGS_MAX_FRAME_SIZE says", () => {
    const wire = (length: number): string =>
      `${length.toString(16).padStart(6, "0")} ff 00 00000001 ${"00".repeat(length)}`;
    expect(decode(wire(20_000), 20_000)).toEqual(["ignored 255 1"]);
    expect(decode(wire(20_001), 20_000)).toEqual(["FRAME_SIZE_ERROR"]);
    expect(run([octets(wire(100_000))], LARGEST_FRAME_OCTETS)).toEqual(["ignored 255 1"]);
  });

  test.each([0, DEFAULT_MAX_FRAME_OCTETS - 1, LARGEST_FRAME_OCTETS + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    "a decoder for frames of at most %d octets is refused: no setting says so",
    (octets) => {
      expect(() => new FrameDecoder(new Log(), octets)).toThrow(RangeError);
    },
  );

  test("S56: what is held is what came, not what was announced", () => {
    const decoders = Array.from({ length: 2_000 }, () => new FrameDecoder(new Log(), LARGEST_FRAME_OCTETS));
    const head = octets("ffffff 01 00 00000001 'abc'");
    const before = process.memoryUsage().arrayBuffers;
    for (const decoder of decoders) decoder.decode(head, 0, head.length);
    expect(decoders.every((decoder) => decoder.pending)).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2_000 * 1_024);
  });

  test("S56: nothing is held between frames, and no large memory for a small beginning", () => {
    const decoder = new FrameDecoder(new Log(), LARGEST_FRAME_OCTETS);
    const held = (): number => (Reflect.get(decoder, "held") as Uint8Array | null)?.length ?? 0;
    const feed = (wire: string): void => decoder.decode(octets(wire), 0, octets(wire).length);
    feed("004000 ff");
    expect(held()).toBe(64);
    feed(`00 00000001 ${"00".repeat(16_384)}`);
    expect([held(), decoder.pending]).toEqual([0, false]);
    feed("010000 ff");
    feed(`00 00000001 ${"00".repeat(65_536)} 000001`);
    expect([held(), decoder.pending]).toEqual([64, true]);
  });

  test("S65: a frame that comes octet by octet is copied a few times, not once for each octet", () => {
    const log = new Log();
    const decoder = new FrameDecoder(log, LARGEST_FRAME_OCTETS);
    const payload = 2 ** 20;
    const wire = new Uint8Array(9 + payload);
    wire.set(octets("100000 ff 00 00000001"));
    const cpu = process.cpuUsage();
    for (let at = 0; at < wire.length; at++) decoder.decode(wire, at, at + 1);
    const { user } = process.cpuUsage(cpu);
    expect(log.lines).toEqual(["ignored 255 1"]);
    expect(user / 1_000, "ms; quadratic copying takes a minute").toBeLessThan(5_000);
  });
});
