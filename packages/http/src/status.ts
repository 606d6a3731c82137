/**
 * Status codes (RFC 9110 §15) and the IANA HTTP Status Code Registry (§16.2).
 *
 * @module
 */

/**
 * Reason phrases of the registered status codes.
 *
 * 306 and 418 are registered as "(Unused)" and have no phrase. 104 is registered
 * only temporarily and is left out.
 */
export const STATUS: { readonly [status: number]: string } = {
  100: "Continue", // RFC 9110 §15.2.1
  101: "Switching Protocols",
  102: "Processing", // RFC 2518 §10.1
  103: "Early Hints", // RFC 8297

  200: "OK", // RFC 9110 §15.3.1
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  207: "Multi-Status", // RFC 4918 §11.1
  208: "Already Reported", // RFC 5842 §7.1
  226: "IM Used", // RFC 3229 §10.4.1

  300: "Multiple Choices", // RFC 9110 §15.4.1
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  305: "Use Proxy", // deprecated, RFC 9110 §15.4.6
  307: "Temporary Redirect",
  308: "Permanent Redirect",

  400: "Bad Request", // RFC 9110 §15.5.1
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  421: "Misdirected Request", // RFC 9110 §15.5.20
  422: "Unprocessable Content",
  423: "Locked", // RFC 4918 §11.3
  424: "Failed Dependency", // RFC 4918 §11.4
  425: "Too Early", // RFC 8470 §5.2
  426: "Upgrade Required", // RFC 9110 §15.5.22
  428: "Precondition Required", // RFC 6585 §3
  429: "Too Many Requests", // RFC 6585 §4
  431: "Request Header Fields Too Large", // RFC 6585 §5
  451: "Unavailable For Legal Reasons", // RFC 7725 §3

  500: "Internal Server Error", // RFC 9110 §15.6.1
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  506: "Variant Also Negotiates", // RFC 2295 §8.1
  507: "Insufficient Storage", // RFC 4918 §11.5
  508: "Loop Detected", // RFC 5842 §7.2
  510: "Not Extended", // obsoleted, RFC 2774 §7
  511: "Network Authentication Required", // RFC 6585 §6
};

/** Phrases by `status - 100`: one bounds-checked array read on the way to every response head. */
const PHRASES: readonly string[] = Array.from({ length: 500 }, (_, i) => STATUS[i + 100] ?? "");

/**
 * The registered reason phrase, or `""`: HTTP/1.1 allows an empty one, and a made-up one says nothing
 * (RFC 9112 §4).
 *
 * @param status - 100 to 599; others, and numbers that are not integers, have no phrase
 *
 * @example
 * ```ts
 * reasonPhrase(404); // "Not Found"
 * reasonPhrase(418); // "": registered as unused
 * ```
 */
export function reasonPhrase(status: number): string {
  return PHRASES[status - 100] ?? "";
}

/**
 * The class of a status: its first digit, 1 to 5, or 0 when `status` is not one (RFC 9110 §15).
 * A status that is not registered is treated as the `x00` of its class.
 *
 * @example
 * ```ts
 * statusClass(299); // 2
 * statusClass(600); // 0
 * ```
 */
export function statusClass(status: number): number {
  return Number.isInteger(status) && status >= 100 && status <= 599 ? Math.floor(status / 100) : 0;
}

/**
 * 1xx: an interim response; a final one follows on the same exchange, except after 101 (RFC 9110 §15.2).
 *
 * @example
 * ```ts
 * isInformational(103); // true
 * ```
 */
export function isInformational(status: number): boolean {
  return status >= 100 && status <= 199;
}

/**
 * 2xx (RFC 9110 §15.3).
 *
 * @example
 * ```ts
 * isSuccessful(204); // true
 * ```
 */
export function isSuccessful(status: number): boolean {
  return status >= 200 && status <= 299;
}

/**
 * 3xx (RFC 9110 §15.4).
 *
 * @example
 * ```ts
 * isRedirection(304); // true
 * ```
 */
export function isRedirection(status: number): boolean {
  return status >= 300 && status <= 399;
}

/**
 * 4xx (RFC 9110 §15.5).
 *
 * @example
 * ```ts
 * isClientError(499); // true
 * ```
 */
export function isClientError(status: number): boolean {
  return status >= 400 && status <= 499;
}

/**
 * 5xx (RFC 9110 §15.6).
 *
 * @example
 * ```ts
 * isServerError(600); // false
 * ```
 */
export function isServerError(status: number): boolean {
  return status >= 500 && status <= 599;
}

/**
 * Whether a response with this status ends at its head, whatever its fields say: 1xx, 204 and 304
 * (RFC 9110 §6.4.1, RFC 9112 §6.3).
 *
 * 205 is not one of them: it has content, of length 0, which HTTP/1.1 says with `Content-Length: 0` (§15.3.6).
 *
 * @example
 * ```ts
 * forbidsContent(304); // true
 * forbidsContent(205); // false
 * ```
 */
export function forbidsContent(status: number): boolean {
  return status === 204 || status === 304 || isInformational(status);
}

/**
 * Whether a cache may store a response with this status and work out a lifetime by heuristics when it states
 * none (RFC 9110 §15.1).
 *
 * @example
 * ```ts
 * isHeuristicallyCacheable(404); // true
 * isHeuristicallyCacheable(302); // false
 * ```
 */
export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTICALLY_CACHEABLE.has(status);
}

/** RFC 9110 §15.1: "defined as heuristically cacheable". */
const HEURISTICALLY_CACHEABLE: ReadonlySet<number> = new Set([
  200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501,
]);
