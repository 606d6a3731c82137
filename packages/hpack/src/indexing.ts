/**
 * Which fields enter the dynamic table (RFC 7541 §7.1).
 *
 * @module
 */

/** How a field of a name is written when no table holds it. */
export type Indexing =
  /** With incremental indexing, so that the next one is an index (§6.2.1). */
  | typeof INDEXED
  /** Without indexing (§6.2.2) until a value comes twice running: what differs each time would only push out the rest. */
  | typeof IF_REPEATED
  /** Never indexed, on any hop (§6.2.3): a guess at it could be tested by the size of a block (§7.1). */
  | typeof NEVER_INDEXED;

export const INDEXED = 0;
export const IF_REPEATED = 1;
export const NEVER_INDEXED = 2;

/** Names that are treated specially; any other is {@link INDEXED}. */
const BY_NAME: Readonly<Record<string, Indexing>> = {
  authorization: NEVER_INDEXED,
  "proxy-authorization": NEVER_INDEXED,
  "set-cookie": NEVER_INDEXED,

  ":path": IF_REPEATED,
  age: IF_REPEATED,
  "content-length": IF_REPEATED,
  "content-range": IF_REPEATED,
  etag: IF_REPEATED,
  expires: IF_REPEATED,
  "if-modified-since": IF_REPEATED,
  "if-none-match": IF_REPEATED,
  "if-range": IF_REPEATED,
  "last-modified": IF_REPEATED,
  location: IF_REPEATED,
  range: IF_REPEATED,
};

const TABLE: ReadonlyMap<string, Indexing> = new Map(Object.entries(BY_NAME));

/** How fields of a name are treated unless an option says otherwise. */
export function indexingOf(name: string): Indexing {
  return TABLE.get(name) ?? INDEXED;
}

/** A shorter cookie holds too little to be guessed as a whole only, and is never indexed (RFC 7541 §7.1.3). */
export const MIN_COOKIE_OCTETS = 20;
