/**
 * The Content-Length that a handler announced (RFC 9110 §8.6): it holds, or the handler is told.
 *
 * @module
 */
import { ResponseStateError } from "@stack/http";

/** The Content-Length in a list of names and values, or -1. A value can be anything, a field's name too. */
export function lengthIn(list: readonly string[]): number {
  for (let i = 0; i < list.length; i += 2) if (list[i] === "content-length") return Number(list[i + 1]);
  return -1;
}

/** What a handler is told that sends more or less than it announced. */
export function lengthMismatch(left: number, octets: number): ResponseStateError {
  return new ResponseStateError(
    "ERR_CONTENT_LENGTH",
    `Content-Length leaves ${left} octets, the handler sent ${octets}; correct the field or leave it out`,
  );
}
