/**
 * Heads: of a request as it is sent, and what that of a response says of its content.
 *
 * @module
 */
import { Fields, type RequestHead } from "@stack/http";
import { forwardedFields } from "./proxy-route.ts";
import type { ClientRequest } from "./send.ts";

/**
 * @param version - of the connection
 * @param forwarding - the value of Proxy-Authorization, or "", when the request is given to a proxy as it is; else null
 *
 * @throws TypeError for fields that would go to the wrong side
 */
export function headOf(request: ClientRequest, version: "1.1" | "2", forwarding: string | null): RequestHead {
  const { content, options } = request;
  const known = content === null ? 0 : content.length;
  // RFC 9112 §7.1.2: only what is chunked has a trailer section. What only passes by (`forward`) keeps the length that it
  // came with: there are servers that take no chunks, and trailers are rare.
  const chunked = known > 0 && version === "1.1" && options.trailers !== undefined && content?.isHeld === true;
  const contentLength = chunked ? -1 : known;
  const expectContinue = options.expectContinue === true && contentLength !== 0;
  return {
    method: request.method,
    scheme: request.origin.scheme,
    // RFC 9112 §3.2.2: a proxy is told all of where it goes.
    target: forwarding === null ? request.target : request.href,
    fields: fieldsOf(request, expectContinue && version === "2", forwarding),
    contentLength,
    expectContinue,
  };
}

/** Host first, unless the user has set one. */
function fieldsOf(request: ClientRequest, expects: boolean, forwarding: string | null): Fields {
  const { fields, origin, content } = request;
  const lines = fields.lines();
  const typed = content !== null && content.mediaType !== "";
  if (lines.length === 0 && !typed) return forwarding ? forwardedFields(origin.fields, forwarding) : origin.fields;
  // S114: in a tunnel, or without a proxy, it would tell the origin how to use the proxy.
  if (fields.has("proxy-authorization"))
    throw new TypeError("Proxy-Authorization is the proxy's; give user and password in the option `proxy`");
  const list = fields.has("host") ? lines.slice() : ["Host", origin.authority].concat(lines);
  if (typed && !fields.has("content-type")) list.push("Content-Type", content.mediaType);
  if (expects) list.push("expect", "100-continue");
  return forwarding ? forwardedFields(Fields.adopt(list), forwarding) : Fields.adopt(list);
}

/** Octets of content that a head announces; -1 when only the end will tell. The engine has checked the form. */
export function contentLengthOf(fields: Fields): number {
  const value = fields.get("Content-Length"); // as most servers write it: no letter needs a look
  if (value === undefined || fields.has("transfer-encoding")) return -1;
  const length = Number(value);
  return Number.isSafeInteger(length) && length >= 0 ? length : -1;
}
