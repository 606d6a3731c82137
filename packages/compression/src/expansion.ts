/**
 * How much content may grow when its codings are undone (S123).
 *
 * One object for all codings of a content: octets of the wire on one side, what any of them becomes on the other, so
 * that a chain cannot multiply what each link alone may do.
 *
 * @module
 */
import { ContentDecodingError } from "./errors.ts";

/**
 * Decoded octets for one encoded octet. gzip reaches 1,032, br and zstd a million; text that people make stays below
 * 50, and tables of equal rows below 200.
 */
export const MAX_RATIO = 200;

/** Decoded octets up to which any ratio is allowed: small contents of one repeated octet harm no one. */
export const RATIO_FLOOR = 1_048_576;

/** Codings that one content may have. One is usual, two happens, more is an attack on memory and time. */
export const MAX_CODINGS = 2;

/** Counts the octets of one content on both sides. */
export class Expansion {
  private readonly maxOctets: number;
  private readonly maxRatio: number;
  private readonly ratioFloor: number;
  private encoded: number;

  constructor(maxOctets: number, maxRatio: number, ratioFloor: number) {
    this.maxOctets = maxOctets;
    this.maxRatio = maxRatio;
    this.ratioFloor = ratioFloor;
    this.encoded = 0;
  }

  /** Octets came from the wire. */
  add(octets: number): void {
    this.encoded += octets;
  }

  /** What may come out of what has come so far. */
  get allowance(): number {
    return Math.min(this.maxOctets, Math.max(this.ratioFloor, this.encoded * this.maxRatio));
  }

  /** What is wrong with `decoded` octets in all, or null. */
  check(coding: string, decoded: number): ContentDecodingError | null {
    if (decoded > this.maxOctets)
      return new ContentDecodingError(
        "ERR_CODING_TOO_LARGE",
        coding,
        `the decoded content is larger than ${this.maxOctets} octets; ask for less or raise the limit`,
      );
    if (decoded > this.ratioFloor && decoded > this.encoded * this.maxRatio)
      return new ContentDecodingError(
        "ERR_CODING_RATIO",
        coding,
        `the content grew to more than ${this.maxRatio} times its encoded size: if you trust who sent it, raise maxRatio`,
      );
    return null;
  }
}
