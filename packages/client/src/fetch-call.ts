/**
 * `fetch`, with the standard's semantics and errors, over the client.
 *
 * @module
 */
import { Fields } from "@stack/http";
import { Client } from "./client.ts";
import type { ClientOptions } from "./client-options.ts";
import { type DataContent, parseDataUrl } from "./data-url.ts";
import { type FetchInit, type FetchRequest, readInit } from "./fetch-request.ts";
import { FetchResponse, fetchFailure } from "./fetch-response.ts";
import { matchesIntegrity } from "./integrity.ts";
import type { ClientResponse } from "./response.ts";

export type { FetchInit } from "./fetch-request.ts";

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
  const fields = new Fields(options.fields);
  if (!fields.has("accept")) fields.append("Accept", "*/*");
  const client = new Client({ ...options, fields });

  async function call(input: string | URL | FetchRequest, init: FetchInit): Promise<FetchResponse> {
    const from = typeof input === "object" && !(input instanceof URL) && "method" in input ? input : null;
    const url = parse(from === null ? String(input) : from.url);
    const parts = readInit(from, init);
    const { method, content, signal, redirect, integrity } = parts;
    signal?.throwIfAborted();
    if (url.protocol === "data:") return ofData(url, method, integrity);
    let response: ClientResponse;
    try {
      response = await client.request(url, { method, fields: parts.fields, content, signal, redirect });
    } catch (error) {
      throw fetchFailure(error, signal);
    }
    if (integrity === "") return wrapped(response, signal);
    const head = wrapped(response, signal);
    const bytes = await head.bytes();
    await check(bytes, integrity);
    return new FetchResponse(response, bytes, signal);
  }

  const fetch = (input: string | URL | FetchRequest, init?: FetchInit): Promise<FetchResponse> => {
    // No Request, no Headers, no URL object: what is called most often is a string.
    if (init !== undefined || typeof input !== "string" || !PLAIN_URL.test(input)) return call(input, init ?? {});
    return client.get(input).then(plain, failed);
  };
  return Object.assign(fetch, { close: (closing?: { readonly graceMs?: number }) => client.close(closing) });
}

let shared: Fetch | null = null;

/** The standard's `fetch`. Its connections are those of the process: they end by themselves when they are idle. */
export function fetch(input: string | URL | FetchRequest, init?: FetchInit): Promise<FetchResponse> {
  return (shared ??= createFetch())(input, init);
}

/** http or https, and nobody's credentials. */
const PLAIN_URL = /^https?:\/\/[^@\s]+$/;

function plain(response: ClientResponse): FetchResponse {
  return wrapped(response, null);
}

function failed(error: unknown): never {
  throw fetchFailure(error, null);
}

function wrapped(response: ClientResponse, signal: AbortSignal | null): FetchResponse {
  const { status } = response;
  const none = status === 204 || status === 205 || status === 304 || response.request.method === "HEAD";
  return new FetchResponse(response, none ? null : response, signal);
}

/** @throws TypeError for a URL that is none, that has credentials, or another scheme */
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
  if (protocol !== "http:" && protocol !== "https:" && protocol !== "data:")
    throw networkError(`${protocol} is no scheme that is fetched; use http:, https: or data:`);
  return url;
}

async function ofData(url: URL, method: string, integrity: string): Promise<FetchResponse> {
  const { mediaType, bytes } = dataOf(url);
  await check(bytes, integrity);
  const fields = new Fields([["Content-Type", mediaType]]);
  const head = {
    status: 200,
    reason: "OK",
    fields,
    url: url.href.slice(0, url.href.length - url.hash.length),
    redirected: false,
  };
  return new FetchResponse(head, method === "HEAD" ? null : bytes, null);
}

function dataOf(url: URL): DataContent {
  try {
    return parseDataUrl(url);
  } catch (error) {
    throw fetchFailure(error, null);
  }
}

async function check(bytes: Uint8Array, integrity: string): Promise<void> {
  if (!(await matchesIntegrity(bytes, integrity))) throw networkError("the content is not what integrity says");
}

/** The standard's network error: a TypeError; what happened is its cause. */
function networkError(message: string): TypeError {
  return new TypeError("fetch failed; see the cause", { cause: new Error(message) });
}
