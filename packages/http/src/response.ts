/**
 * A response as a handler makes it, whatever the version it leaves by (RFC 9110 §3.4).
 *
 * @module
 */
import type { Carrier } from "./carrier.ts";
import { type ContentStream, octetsOf, PieceReader, type Waiter } from "./content-stream.ts";
import { PeerGoneError, ResponseStateError } from "./errors.ts";
import { Fields, type FieldsInit } from "./fields.ts";
import type { HttpRequest } from "./request.ts";
import type { Producer, ResponseSink } from "./response-sink.ts";
import { isRedirection } from "./status.ts";
import { encodeUriReference } from "./uri-reference.ts";

const OPEN = 0;
const HEAD_SENT = 1;
const ENDED = 2;

/**
 * A response: set {@link status} and {@link fields}, then send it as one value
 * ({@link send}, {@link text}, {@link json}), as writes, or as a stream.
 *
 * @example
 * ```ts
 * import type { Handler } from "@stack/http";
 *
 * const numbers: Handler = async (_, response) => {
 *   response.fields.set("Content-Type", "text/plain");
 *   for (let i = 0; i < 1000; i++) if (!response.write(`${i}\n`)) await response.drained();
 *   response.end();
 * };
 * ```
 */
export class HttpResponse implements Producer {
  /** 200 to 599; taken when the head is sent. */
  status: number;
  private readonly sink: ResponseSink;
  private fieldsOrNull: Fields | null;
  private trailersOrNull: Fields | null;
  private state: number;
  private attached: boolean;
  private blocked: boolean;
  private gone: Error | null;
  private waiting: Waiter[] | null;

  constructor(sink: ResponseSink) {
    this.status = 200;
    this.sink = sink;
    this.fieldsOrNull = null;
    this.trailersOrNull = null;
    this.state = OPEN;
    this.attached = false;
    this.blocked = false;
    this.gone = null;
    this.waiting = null;
  }

  /** The header section. Changes after the head was sent have no effect on the peer. */
  get fields(): Fields {
    return (this.fieldsOrNull ??= new Fields());
  }

  /** Sent after the content when it is not empty (RFC 9110 §6.5). Set it before {@link end}. */
  get trailers(): Fields {
    return (this.trailersOrNull ??= new Fields());
  }

  /** The head has left: status and fields are settled. */
  get headSent(): boolean {
    return this.state !== OPEN;
  }

  /** Everything was sent, or the response was reset. */
  get ended(): boolean {
    return this.state === ENDED;
  }

  /**
   * The whole response as one value; Content-Length is set. Text is UTF-8.
   * @throws ResponseStateError `ERR_HEAD_SENT` when something was sent before; TypeError for neither octets nor text
   */
  send(content: Uint8Array | string = ""): void {
    this.begin();
    if (typeof content !== "string") octetsOf(content);
    if (this.trailersOrNull !== null && this.trailersOrNull.size > 0) {
      this.sendHead();
      this.end(content);
      return;
    }
    this.state = ENDED;
    try {
      this.sink.sendWhole(this.status, this.fields, content);
    } catch (error) {
      this.state = OPEN; // a field that must not be sent: nothing has left, the failure can still be answered
      throw error;
    }
  }

  /** The whole response as text, `text/plain; charset=utf-8` unless Content-Type is set. */
  text(content: string): void {
    if (this.fieldsOrNull === null || !this.fieldsOrNull.has("content-type"))
      this.fields.append("Content-Type", "text/plain; charset=utf-8");
    this.send(content);
  }

  /** The whole response as JSON, `application/json` unless Content-Type is set. */
  json(value: unknown): void {
    const content = JSON.stringify(value);
    if (content === undefined) throw new TypeError("the value has no JSON form; send null or an object");
    if (this.fieldsOrNull === null || !this.fieldsOrNull.has("content-type"))
      this.fields.append("Content-Type", "application/json");
    this.send(content);
  }

  /** A redirect (RFC 9110 §15.4): 303 by default, which any client follows with GET. */
  redirect(location: string, status = 303): void {
    if (typeof location !== "string")
      throw new TypeError("redirect(location, status): the location is text, and first");
    if (!isRedirection(status)) throw new RangeError(`a redirect has a status from 300 to 399, not ${status}`);
    this.status = status;
    this.fields.set("Location", encodeUriReference(location));
    this.send();
  }

  /**
   * Sends a piece of content, the head before the first.
   * @returns false when the peer is slower than we: await {@link drained} before the next
   */
  write(content: Uint8Array | string): boolean {
    if (this.state === ENDED) {
      if (this.gone !== null) return false;
      throw new ResponseStateError("ERR_RESPONSE_ENDED", "the response has ended; write before end()");
    }
    const bytes = typeof content === "string" ? UTF8.encode(content) : octetsOf(content);
    if (this.state === OPEN) this.sendHead();
    if (bytes.length === 0) return !this.blocked;
    this.listen();
    if (this.gone !== null) return false;
    if (!this.sink.sendContent(bytes, false)) this.blocked = true;
    return !this.blocked;
  }

  /** Ends the response, after a last piece of content if one is given. */
  end(content?: Uint8Array | string): void {
    if (this.state === ENDED) {
      if (this.gone !== null) return;
      throw new ResponseStateError("ERR_RESPONSE_ENDED", "the response has ended already; end it once");
    }
    if (this.state === OPEN) {
      this.send(content);
      return;
    }
    const bytes = typeof content === "string" ? UTF8.encode(content) : octetsOf(content ?? NOTHING);
    const trailers = this.trailersOrNull;
    this.state = ENDED;
    if (trailers === null || trailers.size === 0) {
      this.sink.sendContent(bytes, true);
      return;
    }
    if (bytes.length > 0) this.sink.sendContent(bytes, false);
    this.sink.sendTrailers(trailers);
  }

  /** Resolves when there is room for more; rejects with {@link PeerGoneError} when there never will be. */
  drained(): Promise<void> {
    if (this.gone !== null) return Promise.reject(this.gone);
    if (!this.blocked) return Promise.resolve();
    return new Promise<void>((resolve, reject) => this.wait({ resolve, reject }));
  }

  /**
   * Sends a stream to its end, at the peer's pace. When the source fails the
   * response is reset and the error thrown; when the peer goes away the source
   * is closed and the promise rejects with {@link PeerGoneError}.
   */
  async stream(source: ContentStream): Promise<void> {
    const pieces = new PieceReader(source);
    const watch: Waiter = { resolve: () => this.wait(watch), reject: (reason) => pieces.leave(reason) };
    let begun = false;
    try {
      // Head first: a source that thinks for long must not keep the peer from learning that the request was accepted.
      this.begin();
      this.sendHead();
      begun = true;
      if (this.sink.takesContent === false) void pieces.close(undefined);
      else {
        this.wait(watch);
        this.listen();
        for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next())
          if (!this.write(piece.value)) await this.drained();
      }
    } catch (error) {
      await pieces.close(error);
      if (begun) this.reset();
      throw error;
    }
    this.end();
  }

  /** Sends an informational response, 100 to 199 except 101 (RFC 9110 §15.2). Before the head only. */
  inform(status: number, fields?: FieldsInit): void {
    this.begin();
    if (status < 100 || status > 199 || status === 101)
      throw new RangeError(`an informational status is 100 to 199 and not 101, not ${status}`);
    this.sink.sendInformational(status, fields instanceof Fields ? fields : new Fields(fields));
  }

  /**
   * Pushes the response to a request that the client is expected to make (RFC 9113 §8.4). Before what refers to it is
   * sent, or the client asks for it itself.
   *
   * @param promised - made by {@link HttpRequest.promise}: GET or HEAD, of the same authority
   * @returns the response to it, to be sent like any other; null where version, options or the client do not do push
   *
   * @example
   * ```ts
   * import type { Handler } from "@stack/http";
   *
   * const page: Handler = (request, response) => {
   *   response.push(request.promise("/style.css"))?.send("p { color: teal }");
   *   response.send('<link rel="stylesheet" href="/style.css"><p>hello');
   * };
   * ```
   */
  push(promised: HttpRequest): HttpResponse | null {
    const sink = this.state === ENDED ? null : this.sink.push(promised);
    return sink === null ? null : new HttpResponse(sink);
  }

  /** Accepts an upgrade or a CONNECT: the octets that follow are the tunnel's. */
  accept(fields?: FieldsInit): Carrier {
    this.begin();
    this.state = ENDED;
    try {
      return this.sink.accept(fields instanceof Fields ? fields : new Fields(fields));
    } catch (error) {
      this.state = OPEN; // no tunnel was opened: the failure can still be answered
      throw error;
    }
  }

  /** Forgets status, fields and trailers that were prepared: they do not describe the response that is sent instead. */
  clear(): void {
    this.begin();
    this.status = 200;
    this.fieldsOrNull = null;
    this.trailersOrNull = null;
  }

  /** Breaks off: the peer sees an incomplete response. Does nothing when it has ended. */
  reset(code = 0): void {
    if (this.state === ENDED) return;
    this.state = ENDED;
    this.stopped(new PeerGoneError("the response was reset"));
    this.sink.reset(code);
  }

  resume(): void {
    this.blocked = false;
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null) for (const waiter of waiting) waiter.resolve();
  }

  stopped(reason: Error): void {
    this.gone = reason;
    this.state = ENDED;
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null) for (const waiter of waiting) waiter.reject(reason);
  }

  private begin(): void {
    if (this.state === OPEN) return;
    if (this.gone !== null) throw this.gone;
    throw new ResponseStateError("ERR_HEAD_SENT", "a response was already sent; answer a request once");
  }

  private sendHead(): void {
    this.state = HEAD_SENT;
    try {
      this.sink.sendHead(this.status, this.fields, false);
    } catch (error) {
      this.state = OPEN;
      throw error;
    }
  }

  private wait(waiter: Waiter): void {
    (this.waiting ??= []).push(waiter);
  }

  private listen(): void {
    if (this.attached) return;
    this.attached = true;
    this.sink.attach(this);
  }
}

const UTF8: InstanceType<typeof TextEncoder> = new TextEncoder();
const NOTHING: Uint8Array = new Uint8Array(0);
