/**
 * Server push (RFC 9113 §8.4): what may be promised, and what a promise may say.
 *
 * @module
 */
import { Fields, type RequestSink, type ResponseReceiver } from "@stack/http";
import { ERROR_CODE } from "@stack/http2-frames";
import { Http2Error } from "./errors.ts";
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

/**
 * Shows a promise to whoever wants pushes.
 *
 * @param accept - opens the promised stream for its receiver; called once at most, and before `onPush` returns
 * @returns whether the response is taken
 */
export function isTaken(
  onPush: (request: PushedRequest) => void,
  { method, scheme, authority, path, fields }: RequestHead,
  accept: (receiver: ResponseReceiver) => RequestSink,
): boolean {
  let taken = false;
  let over = false;
  onPush({
    method,
    scheme,
    authority,
    target: path,
    fields: Fields.adopt(fields),
    accept: (receiver) => {
      if (over || taken)
        throw new Http2Error(
          "ERR_HTTP2_UNAVAILABLE",
          ERROR_CODE.CANCEL,
          "us",
          "a promise is accepted once, and at once",
        );
      taken = true;
      return accept(receiver);
    },
  });
  over = true;
  return taken;
}
