/**
 * One part of a form: what its head says, and its content, which waits for a reader.
 *
 * It decodes nothing: the reader of the form delivers octets here for the credit that the reader of the part has given.
 *
 * @module
 */
import {
  type Content,
  type ContentOrigin,
  type ContentReceiver,
  type ContentSource,
  type Fields,
  ResponseStateError,
} from "@stack/http";
import type { PartHead } from "./part-head.ts";

/** One part of a form. */
export class MultipartPart {
  /** The form's field. Any text, `__proto__` included (S99). */
  readonly name: string;
  /** What the sender calls the file, or null for a plain value. Not a path (S148). */
  readonly filename: string | null;
  /** As sent; null for none, which means text. */
  readonly contentType: string | null;
  readonly fields: Fields;
  /** To be read before the next part is asked for. */
  readonly content: Content;

  constructor({ name, filename, contentType, fields }: PartHead, content: Content) {
    this.name = name;
    this.filename = filename;
    this.contentType = contentType;
    this.fields = fields;
    this.content = content;
  }
}

/** What the content of a part is made of. */
export class PartOrigin implements ContentOrigin, ContentSource {
  readonly contentLength = -1;
  readonly contentLimit: number;
  /**
   * Octets that may be delivered: none before someone reads, any number once nobody will. Below 0 by a delimiter at
   * most, whose beginning turned out to be content.
   */
  credit: number;
  private readonly proceed: () => void;
  private receiver: ContentReceiver | null;
  private over: boolean;
  private failure: Error | null;

  constructor(contentLimit: number, proceed: () => void) {
    this.contentLimit = contentLimit;
    this.credit = 0;
    this.proceed = proceed;
    this.receiver = null;
    this.over = false;
    this.failure = null;
  }

  read(receiver: ContentReceiver): ContentSource {
    this.receiver = receiver;
    if (this.over) receiver.onError(this.failure ?? skipped());
    return this;
  }

  grant(octets: number): void {
    this.credit += octets;
    this.proceed();
  }

  stop(): void {
    this.receiver = null;
    this.skip();
  }

  /** Nobody reads this part, or no further. */
  skip(): void {
    const { receiver } = this;
    this.receiver = null;
    this.over = true;
    this.credit = Number.POSITIVE_INFINITY;
    receiver?.onError(skipped());
  }

  deliver(bytes: Uint8Array, start: number, end: number): void {
    this.credit -= end - start;
    this.receiver?.onContent(bytes, start, end);
  }

  end(): void {
    this.over = true;
    this.receiver?.onEnd(null);
  }

  fail(error: Error): void {
    this.over = true;
    this.failure = error;
    this.receiver?.onError(error);
  }
}

function skipped(): ResponseStateError {
  return new ResponseStateError("ERR_CONTENT_TAKEN", "the part was skipped: read it before asking for the next one");
}
