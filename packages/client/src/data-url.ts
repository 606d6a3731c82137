/**
 * `data:` URLs (RFC 2397, as the fetch standard processes them).
 *
 * @module
 */

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
  let described = text.slice(0, comma).trim();
  let bytes: Uint8Array = percentDecoded(text.slice(comma + 1));
  const base64 = /; *base64$/i.exec(described);
  if (base64 !== null) {
    described = described.slice(0, base64.index);
    bytes = fromBase64(Buffer.from(bytes).toString("latin1"));
  }
  if (described.startsWith(";")) described = `text/plain${described}`;
  return { mediaType: MEDIA_TYPE.test(described) ? described : "text/plain;charset=US-ASCII", bytes };
}

const MEDIA_TYPE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+ *(?:;[\t\x20-\x7e]*)?$/;

function percentDecoded(text: string): Uint8Array {
  const octets = Buffer.from(text);
  const decoded = new Uint8Array(octets.length);
  let size = 0;
  for (let i = 0; i < octets.length; i++) {
    const hex = octets[i] === 0x25 ? octets.toString("latin1", i + 1, i + 3) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      decoded[size++] = Number.parseInt(hex, 16);
      i += 2;
    } else decoded[size++] = octets[i] as number;
  }
  return decoded.subarray(0, size);
}

/** Infra standard, forgiving-base64 decode. */
function fromBase64(text: string): Uint8Array {
  let digits = text.replace(/[\t\n\f\r ]/g, "");
  if (digits.length % 4 === 0) digits = digits.replace(/={1,2}$/, "");
  if (digits.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(digits)) throw new TypeError("the data: URL's base64 is none");
  return Buffer.from(digits, "base64");
}
