/**
 * Parsing bare items of structured fields (RFC 9651 §4.2.3.1, §4.2.4 to §4.2.10): numbers, strings, tokens, byte sequences,
 * booleans, dates, display strings.
 *
 * @module
 */
import { decodeBase64 } from "./base64.ts";
import { percentDecode } from "./percent-encoding.ts";
import { type BareItem, Decimal, DisplayString, startsToken, structuredTokenEnd, Token } from "./structured-field.ts";

/** A text and how far it was read. Each method takes what the algorithm of its section takes; `undefined` is failure. */
export abstract class BareItemParser {
  protected readonly text: string;
  protected at: number;

  constructor(text: string) {
    this.text = text;
    this.at = 0;
  }

  /** §4.2.3.1: the first character says which type follows. */
  protected bareItem(): BareItem | undefined {
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
  protected takes(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  protected skipSpaces(): void {
    while (this.text.charCodeAt(this.at) === SPACE) this.at++;
  }
}

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
const DASH = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const ONE = 0x31;
const NINE = 0x39;
const COLON = 0x3a;
const QUESTION_MARK = 0x3f;
const AT = 0x40;
const BACKSLASH = 0x5c;
