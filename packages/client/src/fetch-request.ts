/**
 * What `fetch` is given, as a request of the client (fetch standard §5.4, the Request constructor).
 *
 * @module
 */
import { Fields, sameName } from "@stack/http";
import { appendCacheMode } from "./cache-mode.ts";
import { isStreamed } from "./fetch-content.ts";
import type { RedirectMode } from "./request-options.ts";
import { trimWhitespace } from "./whitespace.ts";

/** What `fetch` takes beside a URL: the standard's RequestInit. What only a browser can do is checked, and has no effect. */
export interface FetchInit {
  readonly method?: string | undefined;
  readonly headers?: Iterable<Iterable<string>> | Readonly<Record<string, string | readonly string[]>> | undefined;
  /** A string, octets, a form, a Blob, or a stream, which needs `duplex`. */
  readonly body?: unknown;
  /** "half": the response comes when all of the body was sent. */
  readonly duplex?: string | undefined;
  /** "follow" (the default), "error", or "manual", which gives the redirect itself. */
  readonly redirect?: string | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** Digests, one of which the content must have; the response comes when all of it was read (S129). */
  readonly integrity?: string | undefined;
  readonly mode?: string | undefined;
  readonly credentials?: string | undefined;
  readonly cache?: string | undefined;
  readonly keepalive?: boolean | undefined;
  readonly referrer?: string | undefined;
  readonly referrerPolicy?: string | undefined;
  readonly priority?: string | undefined;
  readonly window?: null | undefined;
}

/** A Request, by what is read of it. */
export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Iterable<[string, string]>;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly bodyUsed: boolean;
  readonly redirect: string;
  readonly signal: AbortSignal | null;
  readonly integrity: string;
  readonly cache?: string | undefined;
}

/** What a call of `fetch` sends. */
export interface FetchParts {
  readonly method: string;
  readonly fields: Fields;
  /** Of `init`, or null. */
  readonly body: unknown;
  /** Of the Request, unless `init` has one. */
  readonly requestBody: ReadableStream<Uint8Array> | null;
  readonly signal: AbortSignal | null;
  readonly redirect: RedirectMode;
  readonly integrity: string;
}

/** Reads what `fetch` was given. @throws TypeError as the standard says */
export function readInit(from: FetchRequest | null, init: FetchInit): FetchParts {
  if (typeof init !== "object" && typeof init !== "function")
    throw new TypeError("what fetch is given beside a URL is an object");
  for (const [name, known] of ENUMERATIONS) {
    const value = member(init, name);
    if (value !== undefined && !known.includes(`${value}`))
      throw new TypeError(`${name} is one of ${known.join(", ")}, not ${JSON.stringify(value)}`);
  }
  const window = member(init, "window");
  if (window !== undefined && window !== null) throw new TypeError("window can only be null");
  checkReferrer(member(init, "referrer"));
  if (member(init, "cache") === "only-if-cached")
    throw new TypeError("only-if-cached needs the mode same-origin, and a cache");
  const signal = member(init, "signal") === undefined ? (from?.signal ?? null) : (member(init, "signal") ?? null);
  if (signal !== null && !(typeof signal === "object" && "addEventListener" in signal && "aborted" in signal))
    throw new TypeError("signal must be an AbortSignal");
  const method = normalizeMethod(member(init, "method") ?? from?.method ?? "GET");
  if (member(init, "mode") === "no-cors" && !/^(?:GET|HEAD|POST)$/.test(method))
    throw new TypeError(`the mode no-cors has no ${method}`);
  const fields = new Fields();
  const given = member(init, "headers");
  const headers = given === undefined ? from?.headers : given;
  if (headers !== undefined) appendHeaders(fields, headers);
  appendCacheMode(fields, `${member(init, "cache") ?? from?.cache ?? "default"}`);
  const body = member(init, "body") ?? null;
  const requestBody = body === null ? (from?.body ?? null) : null;
  if (body === null && from !== null && (from.bodyUsed || requestBody?.locked === true))
    throw new TypeError("the Request's body was used before");
  if ((body !== null || requestBody !== null) && (method === "GET" || method === "HEAD"))
    throw new TypeError(`${method} has no body`);
  if (body !== null && isStreamed(body) && member(init, "duplex") !== "half")
    throw new TypeError('a streamed body needs duplex: "half"; the response comes when all of it was sent');
  return {
    method,
    fields,
    body,
    requestBody,
    signal,
    redirect: `${member(init, "redirect") ?? from?.redirect ?? "follow"}` as RedirectMode,
    integrity: `${member(init, "integrity") ?? from?.integrity ?? ""}`,
  };
}

/** What `init` has, itself or by its class; what was planted on `Object.prototype` is no option (S127). */
function member<K extends keyof FetchInit>(init: FetchInit, name: K): FetchInit[K] {
  return name in Object.prototype && !Object.hasOwn(init, name) ? undefined : init[name];
}

type Enumerated = "redirect" | "mode" | "credentials" | "cache" | "duplex" | "referrerPolicy" | "priority";
const ENUMERATIONS: readonly (readonly [Enumerated, readonly string[]])[] = [
  ["redirect", ["follow", "error", "manual"]],
  ["mode", ["cors", "no-cors", "same-origin"]],
  ["credentials", ["omit", "same-origin", "include"]],
  ["cache", ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]],
  ["duplex", ["half"]],
  ["priority", ["high", "low", "auto"]],
  [
    "referrerPolicy",
    [
      ...["", "no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin"],
      ...["origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url"],
    ],
  ],
];

function checkReferrer(referrer: string | undefined): void {
  if (referrer !== undefined && referrer !== "" && !URL.canParse(`${referrer}`))
    throw new TypeError('referrer is an absolute URL, "about:client" or ""');
}

/** Fetch standard, "normalize a method", and the forbidden ones. */
function normalizeMethod(method: string): string {
  const text = `${method}`;
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is no method`);
  const upper = text.toUpperCase();
  if (upper === "CONNECT" || upper === "TRACE" || upper === "TRACK") throw new TypeError(`fetch sends no ${upper}`);
  return /^(?:DELETE|GET|HEAD|OPTIONS|POST|PUT)$/.test(upper) ? upper : text;
}

/** Fetch standard, "fill a Headers object". */
function appendHeaders(fields: Fields, headers: NonNullable<FetchInit["headers"]>): void {
  if ((typeof headers !== "object" && typeof headers !== "function") || headers === null)
    throw new TypeError("headers are Headers, pairs, or an object of strings");
  if (!(Symbol.iterator in headers)) {
    for (const name of Object.keys(headers)) appendHeader(fields, name, (headers as Record<string, unknown>)[name]);
    return;
  }
  for (const pair of headers as Iterable<Iterable<string>>) {
    const [name, value, ...more] = [...pair];
    if (name === undefined || value === undefined || more.length > 0)
      throw new TypeError("a header is a pair of name and value");
    appendHeader(fields, name, value);
  }
}

function appendHeader(fields: Fields, name: string, value: unknown): void {
  const text = `${name}`;
  if (TRANSPORT.has(text.toLowerCase())) return;
  const trimmed = trimWhitespace(`${value as string}`);
  const before = fields.get(text);
  try {
    if (before === undefined) fields.append(text, trimmed);
    else
      fields.set(
        [...fields.names()].find((other) => other.toLowerCase() === text.toLowerCase()) ?? text,
        before + (sameName(text, "cookie") ? "; " : ", ") + trimmed, // RFC 6265 §4.2.1
      );
  } catch (error) {
    throw new TypeError((error as Error).message); // a FieldError, by the standard's name
  }
}

/** Of the standard's forbidden request-headers those that are the transport's business: ignored, as in the standard. */
const TRANSPORT: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
