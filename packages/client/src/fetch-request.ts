/**
 * What `fetch` is given, as a request of the client (fetch standard, the Request constructor).
 *
 * @module
 */
import { Fields } from "@stack/http";
import { RequestContent } from "./request-content.ts";
import type { RedirectMode } from "./request-options.ts";

/** What `fetch` takes beside a URL: the standard's RequestInit, as far as it means something outside a browser. */
export interface FetchInit {
  readonly method?: string;
  readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly duplex?: string;
  readonly redirect?: string;
  readonly signal?: AbortSignal | null;
  readonly integrity?: string;
  readonly mode?: string;
  readonly credentials?: string;
  readonly cache?: string;
  readonly keepalive?: boolean;
  readonly referrer?: string;
  readonly referrerPolicy?: string;
  readonly priority?: string;
  readonly window?: null;
}

/** A Request, by what is read of it. */
export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Iterable<[string, string]>;
  readonly body: unknown;
  readonly bodyUsed: boolean;
  readonly redirect: string;
  readonly signal: AbortSignal | null;
  readonly integrity: string;
}

/** What a call of `fetch` sends. */
export interface FetchParts {
  readonly method: string;
  readonly fields: Fields;
  readonly content: RequestContent | null;
  readonly signal: AbortSignal | null;
  readonly redirect: RedirectMode;
  readonly integrity: string;
}

/** Reads what `fetch` was given. @throws TypeError as the standard says */
export function readInit(from: FetchRequest | null, init: FetchInit): FetchParts {
  for (const [name, known] of ENUMERATIONS) {
    const value = init[name];
    if (value !== undefined && !known.includes(String(value)))
      throw new TypeError(`${name} is one of ${known.join(", ")}, not ${JSON.stringify(value)}`);
  }
  if (init.window !== undefined && init.window !== null) throw new TypeError("window can only be null");
  if (init.cache === "only-if-cached") throw new TypeError("only-if-cached needs the mode same-origin, and a cache");
  const { signal = from?.signal ?? null } = init;
  if (signal !== null && typeof (signal as Partial<AbortSignal>).addEventListener !== "function")
    throw new TypeError("signal must be an AbortSignal");
  const method = normalizeMethod(init.method ?? from?.method ?? "GET");
  const fields = new Fields();
  const given = init.headers ?? from?.headers;
  if (given !== undefined) appendHeaders(fields, given);
  const own = init.body !== undefined && init.body !== null;
  if (!own && from?.bodyUsed === true) throw new TypeError("the Request's body was used before");
  const body = own ? init.body : (from?.body ?? null);
  if (body !== null && (method === "GET" || method === "HEAD")) throw new TypeError(`${method} has no body`);
  if (own && isStreamed(body) && init.duplex !== "half")
    throw new TypeError('a streamed body needs duplex: "half"; the response comes when all of it was sent');
  return {
    method,
    fields,
    content: body === null ? null : contentOf(body),
    signal,
    redirect: (init.redirect ?? from?.redirect ?? "follow") as RedirectMode,
    integrity: String(init.integrity ?? from?.integrity ?? ""),
  };
}

type Enumerated = "redirect" | "mode" | "credentials" | "cache" | "duplex";
const ENUMERATIONS: readonly (readonly [Enumerated, readonly string[]])[] = [
  ["redirect", ["follow", "error", "manual"]],
  ["mode", ["cors", "no-cors", "same-origin"]],
  ["credentials", ["omit", "same-origin", "include"]],
  ["cache", ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]],
  ["duplex", ["half"]],
];

/** Fetch standard, "normalize a method", and the forbidden ones. */
function normalizeMethod(method: string): string {
  const text = String(method);
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is no method`);
  const upper = text.toUpperCase();
  if (upper === "CONNECT" || upper === "TRACE" || upper === "TRACK") throw new TypeError(`fetch sends no ${upper}`);
  return /^(?:DELETE|GET|HEAD|OPTIONS|POST|PUT)$/.test(upper) ? upper : text;
}

function appendHeaders(fields: Fields, given: NonNullable<FetchInit["headers"]>): void {
  const pairs: Iterable<readonly string[]> =
    Symbol.iterator in given ? (given as Iterable<readonly [string, string]>) : Object.entries(given);
  for (const pair of pairs) {
    const [name = "", value = "", ...more] = [...pair];
    if (more.length > 0 || [...pair].length !== 2) throw new TypeError("a header is a pair of name and value");
    if (TRANSPORT.has(String(name).toLowerCase())) continue;
    try {
      fields.append(String(name), String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, ""));
    } catch (cause) {
      throw new TypeError((cause as Error).message); // a FieldError, by the standard's name
    }
  }
}

/** Forbidden request-headers of the standard that are the transport's business: ignored, as in the standard. */
const TRANSPORT: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function isStreamed(body: unknown): boolean {
  return (
    body instanceof ReadableStream ||
    (typeof body === "object" && body !== null && Symbol.asyncIterator in body && !(body instanceof Blob))
  );
}

/** Fetch standard, "extract a body". Octets are copied: they may change while they are sent. */
function contentOf(body: unknown): RequestContent {
  if (body instanceof ReadableStream) {
    if (body.locked) throw new TypeError("the body's stream is locked");
    return RequestContent.of(body);
  }
  if (body instanceof URLSearchParams || body instanceof FormData || body instanceof Blob)
    return RequestContent.of(body);
  if (body instanceof ArrayBuffer) return RequestContent.whole(new Uint8Array(body.slice(0)));
  if (ArrayBuffer.isView(body))
    return RequestContent.whole(new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice());
  if (isStreamed(body)) return RequestContent.of(body as AsyncIterable<Uint8Array>);
  return RequestContent.of(String(body));
}
