/**
 * What an encoder knows about the fields of one name: where the tables hold it,
 * and whether indexing its values has paid so far.
 *
 * @module
 */

import type { Indexing } from "./indexing.ts";

/** One name, as one encoder knows it. */
export class KnownName {
  /** In lower case. Once an entry has it, a string of its own. */
  name: string;
  readonly indexing: Indexing;
  /** The lowest index in the static table, or 0. */
  readonly staticIndex: number;
  /** One past the last index whose value may be compared; {@link staticIndex} if the static values are empty. */
  readonly staticEnd: number;
  /** The number of the newest entry of this name; it may have been evicted. */
  newest = 0;
  /** A hash of the last value that was not indexed, or -1. */
  lastHash = -1;
  /** Entries inserted since one was last used. */
  unused = 0;

  constructor(name: string, indexing: Indexing, staticIndex: number, staticEnd: number) {
    this.name = name;
    this.indexing = indexing;
    this.staticIndex = staticIndex;
    this.staticEnd = staticEnd;
  }
}
