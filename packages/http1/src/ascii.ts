/**
 * Content that is text: when every octet of it is ASCII, it is as long in UTF-8 as
 * it looks and travels with its head, in one piece.
 *
 * @module
 */

/** Longer text is not looked at. */
const SMALL_CONTENT = 4_096;

export const UTF8: InstanceType<typeof TextEncoder> = new TextEncoder();

/** Whether text can travel with the head. */
export function isSmallAscii(text: string): boolean {
  if (text === lastAscii) return true;
  if (text.length > SMALL_CONTENT || NOT_ASCII.test(text)) return false;
  lastAscii = text;
  return true;
}

const NOT_ASCII = /[^\x00-\x7f]/;

/** What was looked at last: the same answer again and again need not be. */
let lastAscii = "";
