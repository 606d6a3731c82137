/**
 * Writing `multipart/form-data` (RFC 7578, RFC 2046 §5.1.1).
 *
 * @module
 */
import { formatMediaType } from "@stack/http";
import { FORM_DATA, isBoundary, makeBoundary } from "./boundary.ts";
import { type FormInit, type PartPieces, type PreparedPart, preparePart } from "./form-part.ts";

/** Octets up to which the content of a part is joined with what stands around it, to be sent in one piece. */
const JOINED = 16_384;

/** Settings for {@link MultipartContent}. */
export interface MultipartContentOptions {
  /** For tests; by default 128 random bits (S53). */
  readonly boundary?: string;
}

/**
 * A form as the content of a message: what its Content-Type is, how long it is, and its octets.
 *
 * @example
 * ```ts
 * const form = new MultipartContent([
 *   { name: "title", content: "Holidays" },
 *   { name: "photo", content: bytes, filename: "beach.jpg", contentType: "image/jpeg" },
 * ]);
 * form.contentType; // "multipart/form-data; boundary=form-…"
 * form.length; // octets, for Content-Length
 * for await (const octets of form) send(octets);
 * ```
 *
 * Nothing in a name, a file name or a media type can end its field (S47).
 */
export class MultipartContent implements AsyncIterable<Uint8Array> {
  readonly boundary: string;
  /** For Content-Type. */
  readonly contentType: string;
  /** Octets; -1 when a part's content is made while it is sent and did not say how long it will be. */
  readonly length: number;
  /** It gives the same octets again when it is iterated again. */
  readonly replayable: boolean;
  private readonly pieces: readonly (Uint8Array | PreparedPart)[];

  /** @throws TypeError, RangeError for parts that cannot be written, at once and not while sending */
  constructor(form: FormInit, options: MultipartContentOptions = {}) {
    const boundary = options.boundary ?? makeBoundary();
    if (!isBoundary(boundary)) throw new TypeError(`not a boundary: ${JSON.stringify(boundary)} (RFC 2046 §5.1.1)`);
    const pieces: (Uint8Array | PreparedPart)[] = [];
    let length = 0;
    let replayable = true;
    let text = "";
    let joined: Uint8Array[] = [];
    const flush = (): void => {
      if (text !== "") joined.push(UTF8.encode(text));
      if (joined.length > 0) pieces.push(joined.length === 1 ? (joined[0] as Uint8Array) : join(joined));
      text = "";
      joined = [];
    };
    let separator = `--${boundary}\r\n`;
    for (const init of form) {
      const part = preparePart(init);
      text += separator + part.head;
      separator = `\r\n--${boundary}\r\n`;
      if (part.content instanceof Uint8Array && part.content.length <= JOINED) {
        joined.push(UTF8.encode(text), part.content);
        text = "";
      } else {
        flush();
        pieces.push(part.content instanceof Uint8Array ? part.content : part);
        if (!(part.content instanceof Uint8Array) && typeof part.content !== "function") replayable = false;
        length = part.length < 0 || length < 0 ? -1 : length + (part.content instanceof Uint8Array ? 0 : part.length);
      }
    }
    // A form of no parts is its close delimiter alone, as browsers send it.
    text += pieces.length + joined.length === 0 ? `--${boundary}--\r\n` : `\r\n--${boundary}--\r\n`;
    flush();
    if (length >= 0) for (const piece of pieces) length += piece instanceof Uint8Array ? piece.length : 0;
    this.boundary = boundary;
    this.contentType = formatMediaType(FORM_DATA, [["boundary", boundary]]);
    this.length = length;
    this.replayable = replayable;
    this.pieces = pieces;
  }

  /** All octets, if all of them are in memory already; else null. */
  bytes(): Uint8Array | null {
    const octets: Uint8Array[] = [];
    for (const piece of this.pieces) {
      if (!(piece instanceof Uint8Array)) return null;
      octets.push(piece);
    }
    return octets.length === 1 ? (octets[0] as Uint8Array) : join(octets);
  }

  /** @throws RangeError when a part's content is not as long as it said it would be */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (const piece of this.pieces) {
      if (piece instanceof Uint8Array) yield piece;
      else yield* streamed(piece);
    }
  }
}

async function* streamed({ content, length }: PreparedPart): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = (typeof content === "function" ? content() : content) as PartPieces;
  let octets = 0;
  for await (const piece of pieces) {
    const bytes = typeof piece === "string" ? UTF8.encode(piece) : piece;
    octets += bytes.length;
    if (length >= 0 && octets > length) break;
    if (bytes.length > 0) yield bytes;
  }
  // The length of the whole form was announced with it: other octets would be taken for the next message.
  if (length >= 0 && octets !== length)
    throw new RangeError(`a part has ${octets > length ? "more" : "fewer"} octets than the ${length} that it said`);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const UTF8: InstanceType<typeof TextEncoder> = new TextEncoder();
