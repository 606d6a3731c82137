/**
 * Parameters: `;name=value` (RFC 9110 §5.6.6).
 *
 * @module
 */
import { decodeQuotedString, encodeTokenOrQuotedString, quotedStringEnd } from "./quoted-string.ts";
import { isToken, owsEnd, tokenEnd } from "./tokens.ts";

/** Parameters that one value may have, empty ones included; more is refused: nothing in use has ten (S100). */
export const MAX_PARAMETERS = 64;

/** Parameters by name in lower case, in order. A `Map`: a parameter may be called `__proto__` (S99). */
export type ParameterMap = ReadonlyMap<string, string>;

/**
 * Reads the parameters that stand from `at` to the end of a text.
 *
 * @returns the parameters, or `null` when what stands there is something else: a name without value, whitespace
 *   around `=`, a quoted string that is not closed, more than {@link MAX_PARAMETERS}
 *
 * Names are put in lower case; values are decoded and keep theirs. Of several with one name the first counts, as
 * browsers have it. Empty parameters (`;;`, a `;` at the end) are skipped, as the grammar allows.
 *
 * @example
 * ```ts
 * parseParameters('text/html; Charset="utf-8";', 9); // Map { "charset" => "utf-8" }
 * parseParameters("text/html; charset", 9); // null
 * ```
 *
 * RFC 9110 §5.6.6. Linear.
 */
export function parseParameters(text: string, at: number): ParameterMap | null {
  const parameters = new Map<string, string>();
  let count = 0;
  for (at = owsEnd(text, at); at < text.length; at = owsEnd(text, at)) {
    if (text.charCodeAt(at) !== SEMICOLON || ++count > MAX_PARAMETERS) return null;
    at = owsEnd(text, at + 1);
    const nameEnd = tokenEnd(text, at);
    if (nameEnd === at) continue; // empty, or something that the next round refuses
    if (text.charCodeAt(nameEnd) !== EQUALS) return null;
    const name = text.slice(at, nameEnd).toLowerCase();
    const start = nameEnd + 1;
    const quoted = text.charCodeAt(start) === QUOTE;
    at = quoted ? quotedStringEnd(text, start) : tokenEnd(text, start);
    if (at <= start) return null;
    const value = text.slice(start, at);
    if (!parameters.has(name)) parameters.set(name, quoted ? (decodeQuotedString(value) ?? "") : value);
  }
  return parameters;
}

/**
 * Writes parameters, each as `; name=value`, the value quoted where it has to be.
 *
 * @throws TypeError when a name is no token, `ERR_NOT_QUOTABLE` when a value cannot be quoted (S52)
 *
 * @example
 * ```ts
 * formatParameters([["charset", "utf-8"], ["title", "a b"]]); // '; charset=utf-8; title="a b"'
 * ```
 */
export function formatParameters(parameters: Iterable<readonly [string, string]>): string {
  let text = "";
  for (const [name, value] of parameters) {
    if (!isToken(name))
      throw new TypeError(`not a parameter name: ${JSON.stringify(name)}; use letters, digits and "-"`);
    text += `; ${name}=${encodeTokenOrQuotedString(value)}`;
  }
  return text;
}

const QUOTE = 0x22;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
