/**
 * The header section of a part of a form (RFC 7578 §4).
 *
 * @module
 */
import { Fields, isToken, owsEnd, tokenEnd, trimOws } from "@stack/http";
import { MultipartError } from "./errors.ts";
import { MAX_HEAD_FIELDS, tooMuch } from "./limits.ts";
import { decodePartName } from "./part-name.ts";

/** What the head of a part says. */
export interface PartHead {
  /** The form's field. Any text: `__proto__` is one (S99). */
  readonly name: string;
  /** What the sender calls the file; null when the part is no file. Never a path: it may hold `/`, `..` and NUL-free anything (S148). */
  readonly filename: string | null;
  /** As sent; null for none, which means text (RFC 7578 §4.4). */
  readonly contentType: string | null;
  /** All fields as they came, each octet a character. */
  readonly fields: Fields;
}

/**
 * Reads the header section of a part.
 *
 * @param head - its lines, each with CR LF
 * @throws MultipartError `ERR_MULTIPART_HEAD` when it is malformed, or says a thing twice; `ERR_MULTIPART_ENCODING` for
 *   a Content-Transfer-Encoding that changes octets (RFC 7578 §4.7); `ERR_MULTIPART_LIMIT`
 *
 * Stricter: no line folding. `filename*` is not read: it must not be sent (RFC 7578 §4.2), and who reads it sees
 * another name than who does not. Other fields mean nothing (§4.8).
 *
 * @example
 * ```ts
 * const head = new TextEncoder().encode('Content-Disposition: form-data; name="photo"; filename="a.png"\r\n');
 * parsePartHead(head).filename; // "a.png"
 * ```
 */
export function parsePartHead(head: Uint8Array, maxFields: number = MAX_HEAD_FIELDS): PartHead {
  const list: string[] = [];
  for (let at = 0; at < head.length; ) {
    const end = head.indexOf(LF, at);
    if (list.length === 2 * maxFields) throw tooMuch(`the head of a part has more than ${maxFields} fields`);
    fieldLine(latin1(head, at, end - 1), list);
    at = end + 1;
  }
  const fields = Fields.adopt(list);
  const transfer = fields.get("content-transfer-encoding")?.toLowerCase();
  if (transfer !== undefined && !IDENTITIES.includes(transfer))
    throw new MultipartError(
      "ERR_MULTIPART_ENCODING",
      "a part has a Content-Transfer-Encoding, which HTTP does not need: send its octets as they are",
    );
  const disposition = only(fields, "content-disposition");
  if (disposition === null) throw malformed("a part has no Content-Disposition");
  const { name, filename } = parseDisposition(disposition);
  return { name, filename, contentType: only(fields, "content-type"), fields };
}

/** One field line (RFC 9112 §5 in the words of RFC 5322). */
function fieldLine(line: string, list: string[]): void {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0));
  if (!isToken(name)) throw malformed("a line in the head of a part is no field");
  for (let i = colon + 1; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if ((code < 0x20 && code !== TAB) || code === DELETE) throw malformed("a field of a part holds a control");
  }
  list.push(name, trimOws(line.slice(colon + 1)));
}

/** `form-data; name="…"; filename="…"` (RFC 7578 §4.2). */
function parseDisposition(value: string): { name: string; filename: string | null } {
  const typeEnd = tokenEnd(value, 0);
  if (value.slice(0, typeEnd).toLowerCase() !== "form-data") throw malformed("a part is not form-data");
  let name: string | null = null;
  let filename: string | null = null;
  for (let at = owsEnd(value, typeEnd); at < value.length; at = owsEnd(value, at)) {
    if (value[at] !== ";")
      throw malformed("a Content-Disposition has text between its parameters: a quote within a name is %22");
    const start = owsEnd(value, at + 1);
    const equals = tokenEnd(value, start);
    if (equals === start || value[equals] !== "=")
      throw malformed("a Content-Disposition has a parameter without name or value");
    const quoted = value[equals + 1] === '"';
    const from = quoted ? equals + 2 : equals + 1;
    const end = quoted ? value.indexOf('"', from) : tokenEnd(value, from);
    if (end < 0 || (!quoted && end === from)) throw malformed("a Content-Disposition has a parameter without an end");
    const parameter = value.slice(start, equals).toLowerCase();
    if (parameter === "name") name = once(name, value.slice(from, end));
    else if (parameter === "filename") filename = once(filename, value.slice(from, end));
    at = quoted ? end + 1 : end;
  }
  if (name === null) throw malformed("a part has no name");
  return { name, filename };
}

function once(before: string | null, octets: string): string {
  if (before !== null) throw malformed("a Content-Disposition says a name twice");
  return decodePartName(utf8(octets));
}

function only(fields: Fields, name: string): string | null {
  const lines = fields.getAll(name);
  if (lines.length > 1) throw malformed(`a part has several ${name} fields`);
  return lines[0] ?? null;
}

function malformed(what: string): MultipartError {
  return new MultipartError("ERR_MULTIPART_HEAD", what);
}

/** Octets as characters; heads are short. */
function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += STEP)
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + STEP)));
  return text;
}

/** Octets as characters, read as UTF-8 (RFC 7578 §5.1); what is not becomes U+FFFD. */
function utf8(octets: string): string {
  for (let i = 0; i < octets.length; i++)
    if (octets.charCodeAt(i) > 0x7f) return UTF8.decode(Uint8Array.from(octets, (octet) => octet.charCodeAt(0)));
  return octets;
}

const UTF8: InstanceType<typeof TextDecoder> = new TextDecoder("utf-8", { ignoreBOM: true });
/** The transfer encodings that are no encoding (RFC 2045 §6.2). */
const IDENTITIES = ["7bit", "8bit", "binary"];
const STEP = 4_096;
const TAB = 0x09;
const LF = 0x0a;
const DELETE = 0x7f;
