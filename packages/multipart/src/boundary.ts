/**
 * The boundary between parts (RFC 2046 §5.1.1).
 *
 * @module
 */
import { parseMediaType } from "@stack/http";
import { MultipartError } from "./errors.ts";

/** The media type of forms with files (RFC 7578). */
export const FORM_DATA = "multipart/form-data";

/**
 * Whether a text can be a boundary: 1 to 70 characters of those that pass through every gateway, the last no space.
 *
 * @example
 * ```ts
 * isBoundary("form-7d"); // true
 * isBoundary("a;b"); // false
 * ```
 *
 * RFC 2046 §5.1.1. Linear.
 */
export function isBoundary(text: string): boolean {
  if (text.length === 0 || text.length > 70 || text.endsWith(" ")) return false;
  for (let i = 0; i < text.length; i++) if (!BOUNDARY_CHARACTERS.includes(text[i] as string)) return false;
  return true;
}

/**
 * The boundary that a Content-Type gives.
 *
 * @param contentType - the field's value; undefined for none
 * @throws MultipartError 415 `ERR_MULTIPART_TYPE` when it is not `multipart/form-data`, 400 `ERR_MULTIPART_BOUNDARY`
 *   when it has no boundary, or one that is none
 *
 * @example
 * ```ts
 * boundaryOf('multipart/form-data; boundary="a b"'); // "a b"
 * ```
 */
export function boundaryOf(contentType: string | undefined): string {
  const type = contentType === undefined ? null : parseMediaType(contentType);
  if (type?.essence !== FORM_DATA)
    throw new MultipartError("ERR_MULTIPART_TYPE", `the content is not ${FORM_DATA}: send it with that Content-Type`);
  const boundary = type.parameters.get("boundary");
  if (boundary === undefined || !isBoundary(boundary))
    throw new MultipartError("ERR_MULTIPART_BOUNDARY", "the Content-Type has no boundary of 1 to 70 characters");
  return boundary;
}

/**
 * A boundary that nobody can foresee, so that no value can be made to contain it (S53): 128 bits of
 * `crypto.getRandomValues`.
 *
 * @example
 * ```ts
 * makeBoundary().length; // 37
 * new MultipartContent([{ name: "a", content: "b" }], { boundary: makeBoundary() }); // what it does by itself
 * ```
 */
export function makeBoundary(): string {
  let text = "form-";
  for (const octet of globalThis.crypto.getRandomValues(new Uint8Array(16)))
    text += octet.toString(16).padStart(2, "0");
  return text;
}

const BOUNDARY_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ";
