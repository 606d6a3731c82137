/**
 * The content of a request, in whatever form it was given.
 *
 * Says how long it is, and whether it can be sent a second time: whole octets
 * can, and what is made anew by a function; a stream cannot once it was begun.
 *
 * @module
 */
import { FORM_URLENCODED, formatQuery, QueryPairs } from "@stack/http";
import { MultipartContent } from "@stack/multipart";

/** What can be sent as content. A function makes it anew for each attempt. */
export type ContentInit =
  | string
  | Uint8Array
  | ArrayBuffer
  | URLSearchParams
  | QueryPairs
  | FormData
  | MultipartContent
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>
  | (() => AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>)
  | RequestContent;

/** How streamed content is described. */
export interface StreamedContentOptions {
  /** Octets; default unknown: HTTP/1.1 then sends chunks. */
  readonly length?: number;
  /** For Content-Type, unless one is set. */
  readonly mediaType?: string;
  /** `open` gives all of it again when it is called again. Default false. */
  readonly replayable?: boolean;
}

type Pieces = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/**
 * Content to be sent: whole, or made while it is sent.
 *
 * @example
 * ```ts
 * RequestContent.of("a=1").length; // 3
 * const made = RequestContent.streamed(() => ["a", "b"], { length: 2, replayable: true }); // it can be sent again
 * ```
 */
export class RequestContent {
  /** Octets; -1 when only the end will tell. */
  readonly length: number;
  /** For Content-Type, unless one is set; "" for none. */
  readonly mediaType: string;
  /** All of it, or null when it is streamed. */
  readonly bytes: Uint8Array | null;
  private readonly make: (() => Pieces) | null;
  private readonly again: boolean;
  private opened: boolean;

  private constructor(
    length: number,
    mediaType: string,
    bytes: Uint8Array | null,
    make: (() => Pieces) | null,
    again: boolean,
  ) {
    this.length = length;
    this.mediaType = mediaType;
    this.bytes = bytes;
    this.make = make;
    this.again = again;
    this.opened = false;
  }

  /**
   * Content of any form.
   * @throws TypeError when it is none
   */
  static of(init: ContentInit): RequestContent {
    if (typeof init === "string") return RequestContent.whole(UTF8.encode(init), TEXT);
    if (init instanceof Uint8Array) return RequestContent.whole(init);
    if (init instanceof RequestContent) return init;
    if (typeof init === "function") return RequestContent.streamed(init, { replayable: true });
    if (init instanceof ArrayBuffer) return RequestContent.whole(new Uint8Array(init));
    if (init instanceof URLSearchParams) return RequestContent.whole(UTF8.encode(init.toString()), FORM);
    if (init instanceof QueryPairs) return RequestContent.whole(UTF8.encode(formatQuery(init)), FORM);
    if (init instanceof FormData) return multipart(new MultipartContent(init));
    if (init instanceof MultipartContent) return multipart(init);
    if (init instanceof Blob) {
      const { size: length, type: mediaType } = init;
      return RequestContent.streamed(() => iterable(init.stream()), { length, mediaType, replayable: true });
    }
    if (typeof init === "object" && init !== null) {
      if (init instanceof ReadableStream) return RequestContent.streamed(() => iterable(init));
      if (Symbol.asyncIterator in init || Symbol.iterator in init) return RequestContent.streamed(() => init);
    }
    throw new TypeError("content is a string, octets, a Blob, a form, a stream or an iterable of octets");
  }

  /** Octets, lent until the request is over. */
  static whole(bytes: Uint8Array, mediaType = ""): RequestContent {
    return new RequestContent(bytes.length, mediaType, bytes, null, true);
  }

  /** Content that `open` makes while it is sent. */
  static streamed(open: () => Pieces, options: StreamedContentOptions = {}): RequestContent {
    const { length = -1, mediaType = "", replayable = false } = options;
    if (length !== -1 && !(Number.isSafeInteger(length) && length >= 0))
      throw new RangeError(`a length is octets, or -1 for unknown, not ${length}`);
    return new RequestContent(length, mediaType, null, open, replayable);
  }

  /** It is held by the caller, and can be sent as often as one likes: no stream that passes by. */
  get isHeld(): boolean {
    return this.again;
  }

  /** It can be sent, for the first time or again. */
  get replayable(): boolean {
    return this.again || !this.opened;
  }

  /** Sending has begun once. */
  get begun(): boolean {
    return this.opened;
  }

  /**
   * Begins to make the content; what it gives is octets, or text that is sent as UTF-8.
   * @throws TypeError when it was begun before and cannot be made again; what the function throws that makes it
   */
  open(): AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string> {
    if (!this.replayable) throw new TypeError("this content was sent before; give a function that makes it anew");
    this.opened = true;
    const pieces = this.make === null ? [this.bytes as Uint8Array] : this.make();
    return Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }
}

/** A value as `application/json`. @throws TypeError for what JSON has no text for */
export function jsonContent(value: unknown): RequestContent {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`json is a ${typeof value} that JSON has no text for`);
  return RequestContent.whole(UTF8.encode(text), "application/json");
}

const UTF8: InstanceType<typeof TextEncoder> = new TextEncoder();
const TEXT = "text/plain;charset=UTF-8";
const FORM = `${FORM_URLENCODED};charset=UTF-8`;

/** Octets up to which a form is sent in one piece; joining a larger one would be a copy of it. */
const WHOLE_FORM = 65_536;

function multipart(form: MultipartContent): RequestContent {
  const { length, contentType: mediaType, replayable } = form;
  const bytes = length >= 0 && length <= WHOLE_FORM ? form.bytes() : null;
  return bytes === null
    ? RequestContent.streamed(() => form, { length, mediaType, replayable })
    : RequestContent.whole(bytes, mediaType);
}

/** Web streams of older runtimes and of other realms may have no iterator of their own. */
function iterable(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
      const reader = stream.getReader();
      return {
        async next(): Promise<IteratorResult<Uint8Array>> {
          const { done, value } = await reader.read();
          return done ? { done: true, value: undefined } : { done: false, value };
        },
        async return(): Promise<IteratorResult<Uint8Array>> {
          await reader.cancel();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
