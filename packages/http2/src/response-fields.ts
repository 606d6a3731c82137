/**
 * A response's fields as HTTP/2 sends them (RFC 9113 §8.2, §8.3.2).
 *
 * @module
 */
import { FieldError } from "@stack/http";
import { isConnectionSpecific } from "./field-rules.ts";

/**
 * The list for the encoder: `:status`, the handler's fields in lower case without what describes an HTTP/1.1
 * connection (§8.2.2), then Content-Length and Date where the handler has not set them.
 *
 * @param status - 0 for trailers
 * @param length - Content-Length, "" for none of ours, null for none at all: 1xx, 204 and CONNECT's 2xx (RFC 9110 §8.6)
 * @param date - or "" for none
 * @throws FieldError for a field that must not be sent (S42)
 */
export function responseFields(
  status: number,
  lines: readonly string[],
  length: string | null,
  date: string,
): string[] {
  const list: string[] = status === 0 ? [] : [":status", statusText(status)];
  let sized = length === null || length === "";
  let dated = date === "";
  for (let i = 0; i < lines.length; i += 2) {
    const name = lowerCase(lines[i] as string);
    const value = lines[i + 1] as string;
    if (isConnectionSpecific(name)) continue;
    if (NOT_VALUE.test(value))
      throw new FieldError(`the value of ${name} holds a control or a character above U+00FF; encode it first`);
    if (name === "content-length") {
      if (length === null || status === 205) continue; // of 205 it is ours to say (RFC 9110 §15.3.6)
      sized = true;
    } else if (name === "date") dated = true;
    list.push(name, value);
  }
  if (!sized && length !== null) list.push("content-length", length);
  if (!dated) list.push("date", date);
  return list;
}

/** The status as text, made once. */
function statusText(status: number): string {
  return (STATUS_TEXTS[status] ??= String(status));
}

const STATUS_TEXTS: string[] = [];

/** Names in lower case (§8.2.1), remembered: handlers use few of them. Bounded, since names may come from peers (S68). */
function lowerCase(name: string): string {
  const known = LOWER.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (!NAME.test(lower)) throw new FieldError(`not a field name: ${JSON.stringify(name)}`);
  if (LOWER.size >= MAX_NAMES) LOWER.clear();
  LOWER.set(name, lower);
  return lower;
}

const MAX_NAMES = 512;
const LOWER: Map<string, string> = new Map();
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const NOT_VALUE = /[^\t\x20-\x7e\x80-\xff]|^[\t ]|[\t ]$/;
