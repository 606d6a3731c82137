/**
 * How a request reaches a client's protocol engine, and how its response comes back.
 *
 * Types only: the counterpart of `ResponseSink`, for the role that asks. Nothing
 * here is particular to HTTP/1.1.
 *
 * @module
 */
import type { Carrier } from "./carrier.ts";
import type { Fields } from "./fields.ts";
import type { ContentSource, Producer } from "./response-sink.ts";

/** What a request says before its content. */
export interface RequestHead {
  /** Case-sensitive (RFC 9110 §9.1). */
  readonly method: string;
  /** `http` or `https`; HTTP/1.1 does not say it. Default `https` on TLS, else `http`. */
  readonly scheme?: "http" | "https";
  /** The request target in the form that the next hop wants (RFC 9112 §3.2). */
  readonly target: string;
  /** Host included, exactly once. What frames the message (Content-Length, Transfer-Encoding, Connection) is the engine's. */
  readonly fields: Fields;
  /** Octets of content to come; 0 for none, -1 when only its end will tell. Default: Content-Length in `fields`, else 0. */
  readonly contentLength?: number;
  /** Waits for 100 before content is sent (RFC 9110 §10.1.1). Default: whether `fields` say so. */
  readonly expectContinue?: boolean;
}

/** Where a request's content goes, and where credit for the response's content is given. */
export interface RequestSink extends ContentSource {
  /**
   * Content octets, lent until the producer is resumed or the exchange is over. `end`: the last.
   * False: taken, but wait for {@link Producer.resume} before sending more.
   */
  sendContent(bytes: Uint8Array, end: boolean): boolean;
  /** The trailer section; ends the request. */
  sendTrailers(fields: Fields): void;
  /** Gives the exchange up: the server sees an incomplete message, the receiver gets the error. */
  reset(code: number): void;
  /** Who is told when content can be sent, and when none is wanted any more. */
  attach(producer: Producer): void;
}

/**
 * Who takes a response. Called in order: informational responses, the head, content, the end. Exactly one of
 * `onEnd`, `onUpgrade` and `onError` comes last, unless the receiver said `stop` before.
 */
export interface ResponseReceiver {
  /** 100 to 199 except 101 (RFC 9110 §15.2). */
  onInformational(status: number, fields: Fields): void;
  onHead(status: number, fields: Fields, reason: string): void;
  /** Content octets `bytes[start, end)`, borrowed. Nothing comes before credit is granted. */
  onContent(bytes: Uint8Array, start: number, end: number): void;
  /**
   * The response is complete. `untilClose`: its content ended with the connection, so nothing tells whether it is whole
   * (RFC 9112 §8); do not cache it.
   */
  onEnd(trailers: Fields | null, untilClose: boolean): void;
  /** 101, or 2xx to CONNECT: the byte stream is the receiver's, who calls `carrier.handOver`. */
  onUpgrade(status: number, fields: Fields, carrier: Carrier): void;
  /** There will be no complete response. */
  onError(error: Error, outcome: RequestOutcome): void;
}

/** What is known of a request that failed, for who thinks of sending it again (RFC 9110 §9.2.2). */
export interface RequestOutcome {
  /** The server has not acted on the request: sending it again cannot do a thing twice. */
  readonly unprocessed: boolean;
  /** Octets of the request were given to the carrier. */
  readonly written: boolean;
}
