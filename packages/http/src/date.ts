/**
 * HTTP-date (RFC 9110 §5.6.7): three formats read, one written.
 *
 * Times are whole seconds since 1970-01-01 UTC. This module reads no clock: the
 * time of day comes in as an argument.
 *
 * @module
 */

/**
 * Reads a timestamp in any of the three formats.
 *
 * @param text - a field value without whitespace around it
 * @param now - the time of day, seconds since 1970. Used only for the two-digit year of the RFC 850 format, which
 *   is never more than 50 years ahead of `now`
 * @param ignoreCase - match day, month and zone names without case, as RFC 9111 §4.2 wants of a cache; otherwise
 *   they are case-sensitive
 * @returns seconds since 1970, negative before; `NaN` when `text` is not an HTTP-date, which callers of
 *   conditional fields then ignore (RFC 9110 §13.1.3)
 *
 * Strict: one spelling for each format, days that exist, no time zone but GMT. The day name has to be one, but is
 * not compared with the date: a wrong one is a common slip and nothing depends on it. Second 60, a leap second,
 * is the first of the next minute.
 *
 * @example
 * ```ts
 * parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT", now); // 784111777
 * parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", now); // 784111777
 * parseHttpDate("Sun Nov  6 08:49:37 1994", now); // 784111777
 * parseHttpDate("1994-11-06", now); // NaN
 * ```
 *
 * RFC 9110 §5.6.7. Linear; looks at no more than 33 characters (S156).
 */
export function parseHttpDate(text: string, now: number, ignoreCase: boolean = false): number {
  if (text.length === 29 && isAt(text, 3, COMMA)) return parseImfFixdate(text, ignoreCase);
  if (text.length === 24) return parseAsctime(text, ignoreCase);
  if (text.length >= 30 && text.length <= 33) return parseRfc850(text, now, ignoreCase);
  return Number.NaN;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
function parseImfFixdate(text: string, ignoreCase: boolean): number {
  if (indexOf(DAYS, text.slice(0, 3), ignoreCase) < 0 || !endsInGmt(text, ignoreCase)) return Number.NaN;
  if (!isAt(text, 4, SPACE) || !isAt(text, 7, SPACE) || !isAt(text, 11, SPACE) || !isAt(text, 16, SPACE))
    return Number.NaN;
  const year = digits(text, 12, 4);
  return epochSeconds(year, monthAt(text, 8, ignoreCase), digits(text, 5, 2), timeOfDay(text, 17));
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function parseRfc850(text: string, now: number, ignoreCase: boolean): number {
  const comma = text.length - 24;
  if (indexOf(LONG_DAYS, text.slice(0, comma), ignoreCase) < 0 || !endsInGmt(text, ignoreCase)) return Number.NaN;
  if (!isAt(text, comma, COMMA) || !isAt(text, comma + 1, SPACE) || !isAt(text, comma + 11, SPACE)) return Number.NaN;
  if (!isAt(text, comma + 4, DASH) || !isAt(text, comma + 8, DASH)) return Number.NaN;
  const month = monthAt(text, comma + 5, ignoreCase);
  const day = digits(text, comma + 2, 2);
  const time = timeOfDay(text, comma + 12);
  // "more than 50 years in the future" means "the most recent year in the past that had the same last two digits":
  // try this century's year, the next and the one before, the latest that is within 50 years from now.
  const twoDigits = digits(text, comma + 9, 2);
  const thisYear = yearOf(now);
  const limit = epochSeconds(thisYear + 50, 0, 1, 0) + (now - epochSeconds(thisYear, 0, 1, 0));
  let year = thisYear - (thisYear % 100) + 100 + twoDigits;
  while (year > 0 && epochSeconds(year, month, Math.min(day, 28), time) > limit) year -= 100;
  return epochSeconds(year, month, day, time);
}

/** `Sun Nov  6 08:49:37 1994` */
function parseAsctime(text: string, ignoreCase: boolean): number {
  if (indexOf(DAYS, text.slice(0, 3), ignoreCase) < 0) return Number.NaN;
  if (!isAt(text, 3, SPACE) || !isAt(text, 7, SPACE) || !isAt(text, 10, SPACE) || !isAt(text, 19, SPACE))
    return Number.NaN;
  const day = isAt(text, 8, SPACE) ? digits(text, 9, 1) : digits(text, 8, 2);
  return epochSeconds(digits(text, 20, 4), monthAt(text, 4, ignoreCase), day, timeOfDay(text, 11));
}

let lastSeconds = Number.NaN;
let lastText = "";

/**
 * Writes a timestamp as IMF-fixdate, the only format that may be generated.
 *
 * The last value is kept: a server that writes `Date` in every response formats it once per second.
 *
 * @param epochSeconds - seconds since 1970; a fraction is cut off
 * @returns 29 characters, e.g. `Sun, 06 Nov 1994 08:49:37 GMT`
 * @throws RangeError when the year is not 0 to 9999, which the format cannot say
 *
 * @example
 * ```ts
 * imfFixdate(784111777); // "Sun, 06 Nov 1994 08:49:37 GMT"
 * ```
 *
 * RFC 9110 §5.6.7.
 */
export function imfFixdate(epochSeconds: number): string {
  const seconds = Math.floor(epochSeconds);
  if (seconds !== lastSeconds) {
    if (!(seconds >= FIRST_SECOND && seconds <= LAST_SECOND))
      throw new RangeError(`an HTTP-date is in the years 0000 to 9999; ${epochSeconds} seconds since 1970 is not`);
    lastText = new Date(seconds * 1000).toUTCString(); // ECMAScript prescribes exactly IMF-fixdate
    lastSeconds = seconds;
  }
  return lastText;
}

/** `HH:MM:SS` as seconds of the day, or `NaN`. Second 60 is allowed by the grammar. */
function timeOfDay(text: string, at: number): number {
  const hour = digits(text, at, 2);
  const minute = digits(text, at + 3, 2);
  const second = digits(text, at + 6, 2);
  if (!isAt(text, at + 2, COLON) || !isAt(text, at + 5, COLON)) return Number.NaN;
  return hour <= 23 && minute <= 59 && second <= 60 ? hour * 3600 + minute * 60 + second : Number.NaN;
}

/** `count` digits as a number, or `NaN`. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** 0 to 11, or -1. */
function monthAt(text: string, at: number, ignoreCase: boolean): number {
  return indexOf(MONTHS, text.slice(at, at + 3), ignoreCase);
}

function indexOf(names: readonly string[], name: string, ignoreCase: boolean): number {
  if (!ignoreCase) return names.indexOf(name);
  const lower = name.toLowerCase();
  return names.findIndex((each) => each.toLowerCase() === lower);
}

function endsInGmt(text: string, ignoreCase: boolean): boolean {
  return (ignoreCase ? text.slice(-4).toUpperCase() : text.slice(-4)) === " GMT";
}

function isAt(text: string, at: number, code: number): boolean {
  return text.charCodeAt(at) === code;
}

/**
 * Seconds since 1970 of a day in the proleptic Gregorian calendar, or `NaN` for a day that does not exist.
 * `Date.UTC` would take year 94 for 1994 and roll 31 February over into March.
 */
export function epochSeconds(year: number, month: number, day: number, seconds: number): number {
  const length = month === 1 && isLeap(year) ? 29 : MONTH_LENGTHS[month];
  if (length === undefined || !(day >= 1 && day <= length)) return Number.NaN;
  // Years that begin in March put the leap day last, so that the month lengths follow one line.
  const y = month < 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * 86_400 + seconds;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function yearOf(seconds: number): number {
  return new Date(seconds * 1000).getUTCFullYear();
}

const DAYS: readonly string[] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LONG_DAYS: readonly string[] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/** In order, as all three formats write them. */
export const MONTHS: readonly string[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const MONTH_LENGTHS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const COMMA = 0x2c;
const SPACE = 0x20;
const DASH = 0x2d;
const COLON = 0x3a;
/** 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;
