/**
 * The header list of a response in the standard's form (fetch standard §5.1), over our fields.
 *
 * @module
 */
import { type Fields, isToken, sameName } from "@stack/http";
import { inspectable } from "./inspection.ts";

/**
 * The `headers` of a response: read only, as the standard has them, and `instanceof Headers`.
 *
 * `new Headers(response.headers)` is a copy that can be changed.
 */
export class FetchHeaders implements Iterable<[string, string]> {
  private readonly fields: Fields;
  private sortedOrNull: [string, string][] | null;

  constructor(fields: Fields) {
    this.fields = fields;
    this.sortedOrNull = null;
  }

  /** The lines of a field joined by ", ", or null. @throws TypeError for what is no name */
  get(name: string): string | null {
    const text = nameOf(name);
    if (sameName(text, "set-cookie")) return this.fields.has(text) ? this.fields.getAll(text).join(", ") : null;
    return this.fields.get(text) ?? null;
  }

  getSetCookie(): string[] {
    return this.fields.getAll("set-cookie");
  }

  /** @throws TypeError for what is no name */
  has(name: string): boolean {
    return this.fields.has(nameOf(name));
  }

  /** @throws TypeError, always */
  append(_name: string, _value: string): void {
    throw immutable();
  }

  /** @throws TypeError, always */
  delete(_name: string): void {
    throw immutable();
  }

  /** @throws TypeError, always */
  set(_name: string, _value: string): void {
    throw immutable();
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArg?: unknown): void {
    if (typeof callback !== "function") throw new TypeError("forEach takes a function");
    for (const [name, value] of this.sorted()) callback.call(thisArg, value, name, this);
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.sorted()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.sorted()) yield value;
  }

  *entries(): IterableIterator<[string, string]> {
    for (const [name, value] of this.sorted()) yield [name, value];
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  /** Fetch standard, "sort and combine": names in lower case, and only Set-Cookie more than once. */
  private sorted(): readonly [string, string][] {
    if (this.sortedOrNull !== null) return this.sortedOrNull;
    const combined = new Map<string, string>();
    const sorted: [string, string][] = [];
    for (const [given, value] of this.fields) {
      const name = given.toLowerCase();
      const before = combined.get(name);
      if (name === "set-cookie") sorted.push([name, value]);
      else combined.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    sorted.push(...combined);
    sorted.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.sortedOrNull = sorted;
    return sorted;
  }
}

// What is not ours would look for the slots of the runtime's own headers: everything that they have is above.
Object.setPrototypeOf(FetchHeaders.prototype, Headers.prototype);
// To JSON it is empty, as what has no members of its own.
inspectable(
  FetchHeaders.prototype,
  "Headers",
  (headers) => Object.fromEntries(headers),
  () => ({}),
);

function nameOf(name: string): string {
  const text = `${name}`;
  if (!isToken(text)) throw new TypeError(`${JSON.stringify(text)} is no name of a header`);
  return text;
}

function immutable(): TypeError {
  return new TypeError("the headers of a response are immutable; change a copy: new Headers(response.headers)");
}
