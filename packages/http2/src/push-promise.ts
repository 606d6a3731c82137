/**
 * Server push (RFC 9113 §8.4): what may be promised, and what a promise may say.
 *
 * @module
 */
import type { Fields, RequestSink, ResponseReceiver } from "@stack/http";
import type { RequestHead } from "./field-rules.ts";
import type { Stream } from "./stream.ts";

/** A promise that has still to be said, on the stream whose response refers to it (RFC 9113 §6.6). */
export interface PushPromise {
  /** The stream that is promised; it sends nothing before the promise was said. */
  readonly stream: Stream;
  /** The request, pseudo-header fields first. */
  readonly fields: readonly string[];
}

/** A request that the server expects of us, and answers before we make it. */
export interface PushedRequest {
  /** GET or HEAD. */
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly target: string;
  readonly fields: Fields;
  /** Takes the response; without it, before `onPush` returns, the promise is refused. */
  accept(receiver: ResponseReceiver): RequestSink;
}

/** Whether a method may be promised (RFC 9113 §8.4): safe, cacheable, without content. */
export function isPromisable(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whether a promise is one that a server may make who speaks for `authority`, and no other (RFC 9113 §8.4, §10.1). */
export function isOurPromise(head: RequestHead, scheme: string, authority: string): boolean {
  return isPromisable(head.method) && head.contentLength <= 0 && head.scheme === scheme && head.authority === authority;
}
