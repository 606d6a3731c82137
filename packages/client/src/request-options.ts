/**
 * What can be said of one request, and of all requests of a client.
 *
 * @module
 */
import type { Fields, FieldsInit } from "@stack/http";
import type { ContentInit } from "./request-content.ts";

/** How long each stage of a request may take, ms; `Infinity` for ever. Each is enforced to about 50 ms. */
export interface Timeouts {
  /** In the queue, for a connection. Default 30,000. */
  readonly queueMs?: number;
  /** Asking for the host's addresses. Default 5,000. */
  readonly dnsMs?: number;
  /** Connecting to one of them, DNS and proxies not included. Default 10,000. */
  readonly connectMs?: number;
  /** The TLS handshake. Default 10,000. */
  readonly tlsMs?: number;
  /** The server takes no octet of the request. Default 60,000. */
  readonly sendMs?: number;
  /** From the request's last octet to the end of the response's head. Default 300,000. */
  readonly headMs?: number;
  /** No octet of content comes although it is wanted. Default 300,000. */
  readonly contentMs?: number;
  /** From the call to the last octet of the response. Default `Infinity`. */
  readonly totalMs?: number;
}

/** Octets that went or came, and how many there will be, or -1. */
export type Progress = (octets: number, total: number) => void;

/** See {@link RequestOptions.redirect}. */
export type RedirectMode = "follow" | "manual" | "error";

/** How a request is sent, and what is told of it. */
export interface RequestOptions {
  readonly timeouts?: Timeouts;
  /** Content of a response, after decoding; more is `ERR_CLIENT_CONTENT_TOO_LARGE` (S124). Default: 64 MiB in one value, none as a stream. */
  readonly maxContentOctets?: number;
  /** Told of each 1xx response (RFC 9110 §15.2). */
  readonly onInformational?: (status: number, fields: Fields) => void;
  /** Told when octets of the request's content were handed to the connection. */
  readonly onUploadProgress?: Progress;
  /** Told when octets of the response's content came. */
  readonly onDownloadProgress?: Progress;
  /** Content waits until the server asks for it; after 417 it is sent without (RFC 9110 §10.1.1). Default false. */
  readonly expectContinue?: boolean;
  /**
   * What becomes of 301, 302, 303, 307 and 308: `"follow"`, `"manual"` (the response is given as it is) or `"error"`.
   * Default "follow".
   */
  readonly redirect?: RedirectMode;
  /** Ask for coded content, and undo its codings (RFC 9110 §8.4). Default true. */
  readonly decode?: boolean;
  /** Sent after content (RFC 9110 §6.5), which HTTP/1.1 sends in chunks then. Called when the content is complete. */
  readonly trailers?: () => FieldsInit | undefined;
}

/** The options of one call over those of its client, with every time filled in. */
export interface ResolvedRequestOptions extends RequestOptions {
  readonly timeouts: Required<Timeouts>;
}

/** `options` with other ones over them, in an object that inherits nothing (S127). */
export function overOptions(options: ResolvedRequestOptions, changes: RequestOptions): ResolvedRequestOptions {
  return Object.assign(Object.create(null) as object, options, changes) as ResolvedRequestOptions;
}

/** A request: {@link RequestOptions}, and what it says. */
export interface RequestInit extends RequestOptions {
  /** Default "GET". */
  readonly method?: string;
  readonly fields?: FieldsInit;
  readonly content?: ContentInit | null;
  /** Sent as JSON. Give this or `content`. */
  readonly json?: unknown;
  readonly signal?: AbortSignal | null;
}

/** Names of {@link RequestOptions}. */
export const REQUEST_OPTIONS: ReadonlySet<string> = new Set([
  "timeouts",
  "maxContentOctets",
  "onInformational",
  "onUploadProgress",
  "onDownloadProgress",
  "expectContinue",
  "redirect",
  "decode",
  "trailers",
]);

/** Names of {@link RequestInit} beside {@link RequestOptions}. */
export const REQUEST_PARTS: ReadonlySet<string> = new Set(["method", "fields", "content", "json", "signal"]);
