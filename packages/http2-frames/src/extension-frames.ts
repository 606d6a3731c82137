/**
 * What ALTSVC (RFC 7838 §4) and ORIGIN (RFC 8336) frames carry.
 *
 * Servers send them, clients may use them. A payload that is malformed makes the
 * frame ignored and is no error. Whether the server speaks for an origin is the
 * client's to find out (RFC 7838 §2.1, RFC 8336 §2.4).
 *
 * @module
 */
import { encodeAscii, encodeFrameHead } from "./frame-encoder.ts";
import { FRAME_TYPE } from "./frame-types.ts";

/** What an ALTSVC frame says. */
export interface AlternativeServices {
  /** For which origin, as it is written; `""` on a stream other than 0, whose origin is meant. */
  readonly origin: string;
  /** An Alt-Svc field value (RFC 7838 §3). */
  readonly value: string;
}

/**
 * Reads the payload `bytes[start, end)` of an ALTSVC frame.
 *
 * @returns `null` when the frame is to be ignored: its length does not add up, it names an origin on a stream or none
 *   on stream 0, or it holds what is not printable ASCII
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * const end = encodeAltsvc(out, 0, 0, "https://example.com", 'h2=":8443"');
 * decodeAltsvc(0, out, FRAME_HEAD_OCTETS, end)?.value; // 'h2=":8443"'
 * ```
 *
 * RFC 7838 §4. Linear.
 */
export function decodeAltsvc(
  streamId: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): AlternativeServices | null {
  const originEnd = entryEnd(bytes, start, end);
  if (originEnd < 0 || (streamId === 0) === (originEnd === start + 2)) return null;
  const origin = printable(bytes, start + 2, originEnd);
  const value = printable(bytes, originEnd, end);
  return origin === null || value === null ? null : { origin, value };
}

/**
 * An ALTSVC frame. 11 octets and the lengths of both texts, which are ASCII.
 *
 * @param streamId - the stream whose origin is meant; 0 for the origin that is named
 * @param origin - an ASCII serialisation such as `https://example.com` on stream 0, else `""`
 * @param value - an Alt-Svc field value, e.g. `h2=":8443"`
 * @throws RangeError when there is an origin on a stream, or none on stream 0: the peer would ignore it
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * encodeAltsvc(out, 0, 0, "https://example.com", 'h2=":8443"'); // 40
 * ```
 *
 * RFC 7838 §4.
 */
export function encodeAltsvc(out: Uint8Array, at: number, streamId: number, origin: string, value: string): number {
  if ((streamId === 0) === (origin === ""))
    throw new RangeError("ALTSVC names an origin on stream 0, and on no other stream");
  const next = encodeFrameHead(out, at, 2 + origin.length + value.length, FRAME_TYPE.ALTSVC, 0, streamId);
  return encodeAscii(out, encodeEntry(out, next, origin), value);
}

/**
 * Reads the payload `bytes[start, end)` of an ORIGIN frame.
 *
 * @returns the origins as they are written, e.g. `https://example.com`; `null` when the lengths do not add up and the
 *   frame is to be ignored. Entries that are empty or are not printable ASCII are left out
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * const end = encodeOrigins(out, 0, ["https://example.com", "https://example.org"]);
 * decodeOrigins(out, FRAME_HEAD_OCTETS, end); // ["https://example.com", "https://example.org"]
 * ```
 *
 * RFC 8336 §2.1 and §2.2. Linear; an entry takes two octets or more, so that the frame's length bounds the list.
 */
export function decodeOrigins(bytes: Uint8Array, start: number, end: number): string[] | null {
  const origins: string[] = [];
  let at = start;
  while (at < end) {
    const next = entryEnd(bytes, at, end);
    if (next < 0) return null;
    const origin = printable(bytes, at + 2, next);
    if (origin !== null && origin !== "") origins.push(origin);
    at = next;
  }
  return origins;
}

/**
 * An ORIGIN frame. 9 octets, and for each origin 2 and its length.
 *
 * @param origins - ASCII serialisations such as `https://example.com`
 *
 * @example
 * ```ts
 * const out = new Uint8Array(64);
 * encodeOrigins(out, 0, ["https://example.com"]); // 30
 * ```
 *
 * RFC 8336 §2.1.
 */
export function encodeOrigins(out: Uint8Array, at: number, origins: readonly string[]): number {
  const octets = origins.reduce((sum, origin) => sum + 2 + origin.length, 0);
  let next = encodeFrameHead(out, at, octets, FRAME_TYPE.ORIGIN, 0, 0);
  for (const origin of origins) next = encodeEntry(out, next, origin);
  return next;
}

/** Where the entry at `at` ends, two octets of length and the text; -1 when it is not complete. */
function entryEnd(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) return -1;
  const next = at + 2 + (((bytes[at] as number) << 8) | (bytes[at + 1] as number));
  return next <= end ? next : -1;
}

function encodeEntry(out: Uint8Array, at: number, text: string): number {
  if (text.length > 0xffff) throw new RangeError(`an origin of ${text.length} octets; 65535 fit`);
  out[at] = text.length >>> 8;
  out[at + 1] = text.length;
  return encodeAscii(out, at + 2, text);
}

/** Octets as text; `null` when one of them is no printable ASCII and could be a line end where it is shown. */
function printable(bytes: Uint8Array, start: number, end: number): string | null {
  let text = "";
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    if (octet < 0x20 || octet > 0x7e) return null;
    text += String.fromCharCode(octet);
  }
  return text;
}
