/**
 * What a form is made of, before it is encoded (RFC 7578 §4).
 *
 * @module
 */
import { parseMediaType } from "@stack/http";
import { encodePartName } from "./part-name.ts";

/** A `Blob`, as far as it is needed. */
export interface BlobLike {
  readonly size: number;
  /** Its media type; `""` for none. */
  readonly type: string;
  stream(): unknown;
}

/** A `File`, as far as it is needed. */
export interface FileLike extends BlobLike {
  readonly name: string;
}

/** Content that is made while it is sent: octets, or text that is sent as UTF-8. */
export type PartPieces = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** One part. */
export interface PartInit {
  /** The form's field. */
  readonly name: string;
  /** Its content. A function makes it anew each time that the form is sent. */
  readonly content: string | Uint8Array | BlobLike | PartPieces | (() => PartPieces);
  /** Makes it a file. A `File` has a name of its own, a `Blob` is called `blob`. */
  readonly filename?: string;
  /** The media type; by default that of the `Blob`, `application/octet-stream` for other files, none for values. */
  readonly contentType?: string;
  /** Octets of content that is made while it is sent; without it the form's length is not known. */
  readonly length?: number;
}

/** An entry of a `FormData`. */
export type FormDataEntry = readonly [name: string, value: string | BlobLike];

/** A form: parts, or a `FormData`. */
export type FormInit = Iterable<PartInit | FormDataEntry>;

/** One part with its head written, and its content as it will be sent. */
export interface PreparedPart {
  /** Field lines and the empty line. */
  readonly head: string;
  readonly content: Uint8Array | PartPieces | (() => PartPieces);
  /** Octets; -1 when only the end will tell. */
  readonly length: number;
}

/**
 * Writes the head of a part.
 *
 * @throws TypeError when a name holds a control, when `contentType` is no media type (S47) or the content is none, RangeError for a wrong length
 *
 * As browsers do (WHATWG HTML §4.10.21.8), line ends in names and in text values become CR LF; octets stay as they are.
 */
export function preparePart(init: PartInit | FormDataEntry): PreparedPart {
  const part: PartInit = isEntry(init) ? { name: init[0], content: init[1] } : init;
  const { name, content } = part;
  const blob = isBlob(content);
  const filename = part.filename ?? (blob ? nameOf(content) : undefined);
  const contentType = part.contentType ?? (filename === undefined ? undefined : typeOf(blob ? content.type : ""));
  if (contentType !== undefined && parseMediaType(contentType) === null)
    throw new TypeError(`not a media type: ${JSON.stringify(contentType)}; give "type/subtype"`);
  let head = `Content-Disposition: form-data; name="${quotable(crlf(name))}"`;
  if (filename !== undefined) head += `; filename="${quotable(filename)}"`;
  head += contentType === undefined ? "\r\n\r\n" : `\r\nContent-Type: ${contentType}\r\n\r\n`;
  if (typeof content === "string") return whole(head, UTF8.encode(crlf(content)));
  if (content instanceof Uint8Array) return whole(head, content);
  if (blob) return { head, content: () => piecesOf(content.stream()), length: content.size };
  return { head, content: checkPieces(content), length: checkLength(part.length) };
}

/** Web streams as iterables, in runtimes where they are none. */
export async function* piecesOf(stream: unknown): AsyncGenerator<Uint8Array> {
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel();
  }
}

/** @throws TypeError for controls other than line ends, which readers take for an attack (S47, S148) */
function quotable(name: string): string {
  const encoded = encodePartName(name);
  for (let i = 0; i < encoded.length; i++) {
    const code = encoded.charCodeAt(i);
    if ((code < 0x20 && code !== TAB) || code === DELETE)
      throw new TypeError(`a name of a part holds the control ${code.toString(16)}; leave it out`);
  }
  return encoded;
}

function whole(head: string, content: Uint8Array): PreparedPart {
  return { head, content, length: content.length };
}

function isEntry(init: PartInit | FormDataEntry): init is FormDataEntry {
  return Array.isArray(init);
}

function isBlob(content: PartInit["content"]): content is BlobLike {
  return typeof content === "object" && "stream" in content && typeof content.size === "number";
}

function nameOf(blob: BlobLike): string {
  const { name } = blob as Partial<FileLike>;
  return typeof name === "string" ? name : "blob";
}

function typeOf(type: string): string {
  return type === "" ? "application/octet-stream" : type;
}

function checkPieces(content: PartPieces | (() => PartPieces)): PartPieces | (() => PartPieces) {
  if (typeof content === "function") return content;
  if (
    typeof content === "object" &&
    content !== null &&
    (Symbol.asyncIterator in content || Symbol.iterator in content)
  )
    return content;
  throw new TypeError("the content of a part is a string, octets, a Blob, or an iterable of them");
}

function checkLength(length: number | undefined): number {
  if (length === undefined) return -1;
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`a length is octets, 0 or more, not ${length}`);
  return length;
}

/** Line ends as CR LF. */
function crlf(text: string): string {
  return text.includes("\n") || text.includes("\r") ? text.replaceAll(/\r\n|\r|\n/g, "\r\n") : text;
}

const TAB = 0x09;
const DELETE = 0x7f;
const UTF8: InstanceType<typeof TextEncoder> = new TextEncoder();
