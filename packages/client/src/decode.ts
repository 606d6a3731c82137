/**
 * Asks for coded content, and undoes the codings (RFC 9110 §8.4, §12.5.3).
 *
 * @module
 */
import {
  acceptEncoding,
  ContentDecodingError,
  DecodedOrigin,
  type DecodingOptions,
  parseContentEncoding,
} from "@stack/compression";
import { type ContentReceiver, type ContentSource, Fields, parseContentRange, sameName } from "@stack/http";
import { ownOptions } from "./client-options.ts";
import { DelegatingOrigin } from "./delegating-origin.ts";
import { ClientError } from "./errors.ts";
import type { ClientResponse, ResponseOrigin } from "./response.ts";
import { type ClientLayer, withLines } from "./send.ts";

/**
 * Sends Accept-Encoding, unless the request has one or asks for a Range, and decodes what comes.
 *
 * @param given - codings and bounds of `@stack/compression`: size, ratio, length of the chain (S123, S124)
 * @throws TypeError for an option that is unknown
 *
 * A decoded response has no Content-Encoding and no Content-Length any more. Content in a coding that is not known is
 * given as it is, and says so in its Content-Encoding. A call rejects with ClientError `ERR_CLIENT_PROTOCOL` for a chain
 * of too many codings. Reading fails with `ERR_CLIENT_CONTENT_TOO_LARGE` for content beyond the bounds, with
 * `ERR_CLIENT_PROTOCOL` for content that is broken; the `cause` is the ContentDecodingError.
 *
 * @example
 * ```ts
 * import { createClient, decode } from "@stack/client";
 *
 * const client = createClient({ decoding: { maxRatio: 100 } });
 * ```
 */
export function decode(given: DecodingOptions = {}): ClientLayer {
  const options = ownOptions(given, NAMES, "decoding");
  const asked = new Fields([["Accept-Encoding", acceptEncoding(options.codings)]]).lines();
  return (inner) => (request) => {
    const { fields } = request;
    if (request.options.decode === false) return inner(request);
    let next = request;
    if (!fields.has("accept-encoding")) {
      // A copy: who holds the request may send it again, with a Range.
      // A range is one of the coded octets; nobody could decode it (RFC 9110 §14.1).
      next = withLines(request, fields.has("range") ? IDENTITY : asked);
    }
    const { maxContentOctets } = request.options;
    const bounds =
      maxContentOctets === undefined ? options : ownOptions({ maxOctets: maxContentOctets, ...options }, NAMES, "");
    return inner(next).then((response) => decoded(response, bounds));
  };
}

function decoded(response: ClientResponse, options: DecodingOptions): ClientResponse {
  const { carrier } = response;
  const encoding = response.fields.get("content-encoding");
  // Without octets, as after HEAD, the fields speak of content that is not there.
  if (encoding === undefined || carrier.contentLength === 0 || isPart(response)) return response;
  try {
    const codings = parseContentEncoding(encoding, options);
    if (codings.length === 0) return response;
    const fields = new Fields();
    for (const [name, value] of response.fields)
      if (!OF_CODED_CONTENT.some((other) => sameName(name, other))) fields.append(name, value);
    const origin = new DecodedOrigin(carrier, codings, options);
    const { href } = response.request.origin;
    return response.with({ fields, origin: new DecodedResponseOrigin(carrier, origin, href, response.fields) });
  } catch (error) {
    if (!(error instanceof ContentDecodingError)) throw error;
    if (error.code === "ERR_CODING_UNKNOWN") return response;
    response.cancel();
    throw failure(error, response.request.origin.href);
  }
}

/** A part of coded octets, which nobody can decode by itself; one that is all of them is none (RFC 9110 §14.1, §15.3.7). */
function isPart({ status, fields }: ClientResponse): boolean {
  if (status !== 206) return false;
  const { range, length } = parseContentRange(fields.get("content-range") ?? "") ?? {};
  return range == null || length == null || range.first !== 0 || range.last + 1 !== length;
}

/** The fields of a response as they came, if its content is decoded, whatever layers are around that; else null. */
export function codedFieldsOf(origin: ResponseOrigin): Fields | null {
  for (let each = origin; each instanceof DelegatingOrigin; each = each.carrier)
    if (each instanceof DecodedResponseOrigin) return each.codedFields;
  return null;
}

/** A response's other side, with the content decoded. */
class DecodedResponseOrigin extends DelegatingOrigin {
  /** The fields as they came. */
  readonly codedFields: Fields;
  private readonly origin: DecodedOrigin;
  private readonly where: string;

  constructor(carrier: ResponseOrigin, origin: DecodedOrigin, where: string, codedFields: Fields) {
    super(carrier);
    this.codedFields = codedFields;
    this.origin = origin;
    this.where = where;
  }

  override get contentLength(): number {
    return this.origin.contentLength;
  }

  override get contentLimit(): number {
    return this.origin.contentLimit;
  }

  override get complete(): boolean {
    return false;
  }

  /** Decoded content is always read. */
  whole(): null {
    return null;
  }

  read(receiver: ContentReceiver): ContentSource {
    return this.origin.read({
      onContent: (bytes, start, end) => receiver.onContent(bytes, start, end),
      onEnd: (trailers) => receiver.onEnd(trailers),
      onError: (error) => receiver.onError(error instanceof ContentDecodingError ? failure(error, this.where) : error),
    });
  }
}

function failure(error: ContentDecodingError, origin: string): ClientError {
  const tooLarge = error.code === "ERR_CODING_TOO_LARGE" || error.code === "ERR_CODING_RATIO";
  const code = tooLarge ? "ERR_CLIENT_CONTENT_TOO_LARGE" : "ERR_CLIENT_PROTOCOL";
  return new ClientError(code, "content", origin, error.message, { cause: error });
}

const IDENTITY = ["Accept-Encoding", "identity"] as const;

const NAMES: ReadonlySet<string> = new Set(["codings", "maxCodings", "maxOctets", "maxRatio", "ratioFloor"]);

/** What is true of the coded content only. */
export const OF_CODED_CONTENT = ["Content-Encoding", "Content-Length"] as const;
