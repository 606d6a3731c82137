/**
 * A response in the standard's form (fetch standard §5.5), made of ours.
 *
 * Neither a web stream nor a list of headers is made before someone touches it:
 * most programs read the status and the text.
 *
 * @module
 */
import { Readable } from "node:stream";
import type { Fields, ReadOptions } from "@stack/http";
import { contentStream, type OctetStream, octetStream } from "./content-stream.ts";
import { ClientError } from "./errors.ts";
import { FetchHeaders } from "./fetch-headers.ts";
import { formOf } from "./form-content.ts";
import { PREFETCH } from "./incoming-content.ts";
import { inspectable } from "./inspection.ts";
import { formatMimeType, mimeTypeOf } from "./mime-type.ts";
import { ClientResponse } from "./response.ts";

/** What a response says of itself. */
export interface FetchHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
  readonly url: string;
  readonly redirected: boolean;
}

/** Where the content comes from: the client, memory, a stream, or nowhere. */
export type FetchContent = ClientResponse | Uint8Array | OctetStream | null;

/**
 * The response of `fetch`. It is `instanceof Response`, and nothing of it is the runtime's: the standard's members, over
 * our fields and our content.
 *
 * Reading fails with the signal's reason when it aborts, else with a TypeError whose cause is the ClientError.
 */
export class FetchResponse {
  private readonly head: FetchHead;
  private readonly signal: AbortSignal | null;
  private readonly content: FetchContent;
  private stream: OctetStream | null;
  private headersOrNull: FetchHeaders | null;
  private used: boolean;
  private untouched: Untouched | null;

  constructor(head: FetchHead, content: FetchContent, signal: AbortSignal | null) {
    this.head = head;
    this.signal = signal;
    this.content = content;
    this.stream = content instanceof ReadableStream ? content : null;
    this.headersOrNull = null;
    this.used = false;
    this.untouched = content instanceof ClientResponse && staysOpen(content) ? forgettable(this, content) : null;
  }

  /** Always "basic": there is no origin that a server could be foreign to. */
  get type(): "basic" {
    return "basic";
  }

  get status(): number {
    return this.head.status;
  }

  /** 200 to 299. */
  get ok(): boolean {
    const { status } = this.head;
    return status >= 200 && status < 300;
  }

  /** "" in HTTP/2, which has none. */
  get statusText(): string {
    return this.head.reason;
  }

  /** Where it came from, after redirects, without fragment. */
  get url(): string {
    return this.head.url;
  }

  get redirected(): boolean {
    return this.head.redirected;
  }

  /** Immutable. */
  get headers(): Headers {
    return (this.headersOrNull ??= new FetchHeaders(this.head.fields));
  }

  /** Someone read of it, or gave it up. */
  get bodyUsed(): boolean {
    return this.used || (this.stream !== null && Readable.isDisturbed(this.stream as never));
  }

  /** The content as a stream of octets; null where there can be none. */
  get body(): OctetStream | null {
    const { content } = this;
    if (content === null || this.stream !== null) return this.stream;
    if (this.used) this.stream = spentStream();
    else if (content instanceof ClientResponse) {
      this.touch();
      this.stream = contentStream(content.carrier, (error) => contentFailure(error, this.signal), this.signal);
    } else this.stream = octetStream(content as Uint8Array);
    return this.stream;
  }

  /** Another response with the same content. @throws TypeError when it was used, or is being read */
  clone(): FetchResponse {
    const refusal = this.refusal();
    if (refusal !== null) throw refusal;
    const { body } = this;
    if (body === null) return new FetchResponse(this.head, null, this.signal);
    const [mine, other] = body.tee();
    this.stream = mine;
    return new FetchResponse(this.head, other, this.signal);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.consume((bytes) => ownOctets(bytes).buffer);
  }

  blob(): Promise<Blob> {
    return this.consume((bytes) => {
      const type = mimeTypeOf(this.head.fields);
      return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: type === null ? "" : formatMimeType(type) });
    });
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.consume(ownOctets);
  }

  /** `multipart/form-data` and `application/x-www-form-urlencoded`, all in memory. */
  formData(): Promise<FormData> {
    return this.consume((bytes) => formOf(bytes, mimeTypeOf(this.head.fields)));
  }

  json(): Promise<unknown> {
    const refusal = this.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return this.text().then(JSON.parse as (text: string) => unknown);
  }

  text(): Promise<string> {
    const { content } = this;
    if (!(content instanceof ClientResponse) || this.stream !== null) return this.consume(decodeText);
    const refusal = this.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    this.used = true;
    // What is here already cannot fail any more.
    const { complete } = content.carrier;
    const text = content.text(UNBOUNDED);
    if (complete) return text;
    this.touch();
    return text.catch((error: unknown) => Promise.reject(contentFailure(error, this.signal)));
  }

  private consume<T>(convert: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
    const { content } = this;
    if (content === null) return Promise.resolve(NOTHING).then(convert);
    const refusal = this.refusal();
    if (refusal !== null) return Promise.reject(refusal);
    this.used = true;
    this.touch();
    if (this.stream !== null) return collected(this.stream).then(convert);
    if (content instanceof ClientResponse)
      return content
        .bytes(UNBOUNDED)
        .catch((error: unknown) => Promise.reject(contentFailure(error, this.signal)))
        .then(convert);
    return Promise.resolve(content as Uint8Array).then(convert);
  }

  /** Why the content cannot be read, or null. */
  private refusal(): unknown {
    if (this.bodyUsed || this.stream?.locked === true)
      return new TypeError("the body was used or is locked; read it once, or clone the response before");
    if (this.signal?.aborted !== true || this.content === null) return null;
    if (this.content instanceof ClientResponse) this.content.cancel();
    return this.signal.reason;
  }

  /** Whoever has the content now cares for its end. */
  private touch(): void {
    if (this.untouched !== null) this.untouched.response = null;
    this.untouched = null;
  }
}

// What is not ours would look for the slots of the runtime's own responses: everything that they have is above.
Object.setPrototypeOf(FetchResponse.prototype, Response.prototype);
inspectable(
  FetchResponse.prototype,
  "Response",
  ({ status, statusText, headers, bodyUsed, ok, redirected, type, url }) => {
    return { status, statusText, headers, bodyUsed, ok, redirected, type, url };
  },
  () => ({}),
);

/** What a failure before the head is in the standard: the signal's reason, or a network error with its cause. */
export function fetchFailure(error: unknown, signal: AbortSignal | null): unknown {
  return isAbort(error, signal) ? signal?.reason : new TypeError("fetch failed", { cause: error });
}

/** What a failure of the content is. The messages are those of Node's own fetch: there is software that looks at them. */
function contentFailure(error: unknown, signal: AbortSignal | null): unknown {
  return isAbort(error, signal) ? signal?.reason : new TypeError("terminated", { cause: error });
}

function isAbort(error: unknown, signal: AbortSignal | null): boolean {
  return error instanceof ClientError && error.code === "ERR_CLIENT_ABORTED" && signal?.aborted === true;
}

/** A response whose content nobody has asked for. */
interface Untouched {
  response: ClientResponse | null;
}

/** Responses that were dropped without being read: each would hold its connection until its time is over. */
const dropped = new FinalizationRegistry<Untouched>((untouched) => untouched.response?.cancel());

function forgettable(response: FetchResponse, content: ClientResponse): Untouched {
  const untouched: Untouched = { response: content };
  dropped.register(response, untouched);
  return untouched;
}

/** Its content does not come to its end by itself. */
function staysOpen({ carrier }: ClientResponse): boolean {
  return !carrier.complete && (carrier.contentLength < 0 || carrier.contentLength > PREFETCH);
}

/** The standard knows no bound of one value; `maxContentOctets` holds all the same (S124). */
const UNBOUNDED: ReadOptions = { limit: Number.POSITIVE_INFINITY };
const NOTHING: Uint8Array = new Uint8Array(0);
const UTF8: InstanceType<typeof TextDecoder> = new TextDecoder();

function decodeText(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

/** Octets with memory of their own. */
function ownOctets(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** The stream of content that was read in another way: nobody can read it. */
function spentStream(): OctetStream {
  const stream = octetStream(NOTHING);
  stream.getReader();
  return stream;
}

async function collected(stream: OctetStream): Promise<Uint8Array> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  for (let read = await reader.read(); !read.done; read = await reader.read()) pieces.push(read.value);
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}
