/**
 * URI references in fields: Location, Content-Location, the targets of Link (RFC 3986 §4.1, RFC 9110 §10.2.2).
 *
 * @module
 */
import { characterSet, hexPairAt, percentEncode } from "./percent-encoding.ts";

/**
 * A text as a URI reference: what no URI may hold is percent-encoded, what a URI means is kept.
 *
 * Line ends, spaces, quotes, `<`, `>`, `\` and everything beyond ASCII are encoded, and so is a `%` that starts no
 * triplet: whatever the text holds, it stays one value of one field (S52). It is not judged: `//evil.example` and
 * `javascript:` are URI references too. To redirect to where a user said, check that first (S154).
 *
 * @example
 * ```ts
 * encodeUriReference("/café?q=a b#x"); // "/caf%C3%A9?q=a%20b#x"
 * encodeUriReference("/a%20b"); // "/a%20b"
 * encodeUriReference("/x\r\nSet-Cookie: a=b"); // "/x%0D%0ASet-Cookie:%20a=b"
 * ```
 *
 * RFC 3986 §2. Linear.
 */
export function encodeUriReference(text: string): string {
  const encoded = percentEncode(text, URI);
  // Triplets were kept whole by keeping "%"; those that are none are encoded now.
  let percent = encoded.indexOf("%");
  if (percent < 0) return encoded;
  let result = "";
  let copied = 0;
  for (; percent >= 0; percent = encoded.indexOf("%", percent + 1)) {
    if (hexPairAt(encoded, percent + 1)) continue;
    result += `${encoded.slice(copied, percent)}%25`;
    copied = percent + 1;
  }
  return result + encoded.slice(copied);
}

/** Unreserved and reserved characters (RFC 3986 §2.2 and §2.3) and the percent sign. */
const URI: Uint8Array = characterSet("-._~:/?#[]@!$&'()*+,;=%");
