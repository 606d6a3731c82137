/**
 * A response, as the user of a client sees it.
 *
 * One class for all versions of HTTP. Its content is read once, in one value or
 * as a stream, and waits meanwhile in the connection: a response that is not
 * read is given back with {@link ClientResponse.cancel}.
 *
 * @module
 */
import {
  Content,
  type ContentOrigin,
  type Fields,
  type JsonOptions,
  ownOctets,
  parseJson,
  type ReadOptions,
} from "@stack/http";
import { inspectable } from "./inspection.ts";
import type { ClientRequest } from "./send.ts";
import type { Timings } from "./timings.ts";

/** What carries a response's content: the transport, or a layer that changes the content. */
export interface ResponseOrigin extends ContentOrigin {
  /** Whether {@link whole} gives something now. */
  readonly complete: boolean;
  readonly version: "1.0" | "1.1" | "2";
  readonly timings: Timings;
  /** The trailer section; empty until the content has been read to its end. */
  readonly trailers: Fields;
  /** The content came with the end of the connection: nothing tells whether it is whole (RFC 9112 §8). */
  readonly untilClose: boolean;
  /**
   * All octets, if they are here already and nobody has asked for them, else null. From then on they are taken. They may
   * be a view on memory that others share: decode them, or copy them for whoever gets octets.
   * @param limit - octets; more are for {@link read} to refuse
   */
  whole(limit: number): Uint8Array | null;
  /** Nothing more is wanted. */
  cancel(): void;
}

/** Octets of a response in one value, unless `maxContentOctets` or the reader says otherwise (S124). */
export const MAX_WHOLE_OCTETS = 67_108_864;

/**
 * A response.
 *
 * @example
 * ```ts
 * const response = await client.get("https://example.com/prices");
 * if (response.ok) console.log(response.fields.get("etag"), await response.json({ limit: 100_000 }));
 * else response.cancel();
 * ```
 */
export class ClientResponse {
  readonly status: number;
  /** "" in HTTP/2, which has none. */
  readonly reason: string;
  readonly fields: Fields;
  /** What it is the response to: the last request, if redirects were followed. */
  readonly request: ClientRequest;
  /** It came after a redirect. */
  readonly redirected: boolean;
  private readonly origin: ResponseOrigin;
  private contentOrNull: Content | null;
  /** All octets, once someone has had them in one value without a Content in between. */
  private octets: Uint8Array | null;

  constructor(
    status: number,
    reason: string,
    fields: Fields,
    request: ClientRequest,
    origin: ResponseOrigin,
    redirected = false,
  ) {
    this.status = status;
    this.reason = reason;
    this.fields = fields;
    this.request = request;
    this.redirected = redirected;
    this.origin = origin;
    this.contentOrNull = null;
    this.octets = null;
  }

  /** 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Where it came from, without credentials and fragment. */
  get url(): string {
    return this.request.href;
  }

  get version(): "1.0" | "1.1" | "2" {
    return this.origin.version;
  }

  get timings(): Timings {
    return this.origin.timings;
  }

  /** The content, to be read once. */
  get content(): Content {
    return (this.contentOrNull ??= new Content(this.origin));
  }

  /** The trailer section; empty until the content has been read to its end (RFC 9110 §6.5). */
  get trailers(): Fields {
    return this.origin.trailers;
  }

  /** For logs: nothing of fields, content, query or credentials (S126). */
  toJSON(): { readonly status: number; readonly reason: string; readonly version: string; readonly origin: string } {
    const { status, reason, version, request } = this;
    return { status, reason, version, origin: request.origin.href };
  }

  /**
   * All octets, in memory. See {@link Content.bytes}.
   * @param options - `limit` is `maxContentOctets` unless given, and without either {@link MAX_WHOLE_OCTETS}
   */
  bytes(options?: ReadOptions): Promise<Uint8Array> {
    const whole = this.whole(options);
    if (whole === null) return this.content.bytes(this.bounded(options));
    this.octets = ownOctets(whole);
    return Promise.resolve(this.octets);
  }

  /** The content as UTF-8 text; bounded as {@link bytes}. See {@link Content.text}. */
  text(options?: ReadOptions): Promise<string> {
    const whole = this.whole(options);
    return whole === null ? this.content.text(this.bounded(options)) : Promise.resolve(UTF8.decode(whole));
  }

  /** The content as JSON; bounded as {@link bytes}. See {@link Content.json}. */
  json(options?: ReadOptions & JsonOptions): Promise<unknown> {
    const whole = this.whole(options);
    if (whole === null) return this.content.json(this.bounded(options));
    try {
      return Promise.resolve(parseJson(UTF8.decode(whole), options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The octets as they arrive. The server is held back while the consumer is busy. */
  stream(options?: ReadOptions): AsyncIterable<Uint8Array> {
    return this.content.stream(options);
  }

  /** The octets as a web stream. */
  readable(options?: ReadOptions): ReadableStream<Uint8Array> {
    return this.content.readable(options);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.content[Symbol.asyncIterator]();
  }

  /** The content is not wanted, or no more of it: gives the connection back, or ends it. */
  cancel(): void {
    this.origin.cancel();
  }

  /**
   * This response with other fields and content, for layers.
   * @param changes - of which own properties count (S127)
   */
  with(changes: {
    readonly fields?: Fields;
    readonly origin?: ResponseOrigin;
    readonly redirected?: boolean;
  }): ClientResponse {
    const own: typeof changes = Object.assign(Object.create(null) as object, changes);
    const { fields = this.fields, origin = this.origin, redirected = this.redirected } = own;
    return new ClientResponse(this.status, this.reason, fields, this.request, origin, redirected);
  }

  /** What carries the content, for layers that change it. */
  get carrier(): ResponseOrigin {
    return this.origin;
  }

  /** What is there already is given without another promise in between, as often as it is asked for. */
  private whole(options: ReadOptions | undefined): Uint8Array | null {
    if (this.contentOrNull !== null) return null;
    return (this.octets ??= this.origin.whole(options?.limit ?? Number.POSITIVE_INFINITY));
  }

  private bounded<T extends ReadOptions>(options: T | undefined): T | ReadOptions | undefined {
    if (options?.limit !== undefined || this.request.options.maxContentOctets !== undefined) return options;
    return { ...options, limit: MAX_WHOLE_OCTETS };
  }
}

inspectable(ClientResponse.prototype, "ClientResponse", (response) => response.toJSON());

const UTF8: InstanceType<typeof TextDecoder> = new TextDecoder();
