/**
 * What logs show of our objects.
 *
 * @module
 */

/**
 * Gives a class an inspection of its own, and JSON unless it has that: what it is made of is long, of no use to who reads a
 * log, and may be secret (S126). By the symbol's name, so that nothing of Node is needed.
 */
export function inspectable<T extends object>(
  prototype: T,
  name: string,
  members: (value: T) => object,
  json: (value: T) => object = members,
): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: T, _depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
      return `${name} ${inspect(members(this), options)}`;
    },
  });
  if (Object.hasOwn(prototype, "toJSON")) return;
  Object.defineProperty(prototype, "toJSON", {
    value(this: T): object {
      return json(this);
    },
  });
}
