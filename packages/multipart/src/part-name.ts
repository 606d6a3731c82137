/**
 * Names and file names of parts, written as all browsers write them (WHATWG HTML §4.10.21.8; RFC 7578 §2, §4.2).
 *
 * In quotes, in UTF-8, with `"`, CR and LF as triplets and nothing else changed: `\` is itself and escapes nothing.
 *
 * @module
 */

/**
 * A name with the octets encoded that would end it, or the field (S47).
 *
 * @example
 * ```ts
 * encodePartName('a "b"\r\nX: y'); // "a %22b%22%0D%0AX: y"
 * ```
 */
export function encodePartName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

/**
 * What {@link encodePartName} wrote. Other triplets are text: their `%` was never encoded.
 *
 * @example
 * ```ts
 * decodePartName("a %22b%22 100%25"); // 'a "b" 100%25'
 * ```
 */
export function decodePartName(text: string): string {
  if (!text.includes("%")) return text;
  return text.replaceAll(/%(?:0[dD]|0[aA]|22)/g, (triplet) =>
    String.fromCharCode(Number.parseInt(triplet.slice(1), 16)),
  );
}
