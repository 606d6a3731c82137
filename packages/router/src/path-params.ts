/**
 * What a router found in a path: `request.params`.
 *
 * @module
 */

/**
 * Parameters by name, in the order of the path. A `ReadonlyMap`, so that a
 * parameter called `__proto__` is one like any other (S99).
 *
 * Two lists instead of a `Map`: the names belong to the route and are shared,
 * and a handful is found faster by comparing than by hashing (bench/router).
 */
export class PathParams implements ReadonlyMap<string, string> {
  private readonly names: readonly string[];
  private readonly texts: readonly string[];

  /** @param values - decoded, as many as there are names */
  constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    this.texts = values;
  }

  get size(): number {
    return this.names.length;
  }

  get(name: string): string | undefined {
    const { names } = this;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return this.texts[i];
    return undefined;
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  forEach(visit: (value: string, name: string, params: ReadonlyMap<string, string>) => void, self?: unknown): void {
    for (const [name, value] of this) visit.call(self, value, name, this);
  }

  entries(): MapIterator<[string, string]> {
    return this.toMap().entries();
  }

  keys(): MapIterator<string> {
    return this.toMap().keys();
  }

  values(): MapIterator<string> {
    return this.toMap().values();
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  /** The pairs, for `JSON.stringify` and for people. */
  toJSON(): [string, string][] {
    return [...this];
  }

  private toMap(): Map<string, string> {
    return new Map(this.names.map((name, i) => [name, this.texts[i] ?? ""]));
  }
}
