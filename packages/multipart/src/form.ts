/**
 * A small form as a list, all in memory.
 *
 * @module
 */
import type { Content } from "@stack/http";
import type { MultipartLimits } from "./limits.ts";
import { readMultipart } from "./multipart-reader.ts";

/** One entry of a form that was read. */
export interface FormEntry {
  /** Any text; a form may have several entries of one name, and one called `__proto__` (S99). */
  readonly name: string;
  /** What the sender calls the file, or null for a plain value. Not a path (S148). */
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly bytes: Uint8Array;
  /** {@link bytes} as UTF-8. */
  readonly text: string;
}

/**
 * Reads a whole form into memory: for forms of values and small files. Larger ones are for {@link readMultipart}.
 *
 * @throws MultipartError as {@link readMultipart}
 *
 * @example
 * ```ts
 * const form = await readForm(request.content, request.fields.get("content-type"), { maxOctets: 100_000 });
 * const title = form.find(({ name }) => name === "title")?.text;
 * ```
 */
export async function readForm(
  content: Content,
  contentType: string | undefined,
  limits?: MultipartLimits,
): Promise<FormEntry[]> {
  const entries: FormEntry[] = [];
  for await (const { name, filename, contentType: type, content: part } of readMultipart(content, contentType, limits))
    entries.push(new ReceivedEntry(name, filename, type, await part.bytes()));
  return entries;
}

class ReceivedEntry implements FormEntry {
  readonly name: string;
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly bytes: Uint8Array;

  constructor(name: string, filename: string | null, contentType: string | null, bytes: Uint8Array) {
    this.name = name;
    this.filename = filename;
    this.contentType = contentType;
    this.bytes = bytes;
  }

  get text(): string {
    return UTF8.decode(this.bytes);
  }
}

const UTF8: InstanceType<typeof TextDecoder> = new TextDecoder();
