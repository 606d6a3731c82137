/**
 * How a response reaches a protocol engine, and how content is asked for.
 *
 * Types only: what an HTTP/1.1, HTTP/2 or test engine implements, and what a
 * Layer implements that changes a response on its way out.
 *
 * @module
 */
import type { Carrier, PeerInfo } from "./carrier.ts";
import type { Fields } from "./fields.ts";
import type { HttpRequest } from "./request.ts";

/** Where a response goes. The calls are made in the order of the message: informational, head, content, trailers. */
export interface ResponseSink {
  /**
   * False once the head was sent of a response that has no content, whatever it is given (HEAD, 204, 304): nobody need
   * make any. A sink that does not say gets it all.
   */
  readonly takesContent?: boolean;
  sendInformational(status: number, fields: Fields): void;
  /** The whole response in one call: the engine frames it with Content-Length. A string is sent as UTF-8. */
  sendWhole(status: number, fields: Fields, content: Uint8Array | string): void;
  /** The head. `end`: nothing follows, neither content nor trailers. */
  sendHead(status: number, fields: Fields, end: boolean): void;
  /**
   * Content octets, lent until the producer is resumed or the response is over. `end`: the last.
   * False: taken, but wait for {@link Producer.resume} before sending more.
   */
  sendContent(bytes: Uint8Array, end: boolean): boolean;
  /** The trailer section; ends the response. */
  sendTrailers(fields: Fields): void;
  /** Accepts an upgrade (101) or a CONNECT (2xx): what follows the head is the tunnel's. */
  accept(fields: Fields): Carrier;
  /** A pushed response, or null where the protocol or the peer does not do push. */
  push(request: HttpRequest): ResponseSink | null;
  /** Breaks off: the peer sees an incomplete message, never one that looks whole. */
  reset(code: number): void;
  /** Who is told when more can be sent and when nothing can. */
  attach(producer: Producer): void;
}

/** Who makes content, as seen by who takes it. */
export interface Producer {
  /** There is room again. */
  resume(): void;
  /** The peer is gone or gave up; nothing that is sent will arrive. */
  stopped(reason: Error): void;
}

/** Credit for content: taking it in is what lets the peer send more (HTTP/1.1 pauses, HTTP/2 opens the window). */
export interface ContentSource {
  /** Allows `octets` more to be delivered. */
  grant(octets: number): void;
  /** Nothing more is wanted. */
  stop(code: number): void;
}

/** Who takes a message's content. Called in order; after `onEnd` or `onError` nothing more. */
export interface ContentReceiver {
  /** Content octets `bytes[start, end)`, borrowed: valid until this call returns. */
  onContent(bytes: Uint8Array, start: number, end: number): void;
  /** The content is complete; the trailer section, or null. */
  onEnd(trailers: Fields | null): void;
  onError(error: Error): void;
}

/** What an engine knows of a request beyond its head. */
export interface Incoming {
  readonly scheme: "http" | "https";
  /** The host (and port) that the request is for: the target's authority, else Host (RFC 9112 §3.3). */
  readonly authority: string;
  readonly peer: PeerInfo;
  /** Octets of content to come; 0 for none, -1 when only its end will tell. */
  readonly contentLength: number;
  /** The most octets of content that may be read, unless the reader says otherwise. */
  readonly contentLimit: number;
  /** Takes the content, once. Nothing is delivered before credit is granted. */
  read(receiver: ContentReceiver): ContentSource;
  /** Calls `listener` once when the peer is gone before the response was complete. */
  onGone(listener: (reason: Error) => void): void;
}
