/**
 * Encoding frames into the caller's memory (RFC 9113 §4.1 and §6).
 *
 * Every function writes from `at` on and returns the offset behind what it
 * wrote; room for it is the caller's to reserve. Nothing is allocated. Unused
 * flags and reserved bits are left unset.
 *
 * @module
 */
import { FLAG, FRAME_TYPE, LARGEST_FRAME_OCTETS, MAX_31_BIT } from "./frame-types.ts";

/**
 * The head of a frame, 9 octets.
 *
 * @param octets - of payload, which the caller writes behind it
 * @param type - one of {@link FRAME_TYPE}
 * @param flags - of {@link FLAG}, those that the type has
 * @param streamId - 0 for the connection
 * @throws RangeError for a length or an identifier that does not fit: what is cut off would make the peer read
 *   payload as frames
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * const at = encodeFrameHead(out, 0, 5, FRAME_TYPE.DATA, FLAG.END_STREAM, 1); // 9
 * new TextEncoder().encodeInto("hello", out.subarray(at));
 * ```
 *
 * RFC 9113 §4.1.
 */
export function encodeFrameHead(
  out: Uint8Array,
  at: number,
  octets: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  if (octets > LARGEST_FRAME_OCTETS) throw new RangeError(`a frame of ${octets} octets; ${LARGEST_FRAME_OCTETS} fit`);
  if (streamId > MAX_31_BIT) throw new RangeError(`stream ${streamId} is beyond ${MAX_31_BIT}; use a new connection`);
  out[at] = octets >>> 16;
  out[at + 1] = octets >>> 8;
  out[at + 2] = octets;
  out[at + 3] = type;
  out[at + 4] = flags;
  return encodeUint32(out, at + 5, streamId);
}

/**
 * SETTINGS of identifier and value, pair after pair. 9 octets and 6 for each pair.
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * encodeSettings(out, 0, [[SETTING.INITIAL_WINDOW_SIZE, 1_048_576]]); // 15
 * ```
 *
 * RFC 9113 §6.5.
 */
export function encodeSettings(out: Uint8Array, at: number, settings: readonly (readonly [number, number])[]): number {
  let next = encodeFrameHead(out, at, settings.length * 6, FRAME_TYPE.SETTINGS, 0, 0);
  for (const [identifier, value] of settings) {
    out[next] = identifier >>> 8;
    out[next + 1] = identifier;
    next = encodeUint32(out, next + 2, value);
  }
  return next;
}

/** The acknowledgement of SETTINGS. 9 octets. RFC 9113 §6.5. */
export function encodeSettingsAck(out: Uint8Array, at: number): number {
  return encodeFrameHead(out, at, 0, FRAME_TYPE.SETTINGS, FLAG.ACK, 0);
}

/**
 * PING with the eight octets of `data` from `from` on. 17 octets. RFC 9113 §6.7.
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * encodePing(out, 0, new Uint8Array(8), 0, false); // 17
 * ```
 */
export function encodePing(out: Uint8Array, at: number, data: Uint8Array, from: number, ack: boolean): number {
  const next = encodeFrameHead(out, at, 8, FRAME_TYPE.PING, ack ? FLAG.ACK : 0, 0);
  for (let i = 0; i < 8; i++) out[next + i] = data[from + i] as number;
  return next + 8;
}

/**
 * RST_STREAM. 13 octets. RFC 9113 §6.4.
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * encodeRstStream(out, 0, 1, ERROR_CODE.CANCEL); // 13
 * ```
 */
export function encodeRstStream(out: Uint8Array, at: number, streamId: number, errorCode: number): number {
  return encodeUint32(out, encodeFrameHead(out, at, 4, FRAME_TYPE.RST_STREAM, 0, streamId), errorCode);
}

/**
 * WINDOW_UPDATE by 1 to {@link MAX_31_BIT} octets; stream 0 is the connection. 13 octets. RFC 9113 §6.9.
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * const end = encodeWindowUpdate(out, 0, 0, 65_536);
 * encodeWindowUpdate(out, end, 1, 65_536); // 26
 * ```
 */
export function encodeWindowUpdate(out: Uint8Array, at: number, streamId: number, increment: number): number {
  return encodeUint32(out, encodeFrameHead(out, at, 4, FRAME_TYPE.WINDOW_UPDATE, 0, streamId), increment);
}

/**
 * GOAWAY. 17 octets and the length of `debug`, text for people: what is not ASCII in it becomes `?`.
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * encodeGoaway(out, 0, 7, ERROR_CODE.NO_ERROR, "bye"); // 20
 * ```
 *
 * RFC 9113 §6.8.
 */
export function encodeGoaway(out: Uint8Array, at: number, lastStreamId: number, errorCode: number, debug = ""): number {
  let next = encodeFrameHead(out, at, 8 + debug.length, FRAME_TYPE.GOAWAY, 0, 0);
  next = encodeUint32(out, next, lastStreamId);
  next = encodeUint32(out, next, errorCode);
  return encodeAscii(out, next, debug);
}

/**
 * PRIORITY_UPDATE. 13 octets and the length of `value`, a Priority field value such as `u=1, i`, which is ASCII.
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * encodePriorityUpdate(out, 0, 1, "u=1, i"); // 19
 * ```
 *
 * RFC 9218 §7.1.
 */
export function encodePriorityUpdate(out: Uint8Array, at: number, streamId: number, value: string): number {
  let next = encodeFrameHead(out, at, 4 + value.length, FRAME_TYPE.PRIORITY_UPDATE, 0, 0);
  next = encodeUint32(out, next, streamId);
  return encodeAscii(out, next, value);
}

/** Four octets, big-endian. */
export function encodeUint32(out: Uint8Array, at: number, value: number): number {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
  return at + 4;
}

/** ASCII as it is; any other code unit as `?`, so that length and characters are what the caller counted on. */
export function encodeAscii(out: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    out[at + i] = code < 0x80 ? code : QUESTION_MARK;
  }
  return at + text.length;
}

const QUESTION_MARK = 0x3f;
