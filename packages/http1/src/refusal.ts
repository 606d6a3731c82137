/**
 * The answer to a request that no handler sees (RFC 9112 §9.6, RFC 9110 §15.5), and the reasons for one.
 *
 * @module
 */
import { imfFixdate } from "@stack/http";
import { encodeStatusLine } from "@stack/http1-parser";
import { Http1Error } from "./errors.ts";

/** A whole response that says what was wrong and closes, as text. `message` is ours: it holds no octet of the peer's that is not escaped. */
export function refusal(status: number, message: string, epochSeconds: number): string {
  const content = `${message.replaceAll("§", "section ").replace(NOT_PRINTABLE, "?")}\n`;
  return (
    `${encodeStatusLine(status)}Content-Type: text/plain\r\nContent-Length: ${content.length}\r\n` +
    `Connection: close\r\nDate: ${imfFixdate(epochSeconds)}\r\n\r\n${content}`
  );
}

/** The peer has ended in the middle of a request's `part` (RFC 9112 §8). */
export function incomplete(part: "head" | "content"): Http1Error {
  return new Http1Error("ERR_HTTP1_INCOMPLETE", 400, `the connection ended before the request's ${part} was complete`);
}

/** The target is an https URI, and the connection is cleartext (RFC 9110 §7.4). */
export function misdirected(): Http1Error {
  const message = "an https resource is asked for over a connection that is not secured (RFC 9110 §7.4)";
  return new Http1Error("ERR_HTTP1_MISDIRECTED", 421, message);
}

/** S94. */
export function contentTooLarge(limit: number): Http1Error {
  return new Http1Error("ERR_HTTP1_CONTENT_TOO_LARGE", 413, `the content is larger than ${limit} octets`);
}

/** The content that `Expect: 100-continue` announced is not wanted (RFC 9110 §10.1.1). */
export function expectationRefused(status: number): Http1Error {
  return new Http1Error("ERR_HTTP1_EXPECTATION_REFUSED", status, "the content was refused before it was sent");
}

/** S88. */
export function headTimeout(): Http1Error {
  return new Http1Error("ERR_HTTP1_HEAD_TIMEOUT", 408, "the request's head took too long");
}

/** S89. */
export function requestTimeout(): Http1Error {
  return new Http1Error("ERR_HTTP1_REQUEST_TIMEOUT", 408, "the request took too long");
}

/** S90. */
export function contentTimeout(): Http1Error {
  return new Http1Error("ERR_HTTP1_CONTENT_TIMEOUT", 408, "the request's content stopped coming");
}

/** S90. */
export function contentTooSlow(): Http1Error {
  return new Http1Error("ERR_HTTP1_TOO_SLOW", 408, "the request's content comes too slowly");
}

/** S91: no answer, since it would not be taken either. */
export function takenTooSlowly(): Http1Error {
  return new Http1Error("ERR_HTTP1_TOO_SLOW", 0, "the peer takes the response too slowly");
}

// The sign is one octet in latin1 and two in UTF-8, so it is spelt out.
const NOT_PRINTABLE = /[^\x20-\x7e]/g;
