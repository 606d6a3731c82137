/**
 * Extended parameter values (RFC 8187): text beyond latin1 in parameters whose names end in `*`.
 *
 * @module
 */
import { characterSet, percentDecode, percentEncode } from "./percent-encoding.ts";
import { tokenEnd } from "./tokens.ts";

/**
 * Writes a text as `ext-value`, always in UTF-8.
 *
 * @example
 * ```ts
 * encodeExtValue("€ rates"); // "UTF-8''%E2%82%AC%20rates"
 * ```
 *
 * RFC 8187 §3.2. What it gives is a token: nothing in `text` can end the parameter (S52).
 */
export function encodeExtValue(text: string): string {
  return `UTF-8''${percentEncode(text, ATTR_CHAR)}`;
}

/**
 * Reads an `ext-value`.
 *
 * @returns the text, or `null` when the value is malformed or in another charset than UTF-8 or ISO-8859-1: the
 *   parameter is then ignored and the one without `*` counts. The language is dropped
 *
 * @example
 * ```ts
 * decodeExtValue("UTF-8'en'%E2%82%AC%20rates"); // "€ rates"
 * decodeExtValue("iso-8859-1''%A3%20rates"); // "£ rates"
 * ```
 *
 * RFC 8187 §3.2.1. Linear.
 */
export function decodeExtValue(value: string): string | null {
  const first = value.indexOf("'");
  const second = value.indexOf("'", first + 1);
  if (first < 1 || second < 0) return null;
  const encoded = value.slice(second + 1);
  if (!isValueChars(encoded)) return null;
  switch (value.slice(0, first).toLowerCase()) {
    case "utf-8":
      return percentDecode(encoded);
    case "iso-8859-1":
      return decodeLatin1(encoded);
    default:
      return null;
  }
}

/** `value-chars`: `attr-char` and triplets; well-formedness of triplets is checked where they are decoded. */
function isValueChars(encoded: string): boolean {
  return tokenEnd(encoded, 0) === encoded.length && !encoded.includes("*") && !encoded.includes("'");
}

function decodeLatin1(encoded: string): string | null {
  const parts = encoded.split("%");
  let text = parts[0] as string;
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i] as string;
    const octet = /^[0-9a-fA-F]{2}/.test(part) ? Number.parseInt(part.slice(0, 2), 16) : -1;
    if (octet < 0) return null;
    text += String.fromCharCode(octet) + part.slice(2);
  }
  return text;
}

/** `attr-char` of RFC 8187 §3.2.1: token characters without `*`, `'` and `%`. */
const ATTR_CHAR: Uint8Array = characterSet("!#$&+-.^_`|~");
