/**
 * A request's fields as HTTP/2 sends them (RFC 9113 §8.3.1): those of a request that a client makes, and of one that a
 * server promises.
 *
 * @module
 */
import type { Fields } from "@stack/http";
import { responseFields } from "./response-fields.ts";

/**
 * The list for the encoder: pseudo-header fields, then the others without what `:authority` says.
 *
 * @param authority - of the target for CONNECT (RFC 9113 §8.5), which has nothing else
 * @param contentLength - octets of content that Content-Length announces if the fields do not; 0 or less for none
 * @throws TypeError for a method or a target that would be another message (S45)
 * @throws FieldError for a field that must not be sent (S42)
 */
export function requestFields(
  method: string,
  scheme: string,
  authority: string,
  target: string,
  fields: Fields,
  contentLength: number,
): string[] {
  if (!METHOD.test(method)) throw new TypeError(`not a method: ${JSON.stringify(method)}`);
  if (!TARGET.test(target)) throw new TypeError(`not a request target: ${JSON.stringify(target)}; encode it first`);
  const list =
    method === "CONNECT"
      ? [":method", method, ":authority", target]
      : authority === "" // RFC 9113 §8.3.1: not generated where there is none to convey
        ? [":method", method, ":scheme", scheme, ":path", target]
        : [":method", method, ":scheme", scheme, ":authority", authority, ":path", target];
  const rest = responseFields(0, fields.lines(), contentLength > 0 ? String(contentLength) : "", "");
  for (let i = 0; i < rest.length; i += 2)
    if (rest[i] !== "host" && !(rest[i] === "te" && rest[i + 1] !== "trailers"))
      list.push(rest[i] as string, rest[i + 1] as string);
  return list;
}

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TARGET = /^[\x21-\x7e]+$/;
