/**
 * The routes whose content has no end that one could see from the start.
 *
 * Both go at the pace of the slower side: when the reader stops, so does the
 * writer, and memory stays as it is.
 *
 * @module
 */
import { type Handler, HttpError } from "@stack/http";
import { wholeNumber } from "./answers.ts";

/** Chunks of one `/stream`. */
export const MAX_CHUNKS = 1_048_576;
/** Octets of one chunk: each request has a buffer of this size. */
export const MAX_CHUNK_OCTETS = 1_048_576;
/** Octets of one `/stream`, 4 GiB: a small request must not keep a connection busy for ever. */
export const MAX_STREAM_OCTETS = 4_294_967_296;

/** Sends back what arrives, as it arrives: content, its type, and the trailer section. */
export const echo: Handler = async (request, response) => {
  // Asked for before anything is sent: a client that waits for 100 gets it now (RFC 9110 §10.1.1).
  const content = request.content.stream();
  const { fields } = response;
  fields.set("Content-Type", request.fields.get("content-type") ?? "application/octet-stream");
  fields.set("X-Content-Type-Options", "nosniff"); // it is the peer's content, so nobody guesses at it (S155)
  const announced = request.fields.get("trailer");
  if (announced !== undefined) fields.set("Trailer", announced);
  for await (const octets of content) if (!response.write(octets)) await response.drained();
  if (request.trailers.size > 0) response.trailers.appendAll(request.trailers);
  response.end();
};

/** Sends `chunks` chunks of `bytes` octets each: lines of text, so that they can be looked at. */
export const stream: Handler = async (request, response) => {
  const { query } = request;
  const chunks = wholeNumber(query.get("chunks") ?? "10", 1, MAX_CHUNKS, "chunks", "");
  const bytes = wholeNumber(query.get("bytes") ?? "1024", 1, MAX_CHUNK_OCTETS, "bytes", "");
  if (chunks * bytes > MAX_STREAM_OCTETS)
    throw new HttpError(400, "ERR_NUMBER", `chunks times bytes is at most ${MAX_STREAM_OCTETS} octets`);
  response.fields.set("Content-Type", "text/plain");
  if (request.method === "HEAD") {
    response.write(""); // the head that GET would have, without making what would not be sent
    response.end();
    return;
  }
  const chunk = linesOf(bytes);
  for (let i = 0; i < chunks; i++) if (!response.write(chunk)) await response.drained();
  response.end();
};

/** Text of exactly `octets` octets, in lines of 64. */
function linesOf(octets: number): Uint8Array {
  const chunk = new Uint8Array(octets);
  for (let i = 0; i < octets; i++)
    chunk[i] = i % 64 === 63 || i === octets - 1 ? LF : (ALPHABET.charCodeAt(i % 64) as number);
  return chunk;
}

const LF = 0x0a;
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
