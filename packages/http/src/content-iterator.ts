/**
 * Content as `for await` pulls it.
 *
 * @module
 */

/** What an iteration is of. */
interface Pieces {
  /** The next octets, or the end. */
  next(): Promise<IteratorResult<Uint8Array>>;
  /** The consumer left early. */
  cancel(): void;
}

export class ContentIterator implements AsyncIterator<Uint8Array> {
  private readonly pieces: Pieces;

  constructor(pieces: Pieces) {
    this.pieces = pieces;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return this.pieces.next();
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.pieces.cancel();
    return { done: true, value: undefined };
  }
}
