/**
 * Of what kind each option has to be, for who has no types to tell: a bound or a guard of another kind would be none, and
 * a call would fail with an error of the runtime's.
 *
 * @module
 */
import { resolveOptions } from "@stack/http2";
import { type ClientOptions, ownOptions } from "./client-options.ts";
import type { RequestInit } from "./request-options.ts";

/**
 * Looks at what {@link ownOptions} took, for what is looked at nowhere else.
 *
 * @throws TypeError for another kind of value, or a name that is unknown; RangeError for a number that is none
 */
export function checkClientOptions(own: ClientOptions): void {
  for (const [name, kind] of Object.entries(CLIENT)) check(own, name, kind);
  const { cookies, proxy, layers = [], http1 = {}, http2 = {} } = own;
  for (const layer of layers) if (typeof layer !== "function") throw new TypeError("layers has what is no function");
  if (cookies !== undefined && cookies !== null)
    for (const name of ["cookiesFor", "store"] as const)
      if (typeof cookies[name] !== "function") throw new TypeError(`cookies has no ${name}(); see toughCookieJar`);
  if (typeof proxy === "object" && proxy !== null && !(proxy instanceof URL)) {
    check(proxy, "url", "string", URL);
    if (proxy.url === undefined) throw new TypeError("proxy has no url; give http://host:port");
  }
  ownOptions(http1, HTTP1, "http1");
  resolveOptions(ownOptions<object>(http2, HTTP2, "http2"));
}

/** As {@link checkClientOptions}, of what is said of a request. */
export function checkRequestOptions(own: RequestInit): void {
  for (const name of Object.keys(own)) {
    const kind = REQUEST[name];
    if (kind !== undefined) check(own, name, kind);
  }
  const { maxContentOctets, redirect, signal = null } = own;
  if (redirect !== undefined && redirect !== "follow" && redirect !== "manual" && redirect !== "error")
    throw new RangeError(`redirect is "follow", "manual" or "error", not ${JSON.stringify(redirect)}`);
  if (maxContentOctets !== undefined && !(maxContentOctets >= 0))
    throw new RangeError(`maxContentOctets must be 0 or more, not ${maxContentOctets}`);
  if (signal !== null && typeof (signal as Partial<AbortSignal>).addEventListener !== "function")
    throw new TypeError("signal is an AbortSignal");
}

function check(given: object, name: string, kind: string, or: typeof URL | null = null): void {
  const value = (given as Record<string, unknown>)[name];
  if (value === undefined || (or !== null && value instanceof or)) return;
  const found = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
  if (!kind.split(" or ").includes(found))
    throw new TypeError(`${name} is ${kind.startsWith("o") ? "an" : "a"} ${kind}, not ${found}`);
}

const CLIENT: Readonly<Record<string, string>> = {
  unixSocket: "string",
  connect: "function",
  layers: "list",
  cookies: "object or null",
  proxy: "string or object or null",
  retry: "object or boolean",
  redirects: "object",
  decoding: "object",
  dial: "object",
  tls: "object",
  pool: "object",
  http1: "object",
  http2: "object",
};

const REQUEST: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  timeouts: "object",
  maxContentOctets: "number",
  onInformational: "function",
  onUploadProgress: "function",
  onDownloadProgress: "function",
  expectContinue: "boolean",
  decode: "boolean",
  trailers: "function",
  method: "string",
});

type NamesOf<K extends "http1" | "http2"> = Readonly<Record<keyof NonNullable<ClientOptions[K]>, true>>;

// Records, so that an option which is added is missed here by the compiler.

const OF_HTTP1: NamesOf<"http1"> = {
  head: true,
  lenient: true,
  maxInformational: true,
  maxDrainOctets: true,
  continueTimeoutMs: true,
};

const OF_HTTP2: NamesOf<"http2"> = {
  controlBurst: true,
  controlsPerSecond: true,
  headTimeoutMs: true,
  headerTableOctets: true,
  initialWindowOctets: true,
  lingerMs: true,
  maxContinuations: true,
  maxFieldBlockOctets: true,
  maxFieldSectionOctets: true,
  maxFields: true,
  maxHeldOctets: true,
  maxInformational: true,
  maxWindowOctets: true,
  minOctetsPerSecond: true,
  onPush: true,
  rateWindowMs: true,
  resetBurst: true,
  resetsPerSecond: true,
};

const HTTP1: ReadonlySet<string> = new Set(Object.keys(OF_HTTP1));
const HTTP2: ReadonlySet<string> = new Set(Object.keys(OF_HTTP2));
