/**
 * A response in the standard's form (fetch standard §5.5), made of ours.
 *
 * Neither a web stream nor a Headers object is made before someone touches it:
 * most programs read the status and the text.
 *
 * @module
 */
import { Content, type Fields } from "@stack/http";
import { readForm } from "@stack/multipart";
import { ClientError } from "./errors.ts";
import type { ClientResponse } from "./response.ts";

/** What a response says of itself. */
export interface FetchHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
  readonly url: string;
  readonly redirected: boolean;
}

/** Where the content comes from: the client, memory, a stream, or nowhere. */
export type FetchContent = ClientResponse | Uint8Array | ReadableStream<Uint8Array> | null;

/**
 * The response of `fetch`. It is `instanceof Response`.
 *
 * Its `headers` can be changed, which has no effect on anything; everything else is as in the standard.
 */
export class FetchResponse {
  private readonly head: FetchHead;
  private readonly signal: AbortSignal | null;
  private content: FetchContent;
  private headersOrNull: Headers | null;
  private used: boolean;

  constructor(head: FetchHead, content: FetchContent, signal: AbortSignal | null) {
    this.head = head;
    this.content = content;
    this.signal = signal;
    this.headersOrNull = null;
    this.used = false;
  }

  get type(): "basic" {
    return "basic";
  }

  get status(): number {
    return this.head.status;
  }

  get ok(): boolean {
    const { status } = this.head;
    return status >= 200 && status < 300;
  }

  get statusText(): string {
    return this.head.reason;
  }

  get url(): string {
    return this.head.url;
  }

  get redirected(): boolean {
    return this.head.redirected;
  }

  get headers(): Headers {
    return (this.headersOrNull ??= new Headers([...this.head.fields]));
  }

  /** Someone read of it, or gave it up. */
  get bodyUsed(): boolean {
    return this.used;
  }

  /** The content as a web stream; null where there can be none. */
  get body(): ReadableStream<Uint8Array> | null {
    const { content } = this;
    if (content === null || content instanceof ReadableStream) return content;
    const stream = this.streamOf(content);
    this.content = stream;
    return stream;
  }

  /** Another response with the same content. @throws TypeError when it was used */
  clone(): FetchResponse {
    const { body } = this;
    if (this.used || body?.locked === true) throw new TypeError("the body was used or is locked; clone it before");
    if (body === null) return new FetchResponse(this.head, null, this.signal);
    const [mine, other] = body.tee();
    const clone = new FetchResponse(this.head, null, this.signal);
    clone.content = clone.tracked(other);
    this.used = false; // `tee` is no use of ours
    this.content = this.tracked(mine);
    return clone;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    const { buffer, byteOffset, byteLength } = bytes;
    return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  }

  async blob(): Promise<Blob> {
    const type = (this.head.fields.get("content-type") ?? "").replace(/[\t ]*;[\t ]*/g, ";");
    return new Blob([await this.bytes()], { type });
  }

  /** A copy that is the caller's own. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.octets());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  text(): Promise<string> {
    const { content } = this;
    if (content === null || content instanceof Uint8Array || content instanceof ReadableStream || this.used)
      return this.octets().then(decoded);
    this.used = true;
    const text = content.text();
    return content.carrier.complete ? text : text.catch((error: unknown) => Promise.reject(this.failure(error)));
  }

  async formData(): Promise<FormData> {
    const type = this.head.fields.get("content-type") ?? "";
    const bytes = await this.octets();
    const form = new FormData();
    if (/^application\/x-www-form-urlencoded[\t ]*(?:;|$)/i.test(type))
      for (const [name, value] of new URLSearchParams(decoded(bytes))) form.append(name, value);
    else if (/^multipart\/form-data[\t ]*;/i.test(type)) await appendParts(form, bytes, type);
    else throw new TypeError("the content is no form; formData reads multipart/form-data and urlencoded ones");
    return form;
  }

  /** What a failure of the client is in the standard: the signal's reason, or a TypeError with a cause. */
  private failure(error: unknown): unknown {
    return fetchFailure(error, this.signal);
  }

  private async octets(): Promise<Uint8Array> {
    const { content } = this;
    if (content === null) return NOTHING;
    if (this.used || (content instanceof ReadableStream && content.locked))
      throw new TypeError("the body was used or is locked; read it once, or clone the response before");
    this.used = true;
    if (content instanceof Uint8Array) return content;
    if (content instanceof ReadableStream) return collected(content);
    try {
      return await content.bytes();
    } catch (error) {
      throw this.failure(error);
    }
  }

  private streamOf(content: ClientResponse | Uint8Array): ReadableStream<Uint8Array> {
    if (this.used) return spent();
    if (content instanceof Uint8Array) return this.tracked(new Blob([new Uint8Array(content)]).stream());
    let iterator: AsyncIterator<Uint8Array> | null = null;
    return this.made(
      async () => {
        iterator ??= content.stream()[Symbol.asyncIterator]();
        try {
          const { done, value } = await iterator.next();
          return done === true ? null : value;
        } catch (error) {
          throw this.failure(error);
        }
      },
      async () => content.cancel(),
    );
  }

  /** `stream`, so that its use is seen. */
  private tracked(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = stream.getReader();
    return this.made(
      async () => {
        const { done, value } = await reader.read();
        return done ? null : value;
      },
      (reason) => reader.cancel(reason),
    );
  }

  private made(
    next: () => Promise<Uint8Array | null>,
    cancel: (reason: unknown) => Promise<void>,
  ): ReadableStream<Uint8Array> {
    return new ReadableStream({
      type: "bytes",
      pull: async (controller: ReadableByteStreamController) => {
        this.used = true;
        const bytes = await next();
        if (bytes !== null) {
          controller.enqueue(new Uint8Array(bytes)); // a byte stream takes the memory over
          return;
        }
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel: async (reason) => {
        this.used = true;
        await cancel(reason);
      },
    });
  }
}

// What is not ours would look for the slots of the runtime's own responses: everything that it has is above.
Object.setPrototypeOf(FetchResponse.prototype, Response.prototype);

/** What a failure is in the standard. */
export function fetchFailure(error: unknown, signal: AbortSignal | null): unknown {
  if (error instanceof ClientError && error.code === "ERR_CLIENT_ABORTED" && signal?.aborted === true)
    return signal.reason;
  return new TypeError("fetch failed; see the cause", { cause: error });
}

const NOTHING: Uint8Array = new Uint8Array(0);
const UTF8: InstanceType<typeof TextDecoder> = new TextDecoder();

function decoded(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

/** The stream of content that was read in another way: there is nothing in it, and nobody can read it. */
function spent(): ReadableStream<Uint8Array> {
  const stream = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
  stream.getReader();
  return stream;
}

async function appendParts(form: FormData, bytes: Uint8Array, type: string): Promise<void> {
  const content = new Content({
    contentLength: bytes.length,
    contentLimit: bytes.length,
    read: (receiver) => {
      let given = false;
      return {
        grant: () => {
          if (given) return;
          given = true;
          receiver.onContent(bytes, 0, bytes.length);
          receiver.onEnd(null);
        },
        stop: () => {},
      };
    },
  });
  try {
    for (const { name, filename, contentType, bytes: octets } of await readForm(content, type)) {
      if (filename === null) form.append(name, decoded(octets));
      else form.append(name, new File([new Uint8Array(octets)], filename, { type: contentType ?? "text/plain" }));
    }
  } catch (cause) {
    throw new TypeError("the content is no multipart form; see the cause", { cause });
  }
}

async function collected(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  for (let read = await reader.read(); !read.done; read = await reader.read()) pieces.push(read.value);
  return Buffer.concat(pieces);
}
