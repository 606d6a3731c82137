/**
 * Showing what a peer sent to people: in errors, logs and terminals.
 *
 * A peer's octets can carry line ends that forge a log line, escape sequences
 * that drive the terminal of whoever reads it, and marks that turn the writing
 * direction around (S51). Shown here is visible ASCII and nothing else.
 *
 * @module
 */

/** How much of a peer's text is shown unless the caller says otherwise: enough to recognise, too little to flood a log. */
export const MAX_ESCAPED = 256;

/**
 * A text or octets as visible ASCII: `\r`, `\n`, `\t` and `\\` by name, other octets as `\xNN`, other characters
 * as `\u{N}`. What is beyond `max` is counted, not shown.
 *
 * The quote is not escaped: the result is for reading, not for parsing.
 *
 * @param octets - octets as they came, or a text
 * @param max - octets or UTF-16 code units of the input to show; the output is at most 10 times as long
 *
 * @example
 * ```ts
 * escapeForLog("GET /\r\nX: \x1b[2J"); // "GET /\\r\\nX: \\x1b[2J"
 * escapeForLog(new Uint8Array([0x50, 0x52, 0x49, 0x00])); // "PRI\\x00"
 * escapeForLog("abcdef", 4); // "abcd... (2 more)"
 * ```
 */
export function escapeForLog(octets: string | Uint8Array, max: number = MAX_ESCAPED): string {
  const { length } = octets;
  let end = Math.min(length, max);
  let shown = "";
  if (typeof octets === "string") {
    for (let i = 0; i < end; i++) {
      const code = octets.codePointAt(i) ?? 0;
      if (code > 0xffff) {
        i++; // a surrogate pair is one character
        if (i >= end) end = i + 1;
      }
      shown += code < 0x100 ? escapeOctet(code) : `\\u{${code.toString(16)}}`;
    }
  } else {
    for (let i = 0; i < end; i++) shown += escapeOctet(octets[i] as number);
  }
  return end < length ? `${shown}... (${length - end} more)` : shown;
}

function escapeOctet(code: number): string {
  return ESCAPED[code] as string;
}

const ESCAPED: readonly string[] = Array.from({ length: 256 }, (_, code) => {
  if (code === 0x09) return "\\t";
  if (code === 0x0a) return "\\n";
  if (code === 0x0d) return "\\r";
  if (code === 0x5c) return "\\\\";
  if (code >= 0x20 && code <= 0x7e) return String.fromCharCode(code);
  return `\\x${code.toString(16).padStart(2, "0")}`;
});
