/**
 * The head of a request as a client sends it (RFC 9112 §3, §6 and §9).
 *
 * The caller says what is asked; how the message is framed and what becomes of
 * the connection is said here, so that both are always true.
 *
 * @module
 */

import type { RequestHead } from "@stack/http";
import { isIdempotent, listHasToken, sameName } from "@stack/http";
import { encodeFields, encodeRequestLine } from "@stack/http1-parser";

/** A request, ready to be sent. */
export interface FramedRequest {
  readonly method: string;
  /** The head, each code unit an octet. */
  readonly head: string;
  /** Octets of content; -1 for chunked coding. */
  readonly contentLength: number;
  /** Content waits for 100. */
  readonly expectsContinue: boolean;
  /** Another protocol was offered (RFC 9110 §7.8). */
  readonly offersUpgrade: boolean;
  /** The connection ends with this exchange. */
  readonly closes: boolean;
  /** It may be sent behind a request that is not answered yet, and another behind it. */
  readonly mayBePipelined: boolean;
}

/**
 * Frames a request.
 *
 * @throws TypeError when Host is missing or there twice (RFC 9112 §3.2, S24), when two lengths differ, and for content
 *   with a method that has none
 * @throws EncodeError for a method, target or field that cannot be sent (S42, S45)
 */
export function frameRequest(request: RequestHead): FramedRequest {
  if (lastRequest !== null && isAsBefore(request, lastRequest)) return lastRequest.framed;
  const framed = frame(request);
  if (framed.contentLength === 0 && framed.head.length <= MAX_KEPT_HEAD) {
    const { method, target, fields } = request;
    lastRequest = { method, target, lines: fields.lines().slice(), framed };
  }
  return framed;
}

/** A request without content that was framed last: who polls, or calls one resource, says the same again. */
interface KnownRequest {
  readonly method: string;
  readonly target: string;
  readonly lines: readonly string[];
  readonly framed: FramedRequest;
}

/** Longer heads are not kept. */
const MAX_KEPT_HEAD = 2_048;

let lastRequest: KnownRequest | null = null;

/** Whether all that decides a head is the same, string by string. */
function isAsBefore(request: RequestHead, before: KnownRequest): boolean {
  const { method, target, fields, contentLength = 0, expectContinue = false } = request;
  if (target !== before.target || method !== before.method || contentLength !== 0 || expectContinue) return false;
  const lines = fields.lines();
  const { length } = lines;
  if (length !== before.lines.length) return false;
  for (let i = 0; i < length; i++) if (lines[i] !== before.lines[i]) return false;
  return true;
}

function frame(request: RequestHead): FramedRequest {
  const { method } = request;
  const lines = request.fields.lines();
  const kept: string[] = [];
  let hosts = 0;
  let declared = -1;
  let expects = request.expectContinue === true;
  let upgrade = false;
  let trailers = false;
  let closes = false;
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const value = lines[i + 1] as string;
    if (sameName(name, "content-length")) declared = sameLength(declared, value);
    else if (sameName(name, "connection")) closes = closes || listHasToken(value, "close");
    else if (sameName(name, "expect") && sameName(value, "100-continue")) expects = request.expectContinue ?? true;
    else if (!sameName(name, "transfer-encoding")) {
      if (sameName(name, "host")) hosts++;
      else if (sameName(name, "upgrade")) upgrade = true;
      else if (sameName(name, "te")) trailers = true;
      kept.push(name, value);
    }
  }
  if (hosts !== 1)
    throw new TypeError(`a request has exactly one Host field, not ${hosts}; set it to the target's host`);
  const contentLength = lengthOf(request, declared);
  const expectsContinue = expects && contentLength !== 0; // RFC 9110 §10.1.1: never without content
  let head = encodeRequestLine(method, request.target) + encodeFields(kept);
  if (contentLength < 0) head += "Transfer-Encoding: chunked\r\n";
  else if (contentLength > 0 || CONTENT_EXPECTED.has(method)) head += `Content-Length: ${contentLength}\r\n`;
  if (expectsContinue) head += "Expect: 100-continue\r\n";
  const options = connectionOptions(closes, upgrade, trailers);
  if (options !== "") head += `Connection: ${options}\r\n`;
  return {
    method,
    head: `${head}\r\n`,
    contentLength,
    expectsContinue,
    offersUpgrade: upgrade,
    closes,
    // RFC 9112 §9.3.2: not behind a method that is not idempotent. Stricter: not behind HEAD, as content that a broken
    // server sends to it would be read as the next response (S33), nor behind what may end HTTP on the connection.
    mayBePipelined: isIdempotent(method) && method !== "HEAD" && method !== "CONNECT" && !upgrade && !closes,
  };
}

/** Methods for which no content is said rather than left out (RFC 9110 §8.6). */
const CONTENT_EXPECTED: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/** Methods that never have content (RFC 9110 §9.3.6 and §9.3.8). */
const WITHOUT_CONTENT: ReadonlySet<string> = new Set(["CONNECT", "TRACE"]);

function lengthOf(request: RequestHead, declared: number): number {
  const { method, contentLength = Math.max(declared, 0) } = request;
  if (contentLength !== -1 && !(Number.isSafeInteger(contentLength) && contentLength >= 0))
    throw new TypeError(`contentLength is a number of octets, or -1 for unknown, not ${contentLength}`);
  if (declared >= 0 && declared !== contentLength)
    throw new TypeError(`Content-Length is ${declared} and contentLength ${contentLength}; leave one of them out`);
  if (contentLength !== 0 && WITHOUT_CONTENT.has(method)) throw new TypeError(`${method} has no content; leave it out`);
  return contentLength;
}

function sameLength(declared: number, value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new TypeError(`Content-Length must be digits, not ${JSON.stringify(value)}`);
  const length = Number(value);
  if (declared >= 0 && declared !== length) throw new TypeError("Content-Length is given twice; give it once");
  return length;
}

/** What Connection says (RFC 9110 §7.6.1): fields that are for the next hop only are named in it. */
function connectionOptions(closes: boolean, upgrade: boolean, trailers: boolean): string {
  const options: string[] = [];
  if (closes) options.push("close");
  if (upgrade) options.push("Upgrade");
  if (trailers) options.push("TE");
  return options.join(", ");
}
