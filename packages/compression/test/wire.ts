import { Content, type ContentOrigin, type ContentReceiver, type ContentSource, type Fields } from "@stack/http";

/** What a {@link Wire} says of its content, and how it sends it. */
export interface WireOptions {
  readonly length?: number;
  readonly limit?: number;
  readonly inOneTurn?: boolean;
  readonly trailers?: Fields | null;
}

/** Encoded content that comes for credit, in pieces as long as wished, from memory that is overwritten at once. */
export class Wire implements ContentOrigin, ContentSource {
  readonly contentLength: number;
  readonly contentLimit: number;
  /** Octets that were asked for and have not come. */
  credit = 0;
  /** Octets that came. */
  sent = 0;
  stopped = false;
  private readonly pieces: Iterator<Uint8Array>;
  private readonly trailers: Fields | null;
  private readonly inOneTurn: boolean;
  private receiver: ContentReceiver | null = null;
  private next: IteratorResult<Uint8Array> | null = null;
  private offset = 0;
  private sending = false;

  constructor(
    pieces: Iterable<Uint8Array>,
    { length = -1, limit = Number.POSITIVE_INFINITY, inOneTurn = true, trailers = null }: WireOptions = {},
  ) {
    this.contentLength = length;
    this.contentLimit = limit;
    this.pieces = pieces[Symbol.iterator]();
    this.inOneTurn = inOneTurn;
    this.trailers = trailers;
  }

  read(receiver: ContentReceiver): ContentSource {
    this.receiver = receiver;
    return this;
  }

  grant(octets: number): void {
    this.credit += octets;
    void this.send();
  }

  stop(): void {
    this.stopped = true;
  }

  fail(error: Error): void {
    this.stopped = true;
    this.receiver?.onError(error);
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (!this.stopped) {
      this.next ??= this.pieces.next();
      if (this.next.done === true) {
        this.stopped = true;
        this.receiver?.onEnd(this.trailers);
        return;
      }
      if (this.credit === 0) break;
      const piece = this.next.value;
      const end = Math.min(piece.length, this.offset + this.credit);
      const lent = Uint8Array.from([0x3c, ...piece.subarray(this.offset, end), 0x3e]);
      this.credit -= end - this.offset;
      this.sent += end - this.offset;
      this.offset = end;
      if (end === piece.length) {
        this.next = null;
        this.offset = 0;
      }
      this.receiver?.onContent(lent, 1, lent.length - 1);
      lent.fill(0x21);
      if (!this.inOneTurn) await new Promise(setImmediate);
    }
    this.sending = false;
  }
}

/** Content that comes in one turn, or with a turn for each piece. */
export function encoded(pieces: Uint8Array | Iterable<Uint8Array>, inOneTurn = true): Content {
  return new Content(new Wire(pieces instanceof Uint8Array ? [pieces] : pieces, { inOneTurn }));
}

/** Octets cut into pieces of `size`. */
export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

export function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The code of the error that a promise fails with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "none";
}
