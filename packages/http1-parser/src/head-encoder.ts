/**
 * Encoding heads: start lines and field lines (RFC 9112 §3, §4, §5).
 *
 * Heads are built as strings of which each code unit is one octet, because a
 * head leaves as a single latin1 write. Whatever could end a line early is
 * refused (S42 to S45), never repaired.
 *
 * @module
 */

import { EncodeError, quote } from "./errors.ts";
import { assertFieldValue, fieldPrefix, isFieldValue, isToken } from "./field-syntax.ts";
import { REASON_PHRASES } from "./reason-phrases.ts";

/**
 * `HTTP/1.1 200 OK` CRLF.
 *
 * @param status - from 100 to 999
 * @param reason - the registered phrase by default, "" for a code without one
 * @throws EncodeError `ERR_INVALID_START_LINE` for another status, or a reason
 *   with controls or beyond latin1 (S43)
 *
 * @example
 * ```ts
 * encodeStatusLine(404); // "HTTP/1.1 404 Not Found\r\n"
 * encodeStatusLine(299); // "HTTP/1.1 299 \r\n"
 * ```
 *
 * RFC 9112 §4. Always of version 1.1, also in answer to HTTP/1.0 (RFC 9110 §2.5).
 */
export function encodeStatusLine(status: number, reason?: string): string {
  if (!Number.isInteger(status) || status < 100 || status > 999)
    throw new EncodeError("ERR_INVALID_START_LINE", `a status code is a whole number from 100 to 999, not ${status}`);
  if (reason === undefined) return STATUS_LINES[status] ?? `HTTP/1.1 ${status} \r\n`;
  if (typeof reason !== "string" || !isFieldValue(reason))
    throw new EncodeError(
      "ERR_INVALID_START_LINE",
      `a reason phrase holds no controls (RFC 9112 §4): ${quote(String(reason))}`,
    );
  return `HTTP/1.1 ${status} ${reason}\r\n`;
}

/**
 * `GET /path HTTP/1.1` CRLF.
 *
 * @param target - in the form that the method and the next hop want; visible ASCII without "#"
 * @throws EncodeError `ERR_INVALID_START_LINE` when the method is no token, or
 *   the target is empty or holds anything else (S45): percent-encode it first
 *
 * @example
 * ```ts
 * encodeRequestLine("GET", "/hello?to=me"); // "GET /hello?to=me HTTP/1.1\r\n"
 * ```
 *
 * RFC 9112 §3.
 */
export function encodeRequestLine(method: string, target: string): string {
  if (!isToken(method))
    throw new EncodeError(
      "ERR_INVALID_START_LINE",
      `a method is a token (RFC 9110 §9.1), not ${quote(String(method))}`,
    );
  if (!REQUEST_TARGET.test(target))
    throw new EncodeError(
      "ERR_INVALID_START_LINE",
      `a request target is visible ASCII without "#" (RFC 9112 §3.2); percent-encode ${quote(String(target))}`,
    );
  return `${method} ${target} HTTP/1.1\r\n`;
}

/**
 * Field lines, `Name: value` CRLF each, without the empty line that ends a head.
 *
 * @param fields - `[name, value, name, value, …]`
 * @throws EncodeError `ERR_INVALID_FIELD` for a name that is no token or a
 *   value that could end the line (S42); nothing is encoded then
 *
 * @example
 * ```ts
 * `${encodeStatusLine(204)}${encodeFields(["Server", "example"])}\r\n`; // "HTTP/1.1 204 No Content\r\nServer: example\r\n\r\n"
 * ```
 *
 * RFC 9112 §5.
 */
export function encodeFields(fields: readonly string[]): string {
  if (fields.length === 0) return "";
  let lines = "";
  for (let i = 0; i < fields.length; i += 2) {
    const prefix = fieldPrefix(fields[i]);
    const value = fields[i + 1];
    assertFieldValue(value, fields[i]);
    // Two strings for each line and not four: a fifth less to flatten when it is written (bench/http1-parser).
    lines = lines + (i === 0 ? prefix.slice(CRLF.length) : prefix) + value;
  }
  return lines + CRLF;
}

const CRLF = "\r\n";
const REQUEST_TARGET = /^[!"$-~]+$/;

/** Status lines by code; an array, so that no name of `Object.prototype` can be one (S99). */
const STATUS_LINES: (string | undefined)[] = [];
for (const [status, reason] of REASON_PHRASES) STATUS_LINES[status] = `HTTP/1.1 ${status} ${reason}\r\n`;
