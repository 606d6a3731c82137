/**
 * What a response can be streamed from, and how pieces of it are pulled.
 *
 * A source may have nothing to say for hours. Whoever pulls must not be held up
 * by that when the peer is gone: it is left then, and told to stop.
 *
 * @module
 */

/** What a response can be streamed from. Strings are sent as UTF-8. */
export type ContentStream =
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>
  | ReadableStream<Uint8Array | string>;

/**
 * The octets of a piece of content that is no text.
 *
 * @throws TypeError for anything else: it has no length, and a response of it would never be over
 */
export function octetsOf(piece: Uint8Array): Uint8Array {
  // Not `instanceof`: octets may come from another realm, as they do in Jest.
  if ((piece as Partial<Uint8Array> | null)?.BYTES_PER_ELEMENT === 1) return piece;
  throw new TypeError(
    "content is text or octets (a Uint8Array); json() sends other values, stream() what comes in pieces",
  );
}

/** Who is told that there is room for more, or that there never will be. */
export interface Waiter {
  resolve(): void;
  reject(reason: Error): void;
}

type Piece = IteratorResult<Uint8Array | string>;

/** Pulls from a source, one piece at a time. */
export class PieceReader {
  private readonly pull: () => Promise<Piece>;
  private readonly stop: (reason: unknown) => unknown;
  private left: Error | null;
  /** Ends the wait for a piece that has not come. */
  private giveUp: ((reason: Error) => void) | null;

  constructor(source: ContentStream) {
    this.left = null;
    this.giveUp = null;
    if (isReadable(source)) {
      // Its async iterator cannot be left while it waits; a reader can.
      const reader = source.getReader();
      this.pull = () => reader.read() as Promise<Piece>;
      this.stop = (reason) => reader.cancel(reason);
    } else if (isAsync(source)) {
      const iterator = source[Symbol.asyncIterator]();
      this.pull = () => iterator.next();
      this.stop = () => iterator.return?.();
    } else {
      const iterator = source[Symbol.iterator]();
      this.pull = async () => {
        const { done, value } = iterator.next();
        return { done, value: await value } as Piece; // as `for await` has it
      };
      this.stop = () => iterator.return?.();
    }
  }

  /** The next piece. @throws what the source throws, or the reason of {@link leave} */
  next(): Promise<Piece> {
    return new Promise((resolve, reject) => {
      this.giveUp = reject;
      if (this.left !== null) reject(this.left);
      else
        this.pull().then((piece) => {
          this.giveUp = null;
          resolve(piece);
        }, reject);
    });
  }

  /** No piece is wanted any more: a wait ends now. {@link close} it then. */
  leave(reason: Error): void {
    this.left = reason;
    this.giveUp?.(reason);
  }

  /** Tells the source to stop; waits for it unless a piece is still awaited. What it throws is no one's. */
  async close(reason: unknown): Promise<void> {
    try {
      const stopped = this.stop(reason);
      if (this.giveUp === null) await stopped;
      else void Promise.resolve(stopped).catch(() => {});
    } catch {}
  }
}

function isReadable(source: ContentStream): source is ReadableStream<Uint8Array | string> {
  return typeof (source as Partial<ReadableStream>).getReader === "function";
}

function isAsync(source: ContentStream): source is AsyncIterable<Uint8Array | string> {
  return typeof (source as Partial<AsyncIterable<string>>)[Symbol.asyncIterator] === "function";
}
