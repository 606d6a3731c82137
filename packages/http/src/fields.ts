/**
 * Fields: the header or trailer section of a message (RFC 9110 §5 and §6.5).
 *
 * An ordered multimap. Names compare without case, and are kept as they were
 * written, in the order in which they came. One flat list behind it, so there
 * is no hash to collide, no key that means something to an object
 * (`__proto__`), and nothing to build when a message is decoded.
 *
 * @module
 */

/** What {@link Fields} can be made of: a list of pairs, an object, or other fields. */
export type FieldsInit = Iterable<readonly [string, string]> | { readonly [name: string]: string | readonly string[] };

/**
 * The field lines of one section, in order.
 *
 * @example
 * ```ts
 * import { Fields } from "@stack/http";
 *
 * const fields = new Fields([["Accept", "text/html"], ["accept", "text/plain"]]);
 * fields.get("ACCEPT"); // "text/html, text/plain"
 * fields.set("Content-Type", "text/plain").append("Set-Cookie", "a=1");
 * [...fields.names()]; // ["Accept", "accept", "Content-Type", "Set-Cookie"]
 * ```
 */
export class Fields implements Iterable<[string, string]> {
  private list: string[];

  /**
   * @throws {@link FieldError} (`ERR_INVALID_FIELD`) when a name is not a token or a value holds CR, LF, NUL, another
   *   control or a character above U+00FF.
   */
  constructor(init?: FieldsInit) {
    this.list = [];
    if (init !== undefined) this.appendAll(init);
  }

  /**
   * Takes over a flat list `[name, value, name, value …]` that a codec has already validated.
   * The list belongs to the result from then on.
   */
  static adopt(list: string[]): Fields {
    const fields = new Fields();
    fields.list = list;
    return fields;
  }

  /** Field lines in the section. */
  get size(): number {
    return this.list.length >> 1;
  }

  /**
   * The combined value of a field: its lines joined by ", " (RFC 9110 §5.3), or `undefined`.
   * `Set-Cookie` cannot be combined: use {@link getAll}; this gives its first line.
   */
  get(name: string): string | undefined {
    const { list } = this;
    let found: string | undefined;
    for (let i = 0; i < list.length; i += 2) {
      if (!sameName(list[i] as string, name)) continue;
      if (found === undefined) {
        found = list[i + 1] as string;
        if (sameName(name, "set-cookie")) return found;
      } else found += `, ${list[i + 1]}`;
    }
    return found;
  }

  /** The value of each line of a field, in order. */
  getAll(name: string): string[] {
    const { list } = this;
    const values: string[] = [];
    for (let i = 0; i < list.length; i += 2) if (sameName(list[i] as string, name)) values.push(list[i + 1] as string);
    return values;
  }

  has(name: string): boolean {
    const { list } = this;
    for (let i = 0; i < list.length; i += 2) if (sameName(list[i] as string, name)) return true;
    return false;
  }

  /** Replaces all lines of a field by one, at the place of the first. */
  set(name: string, value: string): this {
    check(name, value);
    const { list } = this;
    for (let i = 0; i < list.length; i += 2) {
      if (!sameName(list[i] as string, name)) continue;
      list[i] = name;
      list[i + 1] = value;
      this.remove(name, i + 2);
      return this;
    }
    list.push(name, value);
    return this;
  }

  /** Adds a line at the end. */
  append(name: string, value: string): this {
    check(name, value);
    this.list.push(name, value);
    return this;
  }

  /** Adds lines at the end, in the order given. An array as a value gives a line for each element. */
  appendAll(init: FieldsInit): this {
    if (typeof init !== "object" || init === null)
      throw new TypeError("fields are pairs, or an object of names and values");
    if (isPairs(init)) {
      for (const [name, value] of init) this.append(name, value);
      return this;
    }
    // Own keys only: what was planted on Object.prototype is not a field (S49).
    for (const name of Object.keys(init)) {
      const value = init[name];
      if (Array.isArray(value)) for (const line of value) this.append(name, line);
      else this.append(name, value as string);
    }
    return this;
  }

  /** Removes all lines of a field; true if there was one. */
  delete(name: string): boolean {
    return this.remove(name, 0);
  }

  /** The names in order, as they were written; a repeated field appears repeatedly. */
  *names(): IterableIterator<string> {
    for (let i = 0; i < this.list.length; i += 2) yield this.list[i] as string;
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let i = 0; i < this.list.length; i += 2) yield [this.list[i] as string, this.list[i + 1] as string];
  }

  /** The flat list `[name, value …]` itself, for codecs: read it, do not keep or change it. */
  lines(): readonly string[] {
    return this.list;
  }

  /** A copy that shares nothing with this. */
  clone(): Fields {
    return Fields.adopt(this.list.slice());
  }

  /** The pairs, for `JSON.stringify` and for people. */
  toJSON(): [string, string][] {
    return [...this];
  }

  private remove(name: string, from: number): boolean {
    const { list } = this;
    let kept = from;
    for (let i = from; i < list.length; i += 2) {
      if (sameName(list[i] as string, name)) continue;
      list[kept] = list[i] as string;
      list[kept + 1] = list[i + 1] as string;
      kept += 2;
    }
    const removed = kept < list.length;
    list.length = kept;
    return removed;
  }
}

/** A field that must not be sent. It would have let its author write other fields, or a whole message (S42). */
export class FieldError extends TypeError {
  override readonly name = "FieldError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_INVALID_FIELD";
}

/**
 * Names compare without case (RFC 9110 §5.1): same length, and the same octets but for bit 5 of letters.
 *
 * @example
 * ```ts
 * sameName("ETag", "etag"); // true
 * ```
 */
export function sameName(a: string, b: string): boolean {
  if (a === b) return true;
  const { length } = a;
  if (length !== b.length) return false;
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const lower = x | 0x20;
    if (lower !== (y | 0x20) || lower < 0x61 || lower > 0x7a) return false;
  }
  return true;
}

/** Names and values of so many characters are not kept by {@link check}. */
const MAX_KEPT = 64;

/** RFC 9110 §5.6.2 token. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 §5.5: no control but HTAB, nothing that does not fit an octet (U+010A would be cut down to LF). */
const NOT_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Names and values that were found right a moment ago, in a place each by their length: a handler says the same again
 * and again, and to compare costs a tenth of looking at each character. Short ones only, so that what is kept is little.
 */
const rightNames: string[] = new Array<string>(MAX_KEPT).fill("");
const rightValues: string[] = new Array<string>(MAX_KEPT).fill("");

function check(name: string, value: string): void {
  if (rightNames[name.length] === name && rightValues[value.length] === value && name !== "") return;
  checkAll(name, value);
  if (name.length < MAX_KEPT && value.length < MAX_KEPT) {
    rightNames[name.length] = name;
    rightValues[value.length] = value;
  }
}

function checkAll(name: string, value: string): void {
  if (!NAME.test(name)) throw new FieldError(`not a field name: ${JSON.stringify(name)}; use letters, digits and "-"`);
  if (typeof value !== "string") throw new FieldError(`the value of ${name} is not a string; convert it first`);
  if (NOT_VALUE.test(value)) throw wrongValue(name, value);
}

/** Says what is wrong and where, and not the value: it may be a token with a line end behind it (S126). */
function wrongValue(name: string, value: string): FieldError {
  const at = value.search(NOT_VALUE);
  const code = value.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  const what = `a control or a character above U+00FF: U+${code} at ${at} of ${value.length}`;
  return new FieldError(`the value of ${name} holds ${what}; encode it first`);
}

function isPairs(init: FieldsInit): init is Iterable<readonly [string, string]> {
  return Symbol.iterator in init;
}
