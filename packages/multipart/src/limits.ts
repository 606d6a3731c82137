/**
 * How much multipart content is read (S159).
 *
 * @module
 */
import { MultipartError } from "./errors.ts";

/** Parts of one content: each costs more than its octets. */
export const MAX_PARTS = 1_000;
/** Octets of the header section of one part, the name and file name included. */
export const MAX_HEAD_OCTETS = 8_192;
/** Fields in the header section of one part; two are usual. */
export const MAX_HEAD_FIELDS = 16;

/** Bounds for reading. */
export interface MultipartLimits {
  /** {@link MAX_PARTS} unless given. */
  readonly maxParts?: number;
  /** {@link MAX_HEAD_OCTETS} unless given. */
  readonly maxHeadOctets?: number;
  /** {@link MAX_HEAD_FIELDS} unless given. */
  readonly maxHeadFields?: number;
  /** Octets of the content of one part; by default what all of it may have. */
  readonly maxPartOctets?: number;
  /** Octets of all of it, delimiters and heads included; by default what the content that it is in may have. */
  readonly maxOctets?: number;
}

/** The error for a bound that was passed. */
export function tooMuch(what: string): MultipartError {
  return new MultipartError("ERR_MULTIPART_LIMIT", `${what}; send less or raise the limit`);
}
