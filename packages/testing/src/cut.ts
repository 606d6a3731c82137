/**
 * Where a wire is cut: a byte stream keeps no boundaries, so no engine may rely on them.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";

/** Octets of each piece, or a function that chooses: given what is left, how much of it comes next. */
export type Cut = number | ((octets: number) => number);

/** The length of the next piece of `octets`, 1 at least. */
export function pieceOf(octets: number, cut: Cut | undefined): number {
  if (cut === undefined) return octets;
  const length = typeof cut === "number" ? cut : cut(octets);
  if (!(length >= 1)) throw new RangeError(`a piece has 1 octet or more, not ${length}`);
  return Math.min(octets, Math.floor(length));
}

/** The octets of a wire that is written as text, one for each code unit. */
export function octetsOf(wire: string | Uint8Array): Uint8Array {
  return typeof wire === "string" ? Uint8Array.from(wire, (unit) => unit.charCodeAt(0)) : wire;
}

/** `wire` whole, in two parts cut at every place, and octet by octet. */
export function* cutsOf(wire: string | Uint8Array): Generator<Uint8Array[]> {
  const bytes = octetsOf(wire);
  yield [bytes];
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
  if (bytes.length > 2) yield Array.from(bytes, (octet) => Uint8Array.of(octet));
}

/**
 * Runs `run` for every cut of `wire` and requires one and the same answer.
 *
 * @returns the answer
 * @throws Error that shows the first cut with another answer
 *
 * @example
 * ```ts
 * const answer = everyCut("4\r\nWiki\r\n0\r\n\r\n", (parts) => decodeAll(parts));
 * ```
 */
export function everyCut<Answer>(wire: string | Uint8Array, run: (parts: Uint8Array[]) => Answer): Answer {
  const { first, others } = split(wire);
  const answer = run(first);
  for (const parts of others) requireSame(answer, run(parts), parts);
  return answer;
}

/** {@link everyCut} for what answers later. */
export async function everyCutAsync<Answer>(
  wire: string | Uint8Array,
  run: (parts: Uint8Array[]) => Promise<Answer>,
): Promise<Answer> {
  const { first, others } = split(wire);
  const answer = await run(first);
  for (const parts of others) requireSame(answer, await run(parts), parts);
  return answer;
}

function split(wire: string | Uint8Array): { first: Uint8Array[]; others: Uint8Array[][] } {
  const [first = [], ...others] = cutsOf(wire);
  return { first, others };
}

function requireSame(whole: unknown, cut: unknown, parts: Uint8Array[]): void {
  if (isDeepStrictEqual(whole, cut)) return;
  const wire = parts.length > 2 ? "octet by octet" : parts.map(show).join(" | ");
  throw new Error(`cut as ${wire}\nthe answer is ${JSON.stringify(cut)}\nand whole it is ${JSON.stringify(whole)}`);
}

function show(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"));
}
