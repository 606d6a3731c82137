/**
 * The incoming half of an exchange on a server's connection: the request's content,
 * and whether its sender is still there.
 *
 * The reader gives credit, the connection delivers within it (RFC 9112 §6).
 * What nobody reads is read away in bounds.
 *
 * @module
 */
import {
  type Carrier,
  type ContentReceiver,
  type ContentSource,
  ContentTooLargeError,
  type Fields,
  type Incoming,
  type PeerInfo,
  ResponseStateError,
} from "@stack/http";
import type { RequestHeadDecoder } from "@stack/http1-parser";
import type { ServerConnection } from "./server-connection.ts";

export abstract class RequestContent implements ContentSource, Incoming {
  readonly contentLength: number;
  contentLimit: number;
  /** Octets of the request's content that are still to come; meaningless with chunked coding. */
  remaining: number;
  /** Octets that the reader of the content has asked for; while discarding, how much was read away, downwards. */
  credit: number;
  /** The request's content is complete, or none was announced. */
  received: boolean;
  /** The client waits for 100 before it sends content (RFC 9110 §10.1.1). */
  awaitsContinue: boolean;
  /** The reader wants nothing more; what still comes is read away. */
  discarding: boolean;
  readonly authority: string;
  /** Null when the exchange is over. */
  protected connection: ServerConnection | null;
  protected readonly carrier: Carrier;
  protected receiver: ContentReceiver | null;
  protected gone: Error | null;
  /** The exchange was ended before its response was complete. */
  protected brokenOff: boolean;
  private goneListener: ((reason: Error) => void) | null;

  constructor(connection: ServerConnection, head: RequestHeadDecoder, contentLength: number) {
    this.contentLength = contentLength;
    this.contentLimit = 0;
    this.remaining = contentLength;
    this.credit = 0;
    this.received = contentLength === 0;
    this.awaitsContinue = head.expectContinue && contentLength !== 0;
    this.discarding = false;
    this.authority = head.authority;
    this.connection = connection;
    this.carrier = connection.carrier;
    this.receiver = null;
    this.gone = null;
    this.brokenOff = false;
    this.goneListener = null;
  }

  /** A final response's head was given to the connection. */
  abstract get headSent(): boolean;

  /** The response is complete. */
  abstract get responded(): boolean;

  get scheme(): "http" | "https" {
    return this.carrier.peer.secure ? "https" : "http";
  }

  get peer(): PeerInfo {
    return this.carrier.peer;
  }

  /** Someone reads the content. */
  get isRead(): boolean {
    return this.receiver !== null && !this.discarding;
  }

  // Incoming

  read(receiver: ContentReceiver): ContentSource {
    if (this.receiver !== null || this.discarding) throw new ResponseStateError("ERR_CONTENT_TAKEN", TAKEN);
    this.receiver = receiver;
    if (this.received) receiver.onEnd(null);
    else if (this.gone !== null) receiver.onError(this.gone);
    return this;
  }

  onGone(listener: (reason: Error) => void): void {
    if (this.gone !== null && this.connection === null) {
      if (this.brokenOff) listener(this.gone); // who asks afterwards learns it too
      return;
    }
    this.goneListener = listener;
  }

  // ContentSource

  grant(octets: number): void {
    const { connection } = this;
    if (connection === null || this.received) return;
    this.credit += octets;
    if (this.awaitsContinue) {
      this.awaitsContinue = false;
      if (!this.headSent) connection.sendContinue();
    }
    connection.contentWanted();
  }

  stop(_code: number): void {
    this.discard();
    this.connection?.contentStopped(this);
  }

  // What the connection tells

  /** Whether content may be taken from the connection: there is a reader with credit, or it is read away within bounds. */
  wantsContent(maxDrainOctets: number): boolean {
    return this.discarding ? this.credit >= -maxDrainOctets : this.credit > 0;
  }

  /** From here on content is read away; {@link credit} counts how much, downwards. */
  discard(): void {
    if (this.discarding) return;
    this.discarding = true;
    this.credit = 0;
  }

  /** The content turned out larger than the server allows; its reader is told. */
  tooLarge(): void {
    const { receiver } = this;
    this.discard();
    this.connection?.closeAfterThis();
    receiver?.onError(new ContentTooLargeError(this.contentLimit));
  }

  /** Content octets for the reader; the connection has checked credit and framing. */
  deliver(bytes: Uint8Array, start: number, end: number): void {
    this.awaitsContinue = false;
    if (this.discarding) return;
    this.credit -= end - start;
    this.receiver?.onContent(bytes, start, end);
  }

  /** The request's content is complete. */
  deliverEnd(trailers: Fields | null): void {
    this.received = true;
    this.awaitsContinue = false;
    if (!this.discarding) this.receiver?.onEnd(trailers);
  }

  /** Tells whoever watches `request.signal`. */
  signalGone(reason: Error): void {
    this.gone ??= reason;
    const listener = this.goneListener;
    this.goneListener = null;
    listener?.(reason);
  }

  /** Both messages are complete: the connection goes on without this. */
  release(): void {
    this.connection = null;
    this.goneListener = null;
    if (this.received || this.discarding) return;
    // What was not asked for by now never comes, for who waits and for who will ask.
    this.discarding = true;
    this.receiver?.onError(new ResponseStateError("ERR_CONTENT_TAKEN", TAKEN));
  }
}

const TAKEN =
  "the content was taken already, or is no longer to be had; read it once, and before the response is complete";
