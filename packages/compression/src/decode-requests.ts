/**
 * A layer for servers: handlers get the content of requests decoded (RFC 9110 §8.4).
 *
 * @module
 */
import {
  type ContentReceiver,
  type ContentSource,
  Fields,
  HttpError,
  HttpRequest,
  type Incoming,
  type Layer,
  type PeerInfo,
} from "@stack/http";
import { acceptEncoding, parseContentEncoding } from "./codings.ts";
import type { ContentCoding } from "./content-coding.ts";
import { DecodedOrigin, type DecodingOptions, originOf } from "./decode-content.ts";
import { ContentDecodingError } from "./errors.ts";

/**
 * Decodes the content of requests, when it is read and as far as it is read.
 *
 * @param options - bounds; `maxOctets` is by default what the server allows for encoded content, so that content is
 *   not larger than that after decoding either (S94, S123)
 *
 * The handler's request has no Content-Encoding and no Content-Length any more. A coding that is not known, or a
 * chain of too many, is answered by 415 with Accept-Encoding (RFC 9110 §15.5.16, §12.5.3); content that is broken
 * fails its reader with 400, too much of it with 413.
 *
 * @example
 * ```ts
 * import { decodeRequests } from "@stack/compression";
 *
 * const app = decodeRequests({ maxOctets: 10_000_000 })(async (request, response) => {
 *   response.json(await request.json());
 * });
 * ```
 */
export function decodeRequests(options: DecodingOptions = {}): Layer {
  return (inner) => (request, response) => {
    const contentEncoding = request.fields.get("content-encoding");
    if (contentEncoding === undefined || request.content.length === 0) return inner(request, response);
    let codings: ContentCoding[];
    try {
      codings = parseContentEncoding(contentEncoding, options);
    } catch (error) {
      response.status = 415;
      response.fields.set("Accept-Encoding", acceptEncoding(options.codings));
      response.text(`${(error as Error).message}\n`);
      return;
    }
    if (codings.length === 0) return inner(request, response);
    return inner(decoded(request, codings, options), response);
  };
}

function decoded(request: HttpRequest, codings: readonly ContentCoding[], options: DecodingOptions): HttpRequest {
  const fields = new Fields();
  for (const [name, value] of request.fields) if (!DROPPED.includes(name.toLowerCase())) fields.append(name, value);
  const incoming = new DecodedIncoming(request, codings, options);
  const result = new HttpRequest(request.method, request.target, request.version, fields, incoming);
  result.params = request.params;
  return result;
}

/** What is true of the encoded content only. */
const DROPPED = ["content-encoding", "content-length"];

/** A request's other side, with content decoded. */
class DecodedIncoming implements Incoming {
  readonly contentLength: number;
  readonly contentLimit: number;
  private readonly request: HttpRequest;
  private readonly origin: DecodedOrigin;

  constructor(request: HttpRequest, codings: readonly ContentCoding[], options: DecodingOptions) {
    this.request = request;
    this.origin = new DecodedOrigin(originOf(request.content), codings, options);
    this.contentLength = this.origin.contentLength;
    this.contentLimit = this.origin.contentLimit;
  }

  get scheme(): "http" | "https" {
    return this.request.scheme;
  }

  get authority(): string {
    return this.request.authority;
  }

  get peer(): PeerInfo {
    return this.request.peer;
  }

  read(receiver: ContentReceiver): ContentSource {
    return this.origin.read({
      onContent: (bytes, start, end) => receiver.onContent(bytes, start, end),
      onEnd: (trailers) => receiver.onEnd(trailers),
      onError: (error) => receiver.onError(error instanceof ContentDecodingError ? refusal(error) : error),
    });
  }

  onGone(listener: (reason: Error) => void): void {
    const { signal } = this.request;
    if (signal.aborted) listener(signal.reason as Error);
    else signal.addEventListener("abort", () => listener(signal.reason as Error), { once: true });
  }
}

/** What a server answers when the content of a request cannot be decoded. */
function refusal(error: ContentDecodingError): HttpError {
  const tooMuch = error.code === "ERR_CODING_TOO_LARGE" || error.code === "ERR_CODING_RATIO";
  return new HttpError(tooMuch ? 413 : 400, error.code, error.message, { cause: error });
}
