/**
 * `data:` URLs (RFC 2397, as the fetch standard processes them).
 *
 * @module
 */
import { formatMimeType, parseMimeType } from "./mime-type.ts";
import { trimWhitespace } from "./whitespace.ts";

/** Characters of a `data:` URL that are looked at. */
export const MAX_DATA_URL = 16_777_216;

/** What a `data:` URL holds. */
export interface DataContent {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** @throws TypeError for one that is longer than {@link MAX_DATA_URL}, has no comma, or base64 that is none */
export function parseDataUrl(url: URL): DataContent {
  const { href, hash } = url;
  if (href.length > MAX_DATA_URL) throw new TypeError(`a data: URL may have ${MAX_DATA_URL} characters`);
  const text = href.slice("data:".length, href.length - hash.length);
  const comma = text.indexOf(",");
  if (comma < 0) throw new TypeError("a data: URL has a comma before its data");
  let described = trimWhitespace(text.slice(0, comma), "\f");
  let bytes: Uint8Array = percentDecoded(text.slice(comma + 1));
  const base64 = /; *base64$/i.exec(described);
  if (base64 !== null) {
    described = described.slice(0, base64.index);
    bytes = fromBase64(Buffer.from(bytes).toString("latin1"));
  }
  const type = parseMimeType(described.startsWith(";") ? `text/plain${described}` : described);
  return { mediaType: type === null ? "text/plain;charset=US-ASCII" : formatMimeType(type), bytes };
}

function percentDecoded(text: string): Uint8Array {
  const octets = Buffer.from(text);
  if (!text.includes("%")) return octets;
  const decoded = new Uint8Array(octets.length);
  let size = 0;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] as number;
    const value = octet === 0x25 ? hex(octets[i + 1]) * 16 + hex(octets[i + 2]) : Number.NaN;
    decoded[size++] = Number.isNaN(value) ? octet : value;
    if (!Number.isNaN(value)) i += 2;
  }
  return decoded.subarray(0, size);
}

/** The value of a hexadecimal digit, or NaN. */
function hex(octet: number | undefined): number {
  return octet === undefined ? Number.NaN : Number.parseInt(String.fromCharCode(octet), 16);
}

/** Infra standard, forgiving-base64 decode. */
function fromBase64(text: string): Uint8Array {
  let digits = text.replace(/[\t\n\f\r ]/g, "");
  if (digits.length % 4 === 0) digits = digits.replace(/={1,2}$/, "");
  if (digits.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(digits)) throw new TypeError("the data: URL's base64 is none");
  return Buffer.from(digits, "base64");
}
