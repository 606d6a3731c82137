/**
 * Frames as text, both ways: what a client says is written by functions, what the server says is read into lines.
 *
 * The wire is latin1 text, each code unit an octet, so that frames are joined with `+` and cut anywhere.
 *
 * @module
 */
import { HpackDecoder } from "@stack/hpack";
import {
  encodeFrameHead,
  encodePriorityUpdate,
  encodeUint32,
  errorCodeName,
  FLAG,
  FRAME_HEAD_OCTETS,
  FRAME_TYPE,
  FrameDecoder,
  type FrameVisitor,
  PREFACE,
} from "@stack/http2-frames";
import { octetsOf } from "@stack/testing";

export { PREFACE };

/** How a frame differs from the plain one. */
export interface FrameOptions {
  /** END_STREAM is set. */
  readonly end?: boolean;
  /** END_HEADERS is not set: CONTINUATION follows. */
  readonly open?: boolean;
  /** Octets of padding; PADDED is set. */
  readonly pad?: number;
  /** The stream that a HEADERS frame of RFC 7540 depends on; PRIORITY is set. */
  readonly dependsOn?: number;
}

/** Any frame: its payload is text, each code unit an octet. */
export function frame(type: number, flags: number, streamId: number, payload = ""): string {
  const head = new Uint8Array(FRAME_HEAD_OCTETS);
  encodeFrameHead(head, 0, payload.length, type, flags, streamId);
  return textOf(head) + payload;
}

export function data(streamId: number, content: string, { end = false, pad }: FrameOptions = {}): string {
  return frame(FRAME_TYPE.DATA, flag(end, FLAG.END_STREAM) | padFlag(pad), streamId, padded(content, pad));
}

/** HEADERS, the fields as {@link block} writes them. */
export function headers(streamId: number, fields: Lines, options: FrameOptions = {}): string {
  return headersOf(streamId, block(fields), options);
}

/** HEADERS with a field block as it is. */
export function headersOf(streamId: number, fragment: string, options: FrameOptions = {}): string {
  const { end = false, open = false, pad, dependsOn } = options;
  const flags =
    flag(end, FLAG.END_STREAM) |
    flag(!open, FLAG.END_HEADERS) |
    flag(dependsOn !== undefined, FLAG.PRIORITY) |
    padFlag(pad);
  const priority = dependsOn === undefined ? "" : `${uint32(dependsOn)}\x0f`;
  return frame(FRAME_TYPE.HEADERS, flags, streamId, padded(priority + fragment, pad));
}

export function continuation(streamId: number, fragment: string, { open = false }: FrameOptions = {}): string {
  return frame(FRAME_TYPE.CONTINUATION, flag(!open, FLAG.END_HEADERS), streamId, fragment);
}

export function priority(streamId: number, dependsOn = 0): string {
  return frame(FRAME_TYPE.PRIORITY, 0, streamId, `${uint32(dependsOn)}\x0f`);
}

export function rstStream(streamId: number, errorCode: number): string {
  return frame(FRAME_TYPE.RST_STREAM, 0, streamId, uint32(errorCode));
}

/** SETTINGS of identifier and value. */
export function settings(...pairs: readonly (readonly [number, number])[]): string {
  const payload = pairs.map(([identifier, value]) => uint32(identifier).slice(2) + uint32(value)).join("");
  return frame(FRAME_TYPE.SETTINGS, 0, 0, payload);
}

export const SETTINGS_ACK: string = frame(FRAME_TYPE.SETTINGS, FLAG.ACK, 0);

export function pushPromise(streamId: number, promisedId: number, fields: Lines): string {
  return frame(FRAME_TYPE.PUSH_PROMISE, FLAG.END_HEADERS, streamId, uint32(promisedId) + block(fields));
}

/** PING with eight octets. */
export function ping(text: string, ack = false): string {
  return frame(FRAME_TYPE.PING, flag(ack, FLAG.ACK), 0, text);
}

export function goaway(lastStreamId: number, errorCode: number, debug = ""): string {
  return frame(FRAME_TYPE.GOAWAY, 0, 0, uint32(lastStreamId) + uint32(errorCode) + debug);
}

export function windowUpdate(streamId: number, increment: number): string {
  return frame(FRAME_TYPE.WINDOW_UPDATE, 0, streamId, uint32(increment));
}

export function priorityUpdate(streamId: number, value: string): string {
  const out = new Uint8Array(13 + value.length);
  encodePriorityUpdate(out, 0, streamId, value);
  return textOf(out);
}

/** Fields as `[name, value]` pairs. */
export type Lines = readonly (readonly [string, string])[];

/** A field block of literals, without indexing and without Huffman: its octets can be read (RFC 7541 §6.2.2). */
export function block(fields: Lines): string {
  return fields.map(([name, value]) => `\0${string(name)}${string(value)}`).join("");
}

/** A string literal without Huffman (RFC 7541 §5.2). */
export function string(text: string): string {
  return integer(text.length, 7) + text;
}

/** An integer with a prefix of `bits`, the bits before it are `first` (RFC 7541 §5.1). */
export function integer(value: number, bits: number, first = 0): string {
  const most = 2 ** bits - 1;
  if (value < most) return String.fromCharCode(first | value);
  let text = String.fromCharCode(first | most);
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) text += String.fromCharCode((rest % 128) | 128);
  return text + String.fromCharCode(rest);
}

export function uint32(value: number): string {
  const out = new Uint8Array(4);
  encodeUint32(out, 0, value);
  return textOf(out);
}

/** Reads what the server sends: a line for each frame. `date` fields are left out. */
export class FrameReader implements FrameVisitor {
  /** Octets of DATA that came, by stream. */
  readonly content: Map<number, number>;
  /** Date fields that came, in order. */
  readonly dates: string[];
  private readonly decoder: FrameDecoder;
  private readonly hpack: HpackDecoder;
  private lines: string[];
  private identifiers: string[];
  private fragment: string;
  private opened: string;
  private ends: boolean;

  constructor(maxFrameOctets = 16_384) {
    this.content = new Map();
    this.dates = [];
    this.decoder = new FrameDecoder(this, maxFrameOctets);
    this.hpack = new HpackDecoder();
    this.lines = [];
    this.identifiers = [];
    this.fragment = "";
    this.opened = "";
    this.ends = false;
  }

  /** The frames in `wire`, and what of a frame came before. */
  read(wire: string): string[] {
    const bytes = octetsOf(wire);
    this.decoder.decode(bytes, 0, bytes.length);
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  onData(streamId: number, bytes: Uint8Array, start: number, end: number, _flow: number, endStream: boolean): void {
    this.content.set(streamId, (this.content.get(streamId) ?? 0) + end - start);
    const content = end - start > SHOWN_OCTETS ? `${end - start} octets` : JSON.stringify(textOf(bytes, start, end));
    this.lines.push(`DATA ${streamId} ${content}${endStream ? " END_STREAM" : ""}`);
  }

  onHeaders(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endStream: boolean,
    endHeaders: boolean,
  ): void {
    this.opened = `HEADERS ${streamId}`;
    this.section(textOf(bytes, start, end), endStream, endHeaders);
  }

  onContinuation(_streamId: number, bytes: Uint8Array, start: number, end: number, endHeaders: boolean): void {
    this.section(this.fragment + textOf(bytes, start, end), false, endHeaders);
  }

  onPriority(streamId: number): void {
    this.lines.push(`PRIORITY ${streamId}`);
  }

  onRstStream(streamId: number, errorCode: number): void {
    this.lines.push(`RST_STREAM ${streamId} ${errorCodeName(errorCode)}`);
  }

  onSetting(identifier: number, value: number): void {
    this.identifiers.push(` ${identifier}=${value}`);
  }

  onSettingsEnd(): void {
    this.lines.push(`SETTINGS${this.identifiers.join("")}`);
    this.identifiers = [];
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
    this.opened = `PUSH_PROMISE ${streamId} ${promisedId}`;
    this.section(textOf(bytes, start, end), false, endHeaders);
  }

  onPing(bytes: Uint8Array, at: number, ack: boolean): void {
    this.lines.push(`PING ${JSON.stringify(textOf(bytes, at, at + 8))}${ack ? " ACK" : ""}`);
  }

  onGoaway(lastStreamId: number, errorCode: number): void {
    this.lines.push(`GOAWAY ${lastStreamId} ${errorCodeName(errorCode)}`);
  }

  onWindowUpdate(streamId: number, increment: number): void {
    this.lines.push(`WINDOW_UPDATE ${streamId} ${increment}`);
  }

  onPriorityUpdate(streamId: number): void {
    this.lines.push(`PRIORITY_UPDATE ${streamId}`);
  }

  onExtension(type: number, _streamId: number, bytes: Uint8Array, start: number, end: number): void {
    this.lines.push(`EXTENSION ${type} ${JSON.stringify(textOf(bytes, start, end))}`);
  }

  onUnknown(type: number): void {
    this.lines.push(`UNKNOWN ${type}`);
  }

  onStreamError(streamId: number, errorCode: number): void {
    throw new Error(`the server has broken stream ${streamId}: ${errorCodeName(errorCode)}`);
  }

  private section(fragment: string, ends: boolean, complete: boolean): void {
    this.ends ||= ends;
    this.fragment = complete ? "" : fragment;
    if (!complete) return;
    const bytes = octetsOf(fragment);
    const list = this.hpack.decode(bytes, 0, bytes.length);
    let line = this.opened;
    for (let i = 0; i < list.length; i += 2)
      if (list[i] === "date") this.dates.push(list[i + 1] as string);
      else line += ` ${list[i]}=${list[i + 1]}`;
    this.lines.push(this.ends ? `${line} END_STREAM` : line);
    this.ends = false;
  }
}

/** Content up to this length is shown, of more only the length. */
const SHOWN_OCTETS = 64;

function textOf(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

function flag(set: boolean, bit: number): number {
  return set ? bit : 0;
}

function padFlag(pad: number | undefined): number {
  return pad === undefined ? 0 : FLAG.PADDED;
}

function padded(payload: string, pad: number | undefined): string {
  return pad === undefined ? payload : String.fromCharCode(pad) + payload + "\0".repeat(pad);
}
