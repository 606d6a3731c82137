/**
 * Quoted strings (RFC 9110 §5.6.4): values that are no token.
 *
 * @module
 */
import { isToken } from "./tokens.ts";

/**
 * Where the quoted string that starts at `at` ends.
 *
 * @returns the offset behind the closing quote, or -1 when there is no quote at `at`, when none closes it or when
 *   it holds a control or a character above U+00FF
 *
 * @example
 * ```ts
 * quotedStringEnd('"a\\"b"; c', 0); // 6
 * ```
 *
 * RFC 9110 §5.6.4. Linear; allocates nothing.
 */
export function quotedStringEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) return -1;
  for (at++; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) code = text.charCodeAt(++at); // NaN at the end of the text, which is no text
    if (!isQuotable(code)) return -1;
  }
  return -1;
}

/**
 * The value of a quoted string: without its quotes, with `\x` replaced by `x`.
 *
 * @param text - the quoted string and nothing else
 * @returns the value, or `null` when `text` is not a quoted string
 *
 * @example
 * ```ts
 * decodeQuotedString('"a \\"b\\""'); // 'a "b"'
 * decodeQuotedString("a"); // null
 * ```
 *
 * RFC 9110 §5.6.4.
 */
export function decodeQuotedString(text: string): string | null {
  if (quotedStringEnd(text, 0) !== text.length) return null;
  return removeEscapes(text.slice(1, -1));
}

/**
 * A text as a quoted string.
 *
 * @throws TypeError `ERR_NOT_QUOTABLE` when it holds a control other than HTAB, or a character above U+00FF:
 *   no escape exists for them, and a line end would start another field (S42, S52)
 *
 * @example
 * ```ts
 * encodeQuotedString('say "hi"'); // '"say \\"hi\\""'
 * ```
 *
 * RFC 9110 §5.6.4.
 */
export function encodeQuotedString(text: string): string {
  let encoded = '"';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isQuotable(code)) throw new NotQuotableError(code);
    if (code !== QUOTE && code !== BACKSLASH) continue;
    encoded += `${text.slice(copied, at)}\\`;
    copied = at;
  }
  return `${encoded}${text.slice(copied)}"`;
}

/**
 * A text as it is when it is a token, else as a quoted string: the shortest form of a parameter's value.
 *
 * @example
 * ```ts
 * encodeTokenOrQuotedString("utf-8"); // "utf-8"
 * encodeTokenOrQuotedString("a b"); // '"a b"'
 * ```
 */
export function encodeTokenOrQuotedString(text: string): string {
  return isToken(text) ? text : encodeQuotedString(text);
}

/** A text that has no form as a quoted string. */
export class NotQuotableError extends TypeError {
  override readonly name = "NotQuotableError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_NOT_QUOTABLE";

  constructor(character: number) {
    const name = `U+${character.toString(16).toUpperCase().padStart(4, "0")}`;
    super(`a quoted string cannot hold ${name}; remove it or encode the text`);
  }
}

/** Removes the backslashes of quoted pairs, in runs rather than characters. */
function removeEscapes(content: string): string {
  let backslash = content.indexOf("\\");
  if (backslash < 0) return content;
  let value = "";
  let copied = 0;
  while (backslash >= 0) {
    value += content.slice(copied, backslash);
    copied = backslash + 1;
    backslash = content.indexOf("\\", copied + 1); // what follows a backslash is never an escape itself
  }
  return value + content.slice(copied);
}

/** HTAB, SP, VCHAR and obs-text: what may stand in a quoted string, quote and backslash escaped. */
function isQuotable(code: number): boolean {
  return (code >= 0x20 && code <= 0xff && code !== 0x7f) || code === 0x09;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
