/**
 * `fetch`, with the standard's semantics and errors, over the client.
 *
 * @module
 */
import { Fields } from "@stack/http";
import { followAbort, unfollowAbort } from "./abort.ts";
import { hasBadPort } from "./bad-ports.ts";
import { resolveBlobUrl } from "./blob-url.ts";
import { Client } from "./client.ts";
import type { ClientOptions } from "./client-options.ts";
import type { OctetStream } from "./content-stream.ts";
import { parseDataUrl } from "./data-url.ts";
import { codedFieldsOf, OF_CODED_CONTENT } from "./decode.ts";
import { ClientError } from "./errors.ts";
import { isStream, requestContent, type StreamedBody, streamedContent, wholeContent } from "./fetch-content.ts";
import { type FetchInit, type FetchParts, type FetchRequest, readInit } from "./fetch-request.ts";
import { type FetchHead, FetchResponse, fetchFailure } from "./fetch-response.ts";
import { matchesIntegrity } from "./integrity.ts";
import type { RedirectOptions } from "./redirects.ts";
import type { ClientResponse } from "./response.ts";

/** What a `fetch` of one's own is made of: the options of a client. */
export type FetchOptions = Omit<ClientOptions, "baseUrl" | "redirect">;

/** A `fetch` of one's own, with connections of its own. */
export interface Fetch {
  /**
   * @throws TypeError for what the standard forbids, and with a ClientError as its cause for what went wrong on the way;
   *   the signal's reason when it aborts
   */
  (input: string | URL | FetchRequest, init?: FetchInit): Promise<FetchResponse>;
  /** Ends its connections; see `close` of the client. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Makes a `fetch`.
 *
 * @throws as `createClient`
 *
 * @example
 * ```ts
 * import { createFetch } from "@stack/client/fetch";
 *
 * const fetch = createFetch({ timeouts: { connectMs: 1_000 } });
 * const response = await fetch("http://127.0.0.1:8080/hello");
 * console.log(response.status, await response.text());
 * await fetch.close();
 * ```
 */
export function createFetch(options: FetchOptions = {}): Fetch {
  // Own properties only (S127).
  const own: FetchOptions = Object.assign(Object.create(null) as object, options);
  const { allow = () => true, ...redirects }: RedirectOptions = Object.assign(
    Object.create(null) as object,
    own.redirects,
  );
  if ("baseUrl" in own || "redirect" in own)
    throw new TypeError("a fetch has no baseUrl, and what becomes of redirects is said in each call");
  const fields = new Fields(own.fields);
  for (const [name, value] of DEFAULT_FIELDS) if (!fields.has(name)) fields.append(name, value);
  const client = new Client({
    ...own,
    fields,
    redirects: { ...redirects, allow: (url) => mayFollow(url) && allow(url) },
  });
  /** Origins as they are written in URLs that were admitted. */
  const known = new Set<string>();

  async function call(input: string | URL | FetchRequest, init: FetchInit): Promise<FetchResponse> {
    const from = isRequest(input) ? input : null;
    const url = parse(from === null ? `${input as string}` : from.url);
    const parts = readInit(from, init);
    stopIfAborted(parts);
    if (url.protocol === "data:" || url.protocol === "blob:") return local(url, parts);
    if (typeof input === "string" && input.startsWith(`${url.origin}/`)) remember(known, url.origin);
    const response = await remote(client, url, parts);
    if (parts.integrity === "") return wrapped(response, parts.signal);
    const whole = wrapped(response, parts.signal);
    return checked(hasNullBody(response) ? null : await whole.bytes(), headOf(response), parts);
  }

  // One parameter counts, as in the standard.
  function fetch(input: string | URL | FetchRequest, init: FetchInit = NOTHING): Promise<FetchResponse> {
    // What is called most often is a string: no URL, no Request, no Headers is made of it.
    if (init === NOTHING && typeof input === "string") {
      const slash = input.indexOf("/", SHORTEST_ORIGIN);
      if (slash > 0 && known.has(input.slice(0, slash))) return client.get(input).then(plain, failed);
    }
    return call(input, init ?? NOTHING);
  }
  return Object.assign(fetch, { close: (closing?: { readonly graceMs?: number }) => client.close(closing) });
}

let shared: Fetch | null = null;

/**
 * The standard's `fetch`, with connections that all calls share. They keep no process alive.
 *
 * @throws as {@link Fetch}
 *
 * @example
 * ```ts
 * import { fetch } from "@stack/client/fetch";
 *
 * const response = await fetch("http://127.0.0.1:8080/hello");
 * if (response.ok) console.log(await response.json());
 * ```
 */
export function fetch(input: string | URL | FetchRequest, init: FetchInit = NOTHING): Promise<FetchResponse> {
  return (shared ??= createFetch())(input, init);
}

/** What the standard, or RFC 9110 §10.1.5, wants to be said when nobody else says it. */
const DEFAULT_FIELDS: readonly (readonly [string, string])[] = [
  ["Accept", "*/*"],
  ["Accept-Language", "*"],
  ["User-Agent", "stack"],
];

/** What a call says that says nothing. */
const NOTHING: FetchInit = {};

/** `http://` and a host of one character. */
const SHORTEST_ORIGIN = 8;

const MAX_KNOWN = 256;

function remember(known: Set<string>, origin: string): void {
  if (known.size >= MAX_KNOWN) known.clear();
  known.add(origin);
}

function isRequest(input: unknown): input is FetchRequest {
  return Object.prototype.toString.call(input) === "[object Request]";
}

async function remote(client: Client, url: URL, parts: FetchParts): Promise<ClientResponse> {
  const { method, fields, body, requestBody, signal, redirect } = parts;
  let streamed: StreamedBody | null = null;
  const onAbort = (): void => streamed?.cancel(signal?.reason);
  try {
    let content = body === null ? null : wholeContent(body);
    if (requestBody !== null) streamed = await requestContent(requestBody);
    else if (body !== null && content === null) streamed = streamedContent(body);
    if (streamed !== null) {
      content = streamed.content;
      if (signal?.aborted === true) onAbort();
      else if (signal !== null) followAbort(signal, onAbort);
    }
    return await client.request(url, { method, fields, content, signal, redirect });
  } catch (error) {
    streamed?.cancel(error);
    throw fetchFailure(error, signal);
  } finally {
    if (signal !== null) unfollowAbort(signal, onAbort);
  }
}

/** Fetch standard, "abort the fetch() call", before there is one. @throws the signal's reason */
function stopIfAborted({ body, requestBody, signal }: FetchParts): void {
  if (signal?.aborted !== true) return;
  for (const stream of [body, requestBody])
    if (isStream(stream) && !stream.locked) stream.cancel(signal.reason).catch(() => {});
  throw signal.reason;
}

function plain(response: ClientResponse): FetchResponse {
  return wrapped(response, null);
}

function failed(error: unknown): never {
  throw fetchFailure(error, null);
}

function wrapped(response: ClientResponse, signal: AbortSignal | null): FetchResponse {
  if (!hasNullBody(response)) return new FetchResponse(headOf(response), response, signal);
  response.cancel();
  return new FetchResponse(headOf(response), null, signal);
}

/** The standard leaves the fields of coded content as they came, though it decodes it. */
function headOf(response: ClientResponse): FetchHead {
  const { carrier, status, reason, url, redirected } = response;
  const coded = codedFieldsOf(carrier);
  if (coded === null) return response;
  const fields = response.fields.clone();
  for (const name of OF_CODED_CONTENT)
    for (const value of coded.getAll(name)) if (!response.fields.has(name)) fields.append(name, value);
  return { status, reason, fields, url, redirected };
}

/** Fetch standard, "null body status", and HEAD. */
function hasNullBody({ status, request }: ClientResponse): boolean {
  return status === 204 || status === 205 || status === 304 || request.method === "HEAD";
}

/** @throws TypeError for a URL that is none, that has credentials, or a scheme or a port that is not fetched */
function parse(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new TypeError("fetch needs an absolute URL", { cause: new TypeError((cause as Error).message) });
  }
  const { protocol, username, password } = url;
  if (username !== "" || password !== "")
    throw new TypeError("a URL for fetch has no credentials; set the header Authorization");
  if (!SCHEMES.has(protocol)) throw networkError(`${protocol} is no scheme that is fetched; use http: or https:`);
  if (hasBadPort(url)) throw networkError(`port ${url.port} is another protocol's, and is not fetched`);
  return url;
}

/**
 * Whether a redirect may lead to `url` (fetch standard, "HTTP-redirect fetch").
 * @throws ClientError for one with credentials: every origin is another than ours, who have none
 */
function mayFollow(url: URL): boolean {
  if (url.username !== "" || url.password !== "")
    throw new ClientError("ERR_CLIENT_REDIRECT", "redirect", url.origin, "a redirect's Location has credentials");
  return !hasBadPort(url);
}

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "data:", "blob:"]);

/** Fetch standard, "scheme fetch", for what is in the URL itself, or in memory. */
async function local(url: URL, parts: FetchParts): Promise<FetchResponse> {
  const { method, signal } = parts;
  const href = url.href.slice(0, url.href.length - url.hash.length);
  if (url.protocol === "blob:") {
    if (method !== "GET") throw networkError(`a blob: URL has no ${method}`);
    const { status, reason, fields, blob } = attempt(() => resolveBlobUrl(url, parts.fields.get("range")));
    const head = { status, reason, fields: new Fields(fields), url: href, redirected: false };
    if (parts.integrity === "") return new FetchResponse(head, blob.stream() as OctetStream, signal);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return checked(bytes, head, parts);
  }
  const { mediaType, bytes } = attempt(() => parseDataUrl(url));
  const fields = new Fields([["Content-Type", mediaType]]);
  const head = { status: 200, reason: "OK", fields, url: href, redirected: false };
  return checked(method === "HEAD" ? null : bytes, head, parts);
}

/** A response, if `bytes` are what `integrity` says; no content is never that. */
async function checked(
  bytes: Uint8Array | null,
  head: FetchHead,
  { integrity, signal }: FetchParts,
): Promise<FetchResponse> {
  if (integrity !== "" && (bytes === null || !(await matchesIntegrity(bytes, integrity))))
    throw networkError("the content is not what integrity says");
  return new FetchResponse(head, bytes, signal);
}

function attempt<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw fetchFailure(error, null);
  }
}

/** The standard's network error: a TypeError; what happened is its cause. */
function networkError(message: string): unknown {
  return fetchFailure(new Error(message), null);
}
