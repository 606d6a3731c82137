import { Content, type ContentOrigin, type ContentReceiver, type ContentSource } from "@stack/http";
import { MultipartDecoder } from "../src/index.ts";

/** Content that comes for credit, in pieces, from memory that is overwritten at once. */
export class Wire implements ContentOrigin, ContentSource {
  readonly contentLength = -1;
  readonly contentLimit: number;
  /** Octets that came. */
  sent = 0;
  stopped = false;
  private credit = 0;
  private readonly bytes: Iterator<Uint8Array>;
  private piece: Uint8Array = new Uint8Array(0);
  private receiver: ContentReceiver | null = null;
  private sending = false;

  constructor(pieces: Iterable<Uint8Array>, limit: number = Number.POSITIVE_INFINITY) {
    this.bytes = pieces[Symbol.iterator]();
    this.contentLimit = limit;
  }

  read(receiver: ContentReceiver): ContentSource {
    this.receiver = receiver;
    return this;
  }

  grant(octets: number): void {
    this.credit += octets;
    if (this.sending) return;
    this.sending = true;
    while (!this.stopped) {
      if (this.piece.length === 0) {
        const { done, value } = this.bytes.next();
        if (done === true) {
          this.stopped = true;
          this.receiver?.onEnd(null);
          break;
        }
        this.piece = value;
      }
      if (this.credit === 0) break;
      const octets = Math.min(this.credit, this.piece.length);
      const lent = new Uint8Array(octets + 2);
      lent.set(this.piece.subarray(0, octets), 1);
      this.piece = this.piece.subarray(octets);
      this.credit -= octets;
      this.sent += octets;
      this.receiver?.onContent(lent, 1, octets + 1);
      lent.fill(0x21);
    }
    this.sending = false;
  }

  stop(): void {
    this.stopped = true;
  }
}

/** Octets cut into pieces of `size`. */
export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** A text with LF for CR LF, as UTF-8. */
export function crlf(text: string): Uint8Array {
  return new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
}

export function content(bytes: Uint8Array, size: number = bytes.length || 1, limit?: number): Content {
  return new Content(new Wire(cut(bytes, size), limit));
}

/** What is told of octets cut into pieces of `size`: `head`s, contents joined, and the error, if any. */
export function events(bytes: Uint8Array, boundary: string, size: number, maxHeadOctets?: number): string[] {
  const told: string[] = [];
  let text = "";
  const decoder = new MultipartDecoder(
    boundary,
    {
      onPartHead(head) {
        told.push(`head ${latin1(head)}`);
        text = "";
      },
      onPartContent(octets, start, end) {
        text += latin1(octets.subarray(start, end));
      },
      onPartEnd() {
        told.push(`content ${text}`);
      },
      onClose() {
        told.push("close");
      },
    },
    maxHeadOctets,
  );
  try {
    for (const piece of cut(bytes, size)) {
      const lent = Uint8Array.from([0x0d, ...piece, 0x0d]);
      let at = 1;
      while (at < lent.length - 1) at = decoder.decode(lent, at, lent.length - 1);
      lent.fill(0x21);
    }
  } catch (error) {
    told.push((error as { code: string }).code);
  }
  return told;
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
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
