/**
 * JSON from a peer (RFC 8259), read so that it does no harm.
 *
 * `JSON.parse` does the reading. Around it: a bound on nesting, because what
 * walks the value next may recurse (S103), and a look for keys that poison
 * prototypes when the value is copied or merged (S161).
 *
 * @module
 */
import { HttpError } from "./errors.ts";
import { escapeForLog } from "./escape.ts";

/** Arrays and objects inside one another: deeper than what people write, shallower than any stack (S103). */
export const MAX_JSON_DEPTH = 128;

/** How {@link parseJson} treats what JSON allows and programs stumble over. */
export interface JsonOptions {
  /**
   * What to do with a member `__proto__`, and with a member `constructor` whose value has a member `prototype`
   * (S161). `"error"`, the default, refuses the text; `"remove"` leaves the member out; `"ignore"` keeps it as an own
   * property, as `JSON.parse` does.
   */
  readonly prototypeKeys?: "error" | "remove" | "ignore";
  /** How deep arrays and objects may nest, {@link MAX_JSON_DEPTH} unless given. */
  readonly maxDepth?: number;
  /** What to do with an integer that a double cannot hold, e.g. 9007199254740993. `"ignore"`, the default, rounds it. */
  readonly unsafeIntegers?: "error" | "ignore";
}

/** A text is not JSON, or not JSON that is accepted here. */
export class JsonError extends HttpError {
  override readonly name = "JsonError";
  declare readonly code: "ERR_JSON_SYNTAX" | "ERR_JSON_DEPTH" | "ERR_JSON_PROTOTYPE_KEY" | "ERR_JSON_UNSAFE_INTEGER";

  constructor(code: JsonError["code"], message: string, options?: ErrorOptions) {
    super(400, code, message, options);
  }
}

/**
 * Reads a JSON text.
 *
 * @param text - a byte order mark at its start is skipped (RFC 8259 §8.1)
 * @throws {@link JsonError}, status 400: `ERR_JSON_SYNTAX`, `ERR_JSON_DEPTH`, `ERR_JSON_PROTOTYPE_KEY` or
 *   `ERR_JSON_UNSAFE_INTEGER`
 *
 * Of members with the same name the last one counts, as with `JSON.parse`; other parsers take the first (RFC 8259
 * §4), so do not check a text with one parser and use it with another.
 *
 * @example
 * ```ts
 * parseJson('{"a":[1,2]}'); // { a: [1, 2] }
 * parseJson('{"__proto__":{"admin":true}}'); // throws ERR_JSON_PROTOTYPE_KEY
 * parseJson('{"__proto__":{},"a":1}', { prototypeKeys: "remove" }); // { a: 1 }
 * ```
 */
export function parseJson(text: string, options?: JsonOptions): unknown {
  const json = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  scan(json, options?.maxDepth ?? MAX_JSON_DEPTH, options?.unsafeIntegers === "error");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    // The engine's message quotes the text.
    const reason = error instanceof Error ? escapeForLog(error.message) : "";
    throw new JsonError("ERR_JSON_SYNTAX", `the content is not JSON: ${reason}`, { cause: error });
  }
  const prototypeKeys = options?.prototypeKeys ?? "error";
  if (prototypeKeys !== "ignore" && MAYBE_POISON.some((part) => json.includes(part)))
    removePrototypeKeys(value, prototypeKeys === "error");
  return value;
}

/** One pass over the text, strings skipped: nesting and, if asked for, integers. Syntax is not its business. */
function scan(json: string, maxDepth: number, checkIntegers: boolean): void {
  if (json.length <= maxDepth && !checkIntegers) return; // too short to be too deep
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        at = stringEnd(json, at + 1);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > maxDepth)
          throw new JsonError("ERR_JSON_DEPTH", `the JSON nests deeper than ${maxDepth}; flatten it or raise maxDepth`);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      default:
        if (checkIntegers && isDigit(json.charCodeAt(at))) at = checkInteger(json, at) - 1;
    }
  }
}

/** The offset of the quote that closes the string whose content starts at `at`, or the end of the text. */
function stringEnd(json: string, at: number): number {
  for (; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return at;
}

/** Checks the number that starts at `start`; returns where it ends. */
function checkInteger(json: string, start: number): number {
  let end = start;
  let integer = true;
  for (; end < json.length; end++) {
    const code = json.charCodeAt(end);
    if (isDigit(code)) continue;
    if (code !== DOT && code !== LOWER_E && code !== UPPER_E && code !== PLUS && code !== MINUS) break;
    integer = false;
  }
  // Fewer than 16 digits are always exact.
  if (integer && end - start >= 16 && !Number.isSafeInteger(Number(json.slice(start, end))))
    throw new JsonError(
      "ERR_JSON_UNSAFE_INTEGER",
      `the integer ${escapeForLog(json.slice(start, end), 40)} does not fit a number; send it as a string`,
    );
  return end;
}

/** Walks a parsed value without recursion; JSON has no cycles. */
function removePrototypeKeys(root: unknown, refuse: boolean): void {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const element of value) if (typeof element === "object") open.push(element);
      continue;
    }
    const object = value as { [key: string]: unknown };
    for (const key of Object.keys(object)) {
      // Reading "__proto__" is safe only because it is an own property here.
      const member = object[key];
      if (key === "__proto__" || (key === "constructor" && hasPrototype(member))) {
        if (refuse)
          throw new JsonError(
            "ERR_JSON_PROTOTYPE_KEY",
            `the JSON has a member "${key}" that could change a prototype; leave it out or set prototypeKeys`,
          );
        delete object[key];
      } else if (typeof member === "object") open.push(member);
    }
  }
}

function hasPrototype(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/**
 * A text without any of these has no key to look for: the keys themselves, and the start of the escapes that can
 * spell them (`\u005f` is `_`, `\u0070` is `p`).
 */
const MAYBE_POISON: readonly string[] = ["__proto__", "constructor", "\\u00"];

const BYTE_ORDER_MARK = 0xfeff;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const UPPER_E = 0x45;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
