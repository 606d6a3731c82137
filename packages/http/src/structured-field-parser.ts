/**
 * Parsing structured fields (RFC 9651 §4.2).
 *
 * Strict, as §1.1 demands: a field that breaks the grammar anywhere is no field
 * at all, and is ignored.
 *
 * @module
 */
import { decodeBase64 } from "./base64.ts";
import { percentDecode } from "./percent-encoding.ts";
import {
  type BareItem,
  Decimal,
  DisplayString,
  type InnerList,
  type Item,
  type ItemParameters,
  keyEnd,
  MAX_INNER_LIST_ITEMS,
  MAX_ITEM_PARAMETERS,
  MAX_STRUCTURED_FIELD,
  MAX_STRUCTURED_MEMBERS,
  type Member,
  startsToken,
  structuredTokenEnd,
  Token,
} from "./structured-field.ts";
import { owsEnd } from "./tokens.ts";

/**
 * Reads a field that is defined as an Item.
 *
 * @param text - the field's value, its lines joined by `, `
 * @returns `null` when it is not an Item or is over a limit; the field is then ignored
 *
 * @example
 * ```ts
 * parseItem("5; foo=bar")?.value; // 5
 * parseItem("5; foo=bar")?.parameters.get("foo"); // Token { text: "bar" }
 * parseItem('"a", "b"'); // null: a list
 * ```
 *
 * RFC 9651 §4.2.3. Linear (S100). A Date that `Date` cannot hold, before or after 270,000 years, is refused: §3.3.7 asks
 * for the years 1 to 9999.
 */
export function parseItem(text: string): Item | null {
  if (text.length > MAX_STRUCTURED_FIELD) return null;
  const parser = new Parser(text);
  const item = parser.item();
  return parser.atEnd() ? item : null;
}

/**
 * Reads a field that is defined as a List.
 *
 * @param text - the field's value, its lines joined by `, `; `""` when there is none
 * @returns the members in order, none for `""`; `null` when it is not a List or is over a limit; the field is then
 *   ignored
 *
 * @example
 * ```ts
 * parseList('sugar, (tea rum);hot')?.map((member) => member.items?.length ?? member.value); // [Token("sugar"), 2]
 * ```
 *
 * RFC 9651 §4.2.1. Linear (S100).
 */
export function parseList(text: string): Member[] | null {
  if (text.length > MAX_STRUCTURED_FIELD) return null;
  const parser = new Parser(text);
  const list = parser.list();
  return parser.atEnd() ? list : null;
}

/**
 * Reads a field that is defined as a Dictionary.
 *
 * @param text - the field's value, its lines joined by `, `; `""` when there is none
 * @returns the members by key, in order, none for `""`; `null` when it is not a Dictionary or is over a limit; the
 *   field is then ignored
 *
 * A key alone is `true`. Of several members with one key the last counts, in the place of the first.
 *
 * @example
 * ```ts
 * const priority = parseDictionary("u=1, i");
 * priority?.get("u")?.value; // 1
 * priority?.get("i")?.value; // true
 * ```
 *
 * RFC 9651 §4.2.2. Linear (S100).
 */
export function parseDictionary(text: string): Map<string, Member> | null {
  if (text.length > MAX_STRUCTURED_FIELD) return null;
  const parser = new Parser(text);
  const dictionary = parser.dictionary();
  return parser.atEnd() ? dictionary : null;
}

/** One field on its way. Each method takes what the algorithm of its section takes; `null` or `undefined` is failure. */
class Parser {
  private readonly text: string;
  private at: number;

  constructor(text: string) {
    this.text = text;
    this.at = 0;
    this.skipSpaces();
  }

  /** Whether nothing but spaces is left. */
  atEnd(): boolean {
    this.skipSpaces();
    return this.at === this.text.length;
  }

  /** §4.2.1 */
  list(): Member[] | null {
    const members: Member[] = [];
    while (this.at < this.text.length) {
      const member = this.member();
      if (member === null || members.push(member) > MAX_STRUCTURED_MEMBERS || !this.separator()) return null;
    }
    return members;
  }

  /** §4.2.2 */
  dictionary(): Map<string, Member> | null {
    const members = new Map<string, Member>();
    for (let count = 1; this.at < this.text.length; count++) {
      const key = this.key();
      if (key === "" || count > MAX_STRUCTURED_MEMBERS) return null;
      const member = this.takes(EQUALS) ? this.member() : this.parametersOf(true);
      if (member === null || !this.separator()) return null;
      members.set(key, member);
    }
    return members;
  }

  /** §4.2.3 */
  item(): Item | null {
    const value = this.bareItem();
    return value === undefined ? null : this.parametersOf(value);
  }

  /** The comma between two members, or the end; false for anything else, a comma at the end too. */
  private separator(): boolean {
    this.at = owsEnd(this.text, this.at);
    if (this.at === this.text.length) return true;
    if (!this.takes(COMMA)) return false;
    this.at = owsEnd(this.text, this.at);
    return this.at < this.text.length;
  }

  /** §4.2.1.1 */
  private member(): Member | null {
    return this.text.charCodeAt(this.at) === OPEN ? this.innerList() : this.item();
  }

  /** §4.2.1.2 */
  private innerList(): InnerList | null {
    const items: Item[] = [];
    this.at++;
    for (this.skipSpaces(); !this.takes(CLOSE); this.skipSpaces()) {
      const item = this.item();
      if (item === null || items.push(item) > MAX_INNER_LIST_ITEMS) return null;
      const next = this.text.charCodeAt(this.at);
      if (next !== SPACE && next !== CLOSE) return null;
    }
    const parameters = this.parameters();
    return parameters === null ? null : { items, parameters };
  }

  private parametersOf(value: BareItem): Item | null {
    const parameters = this.parameters();
    return parameters === null ? null : { value, parameters };
  }

  /** §4.2.3.2 */
  private parameters(): ItemParameters | null {
    if (this.text.charCodeAt(this.at) !== SEMICOLON) return NO_PARAMETERS;
    const parameters = new Map<string, BareItem>();
    for (let count = 1; this.takes(SEMICOLON); count++) {
      this.skipSpaces();
      const key = this.key();
      if (key === "" || count > MAX_ITEM_PARAMETERS) return null;
      const value = this.takes(EQUALS) ? this.bareItem() : true;
      if (value === undefined) return null;
      parameters.set(key, value);
    }
    return parameters;
  }

  /** §4.2.3.3; `""` when there is none. */
  private key(): string {
    const start = this.at;
    this.at = keyEnd(this.text, start);
    return this.text.slice(start, this.at);
  }

  /** §4.2.3.1: the first character says which type follows. */
  private bareItem(): BareItem | undefined {
    const code = this.text.charCodeAt(this.at);
    if (isDigit(code) || code === DASH) return this.number();
    if (startsToken(code)) return this.token();
    switch (code) {
      case QUOTE:
        return this.string();
      case QUESTION_MARK:
        return this.boolean();
      case COLON:
        return this.byteSequence();
      case AT:
        return this.date();
      case PERCENT:
        return this.displayString();
      default:
        return undefined;
    }
  }

  /** §4.2.4 */
  private number(): number | Decimal | undefined {
    const { text, at: start } = this;
    const first = text.charCodeAt(start) === DASH ? start + 1 : start;
    let at = first;
    let integer = 0;
    for (let code = text.charCodeAt(at); isDigit(code); code = text.charCodeAt(++at)) {
      if (at - first === MAX_INTEGER_DIGITS) return undefined;
      integer = integer * 10 + code - ZERO;
    }
    if (at === first) return undefined;
    if (text.charCodeAt(at) !== POINT) {
      this.at = at;
      return first > start && integer > 0 ? -integer : integer;
    }
    if (at - first > MAX_WHOLE_DIGITS) return undefined;
    const point = at++;
    while (at - point <= MAX_PLACES && isDigit(text.charCodeAt(at))) at++;
    if (at - point === 1 || isDigit(text.charCodeAt(at))) return undefined;
    this.at = at;
    return new Decimal(Number(text.slice(start, at)) + 0); // -0 becomes 0
  }

  /** §4.2.5 */
  private string(): string | undefined {
    const { text } = this;
    let decoded = "";
    let copied = this.at + 1;
    for (let at = copied; ; at++) {
      let code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return decoded + text.slice(copied, at);
      }
      if (code === BACKSLASH) {
        decoded += text.slice(copied, at);
        copied = ++at;
        code = text.charCodeAt(at);
        if (code !== QUOTE && code !== BACKSLASH) return undefined;
      } else if (!isPrintable(code)) return undefined;
    }
  }

  /** §4.2.6 */
  private token(): Token {
    const start = this.at;
    this.at = structuredTokenEnd(this.text, start);
    return new Token(this.text.slice(start, this.at));
  }

  /** §4.2.7 */
  private byteSequence(): Uint8Array | undefined {
    const start = this.at + 1;
    const end = this.text.indexOf(":", start);
    if (end < 0) return undefined;
    this.at = end + 1;
    return decodeBase64(this.text, start, end) ?? undefined;
  }

  /** §4.2.8 */
  private boolean(): boolean | undefined {
    const code = this.text.charCodeAt(this.at + 1);
    if (code !== ZERO && code !== ONE) return undefined;
    this.at += 2;
    return code === ONE;
  }

  /** §4.2.9 */
  private date(): Date | undefined {
    this.at++;
    const seconds = this.number();
    if (typeof seconds !== "number" || Math.abs(seconds) > MAX_DATE_SECONDS) return undefined;
    return new Date(seconds * 1_000);
  }

  /** §4.2.10 */
  private displayString(): DisplayString | undefined {
    const { text } = this;
    const start = this.at + 2;
    if (text.charCodeAt(start - 1) !== QUOTE) return undefined;
    let at = start;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
      if (!isPrintable(code)) return undefined;
      if (code === PERCENT && !(isLowerHex(text.charCodeAt(++at)) && isLowerHex(text.charCodeAt(++at))))
        return undefined;
    }
    this.at = at + 1;
    const decoded = percentDecode(text.slice(start, at));
    return decoded === null ? undefined : new DisplayString(decoded);
  }

  /** Takes a character if it is the next. */
  private takes(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  private skipSpaces(): void {
    while (this.text.charCodeAt(this.at) === SPACE) this.at++;
  }
}

/** Shared by all that have none, and therefore closed: two maps less make `u=1, i` cost 198 and not 407 ns. */
const NO_PARAMETERS: ItemParameters = Object.assign(new Map<string, BareItem>(), {
  set(): never {
    throw new TypeError("parameters that were parsed are not changed; make a new map of them");
  },
});

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function isLowerHex(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x66);
}

/** `VCHAR` and SP; false beyond the end. */
function isPrintable(code: number): boolean {
  return code >= SPACE && code <= 0x7e;
}

/** Digits of an Integer; digits of a Decimal before and behind its point (§3.3.1, §3.3.2). */
const MAX_INTEGER_DIGITS = 15;
const MAX_WHOLE_DIGITS = 12;
const MAX_PLACES = 3;
/** What `Date` can hold (ECMA-262 §21.4.1.1). */
const MAX_DATE_SECONDS = 8_640_000_000_000;

const SPACE = 0x20;
const QUOTE = 0x22;
const PERCENT = 0x25;
const OPEN = 0x28;
const CLOSE = 0x29;
const COMMA = 0x2c;
const DASH = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const ONE = 0x31;
const NINE = 0x39;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUESTION_MARK = 0x3f;
const AT = 0x40;
const BACKSLASH = 0x5c;
