/**
 * Where the content of a message ends: the rules of RFC 9112 §6.3, in their order.
 *
 * The rules on conflicting and malformed fields (3 and 5, and the errors of 4)
 * are applied while the head is decoded; what reaches these functions is sound.
 *
 * @module
 */

/** Content in chunked coding follows (rule 4). */
export const CHUNKED = -1;
/** Content until the connection closes (rule 8): responses only. */
export const UNTIL_CLOSE = -2;
/** No message content at all: the connection becomes a tunnel (rule 2). */
export const TUNNEL = -3;

/** Octets of content, 0 or more, or {@link CHUNKED}, {@link UNTIL_CLOSE} or {@link TUNNEL}. */
export type Framing = number;

/**
 * How the content of a request is framed.
 *
 * @param chunked - the final transfer coding is chunked
 * @param contentLength - the value of Content-Length, or -1
 *
 * Never {@link UNTIL_CLOSE}: a request without Content-Length and
 * Transfer-Encoding has no content, in HTTP/1.0 too (rule 7, S6).
 *
 * @example
 * ```ts
 * requestFraming(false, 12); // 12
 * requestFraming(false, -1); // 0
 * ```
 */
export function requestFraming(chunked: boolean, contentLength: number): Framing {
  if (chunked) return CHUNKED; // rule 4
  return Math.max(contentLength, 0); // rules 6 and 7
}

/**
 * How the content of a response is framed.
 *
 * @param method - of the request that it answers
 * @param status - its status code
 * @param chunked - the final transfer coding is chunked
 * @param contentLength - the value of Content-Length, or -1
 *
 * @example
 * ```ts
 * responseFraming("GET", 200, false, 12); // 12
 * responseFraming("HEAD", 200, false, 12); // 0
 * responseFraming("GET", 200, false, -1) === UNTIL_CLOSE; // true
 * ```
 */
export function responseFraming(method: string, status: number, chunked: boolean, contentLength: number): Framing {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return 0; // rule 1, S33
  if (method === "CONNECT" && status < 300) return TUNNEL; // rule 2
  if (chunked) return CHUNKED; // rule 4
  return contentLength >= 0 ? contentLength : UNTIL_CLOSE; // rules 6 and 8
}
