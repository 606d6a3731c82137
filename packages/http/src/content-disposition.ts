/**
 * Content-Disposition (RFC 6266): show it, or save it, and under which name.
 *
 * @module
 */
import { decodeExtValue, encodeExtValue } from "./ext-value.ts";
import { type ParameterMap, parseParameters } from "./parameters.ts";
import { encodeTokenOrQuotedString } from "./quoted-string.ts";
import { isToken, owsEnd, tokenEnd } from "./tokens.ts";

/** A Content-Disposition in its parts. */
export interface ContentDisposition {
  /** In lower case: `inline`, `attachment`, `form-data`; anything else is treated as `attachment` (§4.2). */
  readonly type: string;
  /**
   * From `filename*` where it can be read, else from `filename`; `null` when there is neither. What a peer calls a
   * file: it may hold `/`, `\`, `..` and controls, so never use it as a path (§4.3, S148).
   */
  readonly filename: string | null;
  /** All parameters as they stand, `filename` included. */
  readonly parameters: ParameterMap;
}

/**
 * Writes a Content-Disposition.
 *
 * @param type - a token, usually `attachment` or `inline`
 * @param filename - any text. When plain ASCII cannot hold it, it is written twice: `filename` with `_` for what it
 *   cannot hold, for the oldest readers, and `filename*` in UTF-8 (§4.3, Appendix D)
 * @throws TypeError when `type` is no token
 *
 * Nothing in a file name can end the parameter or the field (S52): quotes, `\`, `%` and controls go the second way.
 *
 * @example
 * ```ts
 * formatContentDisposition("attachment", "report 2026.pdf"); // 'attachment; filename="report 2026.pdf"'
 * formatContentDisposition("attachment", "€.txt"); // "attachment; filename=_.txt; filename*=UTF-8''%E2%82%AC.txt"
 * ```
 */
export function formatContentDisposition(type: string, filename?: string): string {
  if (!isToken(type)) throw new TypeError(`not a disposition type: ${JSON.stringify(type)}; use "attachment"`);
  if (filename === undefined) return type;
  const plain = asciiFilename(filename);
  const written = `${type}; filename=${encodeTokenOrQuotedString(plain)}`;
  return plain === filename ? written : `${written}; filename*=${encodeExtValue(filename)}`;
}

/**
 * Reads a Content-Disposition.
 *
 * @returns the parts, or `null` when `text` is something else
 *
 * @example
 * ```ts
 * parseContentDisposition("attachment; filename=\"x\"; filename*=UTF-8''%E2%82%AC.txt")?.filename; // "€.txt"
 * ```
 *
 * RFC 6266 §4.1. Linear.
 */
export function parseContentDisposition(text: string): ContentDisposition | null {
  const start = owsEnd(text, 0);
  const end = tokenEnd(text, start);
  const parameters = end === start ? null : parseParameters(text, end);
  if (parameters === null) return null;
  const extended = parameters.get("filename*");
  const filename = (extended === undefined ? null : decodeExtValue(extended)) ?? parameters.get("filename") ?? null;
  return { type: text.slice(start, end).toLowerCase(), filename, parameters };
}

/**
 * A file name with `_` for each character that some reader of `filename` takes for something else: beyond ASCII the
 * charset is a guess, `\` is an escape to some and itself to others, `%` starts a triplet to some (Appendix D).
 */
function asciiFilename(filename: string): string {
  let plain = "";
  let copied = 0;
  for (let at = 0; at < filename.length; at++) {
    const code = filename.charCodeAt(at);
    if (code >= 0x20 && code <= 0x7e && code !== QUOTE && code !== PERCENT && code !== BACKSLASH) continue;
    plain += `${filename.slice(copied, at)}_`;
    if (code >= 0xd800 && code <= 0xdbff && isLowSurrogate(filename.charCodeAt(at + 1))) at++; // one character, one "_"
    copied = at + 1;
  }
  return copied === 0 ? filename : plain + filename.slice(copied);
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

const QUOTE = 0x22;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;
