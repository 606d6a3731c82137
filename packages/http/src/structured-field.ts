/**
 * Structured fields (RFC 9651 §3): what Items, Lists and Dictionaries are made of.
 *
 * Each type of the RFC is one type here, so that nothing is lost or mistaken on
 * the way: a Token is not a String, and a Decimal not an Integer.
 *
 * @module
 */
import { tokenEnd } from "./tokens.ts";

/** The longest field that is read, characters. Stops Items by the hundred thousand in Inner Lists (S100). */
export const MAX_STRUCTURED_FIELD = 131_072;
/**
 * Members that a List or a Dictionary may have, those of one key all counted. Stops floods of them, as the two below
 * (S100); of each, RFC 9651 demands no less (§3.1, §3.2).
 */
export const MAX_STRUCTURED_MEMBERS = 1_024;
/** Items that an Inner List may have (§3.1.1). */
export const MAX_INNER_LIST_ITEMS = 256;
/** Parameters that an Item or an Inner List may have, those of one key all counted (§3.1.2). */
export const MAX_ITEM_PARAMETERS = 256;

/**
 * A value without parameters (§3.3):
 *
 * | RFC 9651 | here | on the wire |
 * |---|---|---|
 * | Integer | `number` | `42` |
 * | Decimal | {@link Decimal} | `4.5` |
 * | String | `string` | `"text"` |
 * | Token | {@link Token} | `text` |
 * | Byte Sequence | `Uint8Array` | `:aGk=:` |
 * | Boolean | `boolean` | `?1` |
 * | Date | `Date` | `@1659578233` |
 * | Display String | {@link DisplayString} | `%"caf%c3%a9"` |
 */
export type BareItem = number | Decimal | string | Token | Uint8Array | boolean | Date | DisplayString;

/** Parameters by key, in order (§3.1.2). */
export type ItemParameters = ReadonlyMap<string, BareItem>;

/** A value and its parameters (§3.3). */
export interface Item {
  readonly value: BareItem;
  readonly parameters: ItemParameters;
  /** Only an {@link InnerList} has items: `member.items === undefined` tells them apart. */
  readonly items?: undefined;
}

/** Items in parentheses, and the parameters of them all (§3.1.1). */
export interface InnerList {
  readonly items: readonly Item[];
  readonly parameters: ItemParameters;
  /** Only an {@link Item} has a value. */
  readonly value?: undefined;
}

/** What a List or a Dictionary holds (§3.1, §3.2). */
export type Member = Item | InnerList;

/**
 * A short word, not to be taken for a String (§3.3.4).
 *
 * @example
 * ```ts
 * formatItem(new Token("gzip")); // "gzip"
 * ```
 */
export class Token {
  readonly type = "token";
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/**
 * A number with a fraction: up to 12 digits before the point and 3 behind it (§3.3.2).
 *
 * @example
 * ```ts
 * formatItem(new Decimal(1)); // "1.0"
 * ```
 */
export class Decimal {
  readonly type = "decimal";
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  toString(): string {
    return String(this.number);
  }
}

/**
 * Text of any characters, for people (§3.3.8); a String is of printable ASCII. Controls may be in it (RFC 9651 §6).
 *
 * @example
 * ```ts
 * formatItem(new DisplayString("Füße")); // '%"F%c3%bc%c3%9fe"'
 * ```
 */
export class DisplayString {
  readonly type = "display string";
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/**
 * Where the key that starts at `at` ends; `at` itself when there is none: lower-case letters, digits and `_-.*`, the
 * first of them a letter or `*` (§3.1.2).
 */
export function keyEnd(text: string, at: number): number {
  if (KEY[text.charCodeAt(at)] !== STARTS) return at;
  while ((KEY[text.charCodeAt(at)] ?? 0) > 0) at++;
  return at;
}

/** Where the Token that starts at `at` ends; `at` itself when there is none (§3.3.4): `:` and `/` may be in it. */
export function structuredTokenEnd(text: string, at: number): number {
  if (!startsToken(text.charCodeAt(at))) return at;
  let end = tokenEnd(text, at + 1);
  for (let code = text.charCodeAt(end); code === COLON || code === SLASH; code = text.charCodeAt(end))
    end = tokenEnd(text, end + 1);
  return end;
}

/** `ALPHA` or `*`. */
export function startsToken(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === ASTERISK;
}

/** In {@link KEY}: may be the first character of a key, or a later one. */
const STARTS = 2;
const FOLLOWS = 1;
const KEY: Uint8Array = new Uint8Array(128);
for (const character of "0123456789_-.") KEY[character.charCodeAt(0)] = FOLLOWS;
for (const character of "abcdefghijklmnopqrstuvwxyz*") KEY[character.charCodeAt(0)] = STARTS;

const ASTERISK = 0x2a;
const SLASH = 0x2f;
const COLON = 0x3a;
