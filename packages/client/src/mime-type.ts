/**
 * MIME types, as the standard of that name reads and writes them: laxer than RFC 9110 §8.3.1 has it.
 *
 * For what a browser would see, `Blob.type` and `data:` URLs; servers and clients read the field with
 * `parseMediaType` of `@stack/http`.
 *
 * @module
 */
import type { Fields } from "@stack/http";
import { trimLeading, trimTrailing, trimWhitespace } from "./whitespace.ts";

/** A MIME type. */
export interface MimeType {
  /** `text/plain`, in lower case. */
  readonly essence: string;
  readonly parameters: Map<string, string>;
}

/** MIME Sniffing standard, "parse a MIME type". Null for what is none. Linear. */
export function parseMimeType(text: string): MimeType | null {
  const [, essence = "", rest = ""] = ESSENCE.exec(trimWhitespace(text)) ?? [];
  if (essence === "") return null;
  const parameters = new Map<string, string>();
  for (let at = 0; at < rest.length; ) {
    let end = at + 1; // behind the semicolon
    while (end < rest.length && rest[end] !== ";" && rest[end] !== "=") end++;
    const name = trimLeading(rest.slice(at + 1, end)).toLowerCase();
    let value = "";
    let quoted = false;
    if (rest[end] === "=") {
      end++;
      quoted = rest[end] === '"';
      const start = end;
      if (quoted) [value, end] = quotedString(rest, end + 1);
      const semicolon = rest.indexOf(";", end);
      end = semicolon < 0 ? rest.length : semicolon;
      if (!quoted) value = trimTrailing(rest.slice(start, end));
    }
    if (TOKEN.test(name) && VALUE.test(value) && (quoted || value !== "") && !parameters.has(name))
      parameters.set(name, value);
    at = end;
  }
  return { essence: essence.toLowerCase(), parameters };
}

/** MIME Sniffing standard, "serialize a MIME type". */
export function formatMimeType({ essence, parameters }: MimeType): string {
  let text = essence;
  for (const [name, value] of parameters)
    text += `;${name}=${TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`;
  return text;
}

/** Fetch standard, "extract a MIME type": the last that is one counts, and keeps the charset of those like it before. */
export function mimeTypeOf(fields: Fields): MimeType | null {
  let charset: string | undefined;
  let found: MimeType | null = null;
  for (const text of fields.getAll("content-type").flatMap(elements)) {
    const type = parseMimeType(text);
    if (type === null || type.essence === "*/*") continue;
    if (type.essence !== found?.essence) charset = type.parameters.get("charset");
    else if (charset !== undefined && !type.parameters.has("charset")) type.parameters.set("charset", charset);
    found = type;
  }
  return found;
}

/** The value of a quoted string that begins at `at`, and where it ends. */
function quotedString(text: string, at: number): [value: string, end: number] {
  let value = "";
  let i = at;
  for (; i < text.length && text[i] !== '"'; i++) {
    if (text[i] === "\\" && i + 1 < text.length) i++;
    value += text[i];
  }
  return [value, i];
}

/** What stands between commas that are not quoted. */
function elements(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\[\s\S])*"?|[^",])+/g) ?? [];
}

const ESSENCE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)[\t\n\r ]*(;[\s\S]*)?$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
