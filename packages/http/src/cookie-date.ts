/**
 * The dates of cookies (RFC 6265bis §5.1.1): whatever servers have written for thirty years.
 *
 * For everything else there is `parseHttpDate`, which is strict.
 *
 * @module
 */
import { epochSeconds, MONTHS } from "./date.ts";

/** A date with more characters is no date: there are 29 in the longest that servers mean (S100). */
export const MAX_COOKIE_DATE = 256;

/**
 * Reads the date of an Expires attribute: a time, a day, a month and a year, in any order, between any separators.
 *
 * @returns seconds since 1970, or `NaN`
 *
 * Years of two digits are 1970 to 2069. The zone is ignored: it is always GMT.
 *
 * @example
 * ```ts
 * parseCookieDate("Wed, 09-Jun-2021 10:18:14 GMT"); // 1623233894
 * parseCookieDate("10:18:14 9 june 21"); // 1623233894
 * ```
 *
 * RFC 6265bis §5.1.1. Linear.
 */
export function parseCookieDate(text: string): number {
  if (text.length > MAX_COOKIE_DATE) return Number.NaN;
  let time = Number.NaN;
  let day = Number.NaN;
  let month = Number.NaN;
  let year = Number.NaN;
  for (let at = 0; at < text.length; ) {
    const start = at;
    while (at < text.length && !isDelimiter(text.charCodeAt(at))) at++;
    const token = text.slice(start, at++);
    // Each token is the first of these that is still missing and that it can be.
    if (Number.isNaN(time) && !Number.isNaN((time = timeOf(token)))) continue;
    if (Number.isNaN(day) && !Number.isNaN((day = numberOf(token, 1, 2)))) continue;
    if (Number.isNaN(month) && !Number.isNaN((month = monthOf(token)))) continue;
    if (Number.isNaN(year)) year = numberOf(token, 2, 4);
  }
  if (year >= 70 && year <= 99) year += 1900;
  else if (year >= 0 && year <= 69) year += 2000;
  return year >= 1601 ? epochSeconds(year, month, day, time) : Number.NaN;
}

/** `1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT` and perhaps something that is no digit, as seconds of the day, or `NaN`. */
function timeOf(token: string): number {
  const parts = token.split(":", 4);
  if (parts.length < 3) return Number.NaN;
  const [hour = "", minute = "", second = ""] = parts;
  if (hour.length > 2 || minute.length > 2) return Number.NaN;
  const h = numberOf(hour, 1, 2, true);
  const m = numberOf(minute, 1, 2, true);
  const s = numberOf(second, 1, 2);
  return h <= 23 && m <= 59 && s <= 59 ? h * 3600 + m * 60 + s : Number.NaN;
}

/** `min` to `max` digits at the start of a token, the next character being none, as a number, or `NaN`. */
function numberOf(token: string, min: number, max: number, alone: boolean = false): number {
  let value = 0;
  let at = 0;
  for (; at < token.length; at++) {
    const digit = token.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    if (at === max) return Number.NaN;
    value = value * 10 + digit;
  }
  return at < min || (alone && at < token.length) ? Number.NaN : value;
}

/** 0 to 11 by the first three letters, or `NaN`. */
function monthOf(token: string): number {
  const start = token.slice(0, 3).toLowerCase();
  const month = MONTHS.findIndex((name) => name.toLowerCase() === start);
  return month < 0 ? Number.NaN : month;
}

/** `delimiter` of §5.1.1: HTAB, space and ASCII punctuation but `:`, which is inside times. */
function isDelimiter(code: number): boolean {
  return (
    code === 0x09 ||
    (code >= 0x20 && code <= 0x2f) ||
    (code >= 0x3b && code <= 0x40) ||
    (code >= 0x5b && code <= 0x60) ||
    (code >= 0x7b && code <= 0x7e)
  );
}
