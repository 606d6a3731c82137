/**
 * HTTP whitespace around what fetch's standard calls a value: tabs, line ends and spaces, and nothing else.
 *
 * Linear, which `/\s+$/` is not: it begins anew at each blank of a run that does not end the text.
 *
 * @module
 */

/** @param more - further characters that are blank */
export function trimWhitespace(text: string, more = ""): string {
  return trimLeading(trimTrailing(text, more), more);
}

export function trimLeading(text: string, more = ""): string {
  let start = 0;
  while (start < text.length && isBlank(text[start] as string, more)) start++;
  return text.slice(start);
}

export function trimTrailing(text: string, more = ""): string {
  let end = text.length;
  while (end > 0 && isBlank(text[end - 1] as string, more)) end--;
  return text.slice(0, end);
}

function isBlank(character: string, more: string): boolean {
  return BLANKS.includes(character) || more.includes(character);
}

const BLANKS = "\t\n\r ";
