/**
 * Running frames, whole and cut at every octet, with the same log demanded.
 *
 * A wire is written in hexadecimal, with text in single quotes and spaces
 * wherever they help: `000005 00 01 00000001 'hello'` is the length, type,
 * flags, stream and payload of a DATA frame.
 *
 * @module
 */
import { expect } from "vitest";
import { ConnectionError, errorCodeName, FRAME_TYPE, FrameDecoder, type FrameVisitor } from "../src/index.ts";

/** The octets of a wire. */
export function octets(wire: string): Uint8Array {
  const list: number[] = [];
  for (const [, text, digits] of wire.matchAll(/'([^']*)'|([0-9a-f]+)|\S/g))
    if (text !== undefined) list.push(...Array.from(text, (character) => character.charCodeAt(0)));
    else if (digits !== undefined && digits.length % 2 === 0) list.push(...Buffer.from(digits, "hex"));
    else throw new TypeError(`not a wire: ${wire}`);
  return Uint8Array.from(list);
}

/** Octets as a wire without text and spaces. */
export function hex(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return Buffer.from(bytes.subarray(start, end)).toString("hex");
}

/**
 * What a visitor is told of the frames of a wire, one line for each call; the last is a refusal's code, or `…` when
 * a frame is not complete.
 */
export function decode(wire: string, maxFrameOctets?: number): string[] {
  return decodeOctets(octets(wire), maxFrameOctets);
}

/** The same for octets, with the cuts that are given or else with every one. */
export function decodeOctets(
  bytes: Uint8Array,
  maxFrameOctets?: number,
  cuts: readonly number[] = everyCut(bytes),
): string[] {
  const whole = run([bytes], maxFrameOctets);
  for (const cut of cuts)
    expect(run([bytes.subarray(0, cut), bytes.subarray(cut)], maxFrameOctets), `cut at ${cut}`).toEqual(whole);
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  if (bytes.length <= MAX_CUTS) expect(run(single, maxFrameOctets), "octet by octet").toEqual(whole);
  return whole;
}

/** Runs one decoder over pieces of a wire. */
export function run(pieces: readonly Uint8Array[], maxFrameOctets?: number): string[] {
  const log = new Log();
  const decoder = new FrameDecoder(log, maxFrameOctets);
  for (const piece of pieces) {
    // Not at offset 0, and with octets around it that are not ours to read.
    const lent = new Uint8Array(piece.length + 6).fill(0xee);
    lent.set(piece, 3);
    try {
      decoder.decode(lent, 3, 3 + piece.length);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      log.lines.push(errorCodeName(error.errorCode));
      expect(decoder.pending).toBe(false);
      return log.lines;
    }
    lent.fill(0xdd); // lent for the call only: what is kept must have been copied
  }
  if (decoder.pending) log.lines.push("…");
  return log.lines;
}

/** A visitor that writes down what it is told. */
export class Log implements FrameVisitor {
  readonly lines: string[] = [];

  onData(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    flowOctets: number,
    endStream: boolean,
  ): void {
    const flow = flowOctets === end - start ? "" : ` of ${flowOctets}`;
    this.lines.push(`DATA ${streamId}${text(bytes, start, end)}${flow}${flags({ END_STREAM: endStream })}`);
  }

  onHeaders(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endStream: boolean,
    endHeaders: boolean,
  ): void {
    const set = flags({ END_STREAM: endStream, END_HEADERS: endHeaders });
    this.lines.push(`HEADERS ${streamId}${text(bytes, start, end)}${set}`);
  }

  onPriority(streamId: number): void {
    this.lines.push(`PRIORITY ${streamId}`);
  }

  onRstStream(streamId: number, errorCode: number): void {
    this.lines.push(`RST_STREAM ${streamId} ${errorCodeName(errorCode)}`);
  }

  onSetting(identifier: number, value: number): void {
    this.lines.push(`setting ${identifier} = ${value}`);
  }

  onSettingsEnd(): void {
    this.lines.push("SETTINGS");
  }

  onSettingsAck(): void {
    this.lines.push("SETTINGS ACK");
  }

  onPushPromise(
    streamId: number,
    promisedId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endHeaders: boolean,
  ): void {
    const set = flags({ END_HEADERS: endHeaders });
    this.lines.push(`PUSH_PROMISE ${streamId} of ${promisedId}${text(bytes, start, end)}${set}`);
  }

  onPing(bytes: Uint8Array, at: number, ack: boolean): void {
    this.lines.push(`PING${text(bytes, at, at + 8)}${flags({ ACK: ack })}`);
  }

  onGoaway(lastStreamId: number, errorCode: number, bytes: Uint8Array, start: number, end: number): void {
    this.lines.push(`GOAWAY ${lastStreamId} ${errorCodeName(errorCode)}${text(bytes, start, end)}`);
  }

  onWindowUpdate(streamId: number, increment: number): void {
    this.lines.push(`WINDOW_UPDATE ${streamId} by ${increment}`);
  }

  onContinuation(streamId: number, bytes: Uint8Array, start: number, end: number, endHeaders: boolean): void {
    this.lines.push(`CONTINUATION ${streamId}${text(bytes, start, end)}${flags({ END_HEADERS: endHeaders })}`);
  }

  onPriorityUpdate(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    this.lines.push(`PRIORITY_UPDATE ${streamId}${text(bytes, start, end)}`);
  }

  onExtension(type: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    this.lines.push(`${NAMES.get(type)} ${streamId}${text(bytes, start, end)}`);
  }

  onUnknown(type: number, streamId: number): void {
    this.lines.push(`ignored ${NAMES.get(type) ?? type} ${streamId}`);
  }

  onStreamError(streamId: number, errorCode: number): void {
    this.lines.push(`stream ${streamId}: ${errorCodeName(errorCode)}`);
  }
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(FRAME_TYPE).map(([name, type]) => [type, name]));

/** Printable text as it is in quotes, other octets in hexadecimal; nothing for nothing. */
function text(bytes: Uint8Array, start: number, end: number): string {
  if (start > end) throw new RangeError(`a range from ${start} to ${end}`);
  if (start === end) return "";
  const latin1 = Buffer.from(bytes.subarray(start, end)).toString("latin1");
  return /^[ -~]*$/.test(latin1) ? ` '${latin1}'` : ` ${hex(bytes, start, end)}`;
}

function flags(set: Readonly<Record<string, boolean>>): string {
  return Object.entries(set)
    .map(([name, isSet]) => (isSet ? ` ${name}` : ""))
    .join("");
}

/** Each cut of a wire; of a long one those near its ends and a few between. */
function everyCut(bytes: Uint8Array): number[] {
  const cuts = Array.from({ length: bytes.length }, (_, at) => at);
  return bytes.length <= MAX_CUTS ? cuts : [...cuts.slice(0, 12), bytes.length >> 1, ...cuts.slice(-12)];
}

/** Above it, a wire is cut in a few places only. */
const MAX_CUTS = 2_000;
