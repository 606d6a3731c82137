/**
 * Octet classes of the grammar, as tables of 256 entries.
 *
 * The readable form is a string of the characters that RFC 9110 and RFC 9112
 * name; the tables are made from it at load. A scan asks one table one
 * question for each octet and nothing else.
 *
 * @module
 */

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const DQUOTE = 0x22;
export const PERCENT = 0x25;
export const ASTERISK = 0x2a;
export const COMMA = 0x2c;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const ZERO = 0x30;
export const NINE = 0x39;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const LEFT_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const RIGHT_BRACKET = 0x5d;

const DIGIT = "0123456789";
const ALPHA = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** token = 1*tchar (RFC 9110 §5.6.2): methods, field names, coding names. */
export const TCHAR: Uint8Array = octetClass(`!#$%&'*+-.^_\`|~${DIGIT}${ALPHA}`);

/**
 * What a request target may hold: any visible ASCII but "#".
 *
 * Laxer than the grammar of RFC 3986, which leaves out `"<>[\]^{|}` and the
 * backtick: browsers send several of these unescaped in a query. They delimit
 * nothing in RFC 9112 §3, so they cannot move a message boundary. "#" is
 * refused: a target carries no fragment (RFC 9112 §3.2).
 */
export const TARGET: Uint8Array = octetClass(range(0x21, 0x7e).replace("#", ""));

/** field-vchar, obs-text, SP and HTAB (RFC 9110 §5.5): all that a value may hold. Also the reason phrase (RFC 9112 §4). */
export const FIELD_VALUE: Uint8Array = octetClass(`\t ${range(0x21, 0x7e)}${range(0x80, 0xff)}`);

/** qdtext (RFC 9110 §5.6.4): inside a quoted-string, unescaped. */
export const QDTEXT: Uint8Array = octetClass(`\t !${range(0x23, 0x5b)}${range(0x5d, 0x7e)}${range(0x80, 0xff)}`);

/** unreserved and sub-delims of RFC 3986 §2: a registered name, with pct-encoded beside it. */
export const REG_NAME: Uint8Array = octetClass(`-._~!$&'()*+,;=${DIGIT}${ALPHA}`);

/** What follows the first letter of a scheme (RFC 3986 §3.1). */
export const SCHEME: Uint8Array = octetClass(`+-.${DIGIT}${ALPHA}`);

/** The value of a hexadecimal digit, or {@link NOT_HEX}. */
export const HEX: Uint8Array = new Uint8Array(256).fill(0xff);
for (let value = 0; value < 16; value++) {
  HEX[value.toString(16).charCodeAt(0)] = value;
  HEX[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/** In {@link HEX}: not a hexadecimal digit. */
export const NOT_HEX = 0xff;

function octetClass(members: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < members.length; i++) table[members.charCodeAt(i)] = 1;
  return table;
}

function range(first: number, last: number): string {
  let members = "";
  for (let octet = first; octet <= last; octet++) members += String.fromCharCode(octet);
  return members;
}
