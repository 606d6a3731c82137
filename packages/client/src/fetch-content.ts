/**
 * What `fetch` sends (fetch standard, "extract a body").
 *
 * Octets are copied: they may change while they are sent. Forms, blobs and streams are known by what they call themselves
 * and not by their class, so that those of another realm, or another implementation, are what they are.
 *
 * @module
 */
import { Readable } from "node:stream";
import { MultipartContent } from "@stack/multipart";
import { RequestContent } from "./request-content.ts";

/** Octets of a Request that are taken before it is sent, so that its length can be told. */
const HELD = 65_536;

/** What is left of a stream when a call is over. */
export interface StreamedBody {
  readonly content: RequestContent;
  /** Nothing more of it is wanted. */
  cancel(reason: unknown): void;
}

/** A body as content; null for one that is a stream. @throws TypeError for a form that cannot be written */
export function wholeContent(body: unknown): RequestContent | null {
  switch (Object.prototype.toString.call(body)) {
    case "[object ReadableStream]":
      return null;
    case "[object URLSearchParams]":
      return RequestContent.of(body as URLSearchParams);
    case "[object FormData]":
      return RequestContent.of(new MultipartContent(body as FormData));
    case "[object Blob]":
    case "[object File]": {
      const blob = body as Blob;
      const { size: length, type: mediaType } = blob;
      const open = (): AsyncIterable<Uint8Array> => new StreamPieces(blob.stream().getReader(), []);
      return RequestContent.streamed(open, { length, mediaType, replayable: true });
    }
    case "[object ArrayBuffer]":
      return RequestContent.whole(new Uint8Array((body as ArrayBuffer).slice(0)));
  }
  // One whose buffer was given away has nothing in it, and cannot be looked into.
  if (ArrayBuffer.isView(body) && body.byteLength === 0) return RequestContent.whole(new Uint8Array(0));
  if (ArrayBuffer.isView(body))
    return RequestContent.whole(new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice());
  if (isAsyncIterable(body)) return null;
  return RequestContent.of(`${body as string}`);
}

/** A stream as content that is sent once. @throws TypeError when it is locked, or someone has read of it */
export function streamedContent(body: unknown): StreamedBody {
  if (!isStream(body)) {
    const content = RequestContent.streamed(() => body as AsyncIterable<Uint8Array>);
    return { content, cancel: () => {} };
  }
  const reader = readerOf(body);
  return bodyOf(reader, []);
}

/**
 * The content of a Request, which has made a stream of all. What is there at once is sent whole and with its length, and
 * again after a redirect; more than {@link HELD} octets, or what comes later, is sent as a stream.
 */
export async function requestContent(stream: ReadableStream<Uint8Array>): Promise<StreamedBody> {
  const reader = readerOf(stream);
  const pieces: Promise<ReadResult>[] = [];
  const octets: Uint8Array[] = [];
  for (let size = 0; size <= HELD; ) {
    const read = reader.read();
    pieces.push(read);
    const result = await Promise.race([read, nextTurn()]);
    if (result === null) break;
    if (result.done) return { content: RequestContent.whole(Buffer.concat(octets)), cancel: () => {} };
    const piece = octetsOf(result.value);
    octets.push(piece);
    size += piece.length;
  }
  return bodyOf(reader, pieces);
}

/** Whether a body is sent while it is made, and `duplex` has to be given. */
export function isStreamed(body: unknown): boolean {
  return (
    isStream(body) ||
    (isAsyncIterable(body) && !/^\[object (?:Blob|File)\]$/.test(Object.prototype.toString.call(body)))
  );
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type ReadResult = Awaited<ReturnType<Reader["read"]>>;

/** The pieces of a stream, after those that were read before. */
class StreamPieces implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  private readonly reader: Reader;
  private readonly before: Promise<ReadResult>[];

  constructor(reader: Reader, before: Promise<ReadResult>[]) {
    this.reader = reader;
    this.before = before;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const { done, value } = await (this.before.shift() ?? this.reader.read());
    return done ? { done: true, value: undefined } : { done: false, value: octetsOf(value) };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.reader.cancel();
    return { done: true, value: undefined };
  }
}

function bodyOf(reader: Reader, before: Promise<ReadResult>[]): StreamedBody {
  const content = RequestContent.streamed(() => new StreamPieces(reader, before));
  return { content, cancel: (reason) => void reader.cancel(reason).catch(() => {}) };
}

function readerOf(stream: ReadableStream<Uint8Array>): Reader {
  if (stream.locked || Readable.isDisturbed(stream as never))
    throw new TypeError("the body's stream is locked, or someone has read of it");
  return stream.getReader();
}

function octetsOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError("a streamed body is made of Uint8Arrays");
}

function nextTurn(): Promise<null> {
  return new Promise((resolve) => {
    setImmediate(resolve, null);
  });
}

export function isStream(body: unknown): body is ReadableStream<Uint8Array> {
  return Object.prototype.toString.call(body) === "[object ReadableStream]";
}

function isAsyncIterable(body: unknown): boolean {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
