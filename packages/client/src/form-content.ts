/**
 * Content as a FormData (fetch standard, the `formData` method).
 *
 * @module
 */
import { Content, FORM_URLENCODED } from "@stack/http";
import { FORM_DATA, readForm } from "@stack/multipart";
import { formatMimeType, type MimeType } from "./mime-type.ts";

/** @throws TypeError for content that is no form, or a broken one */
export async function formOf(bytes: Uint8Array, type: MimeType | null): Promise<FormData> {
  const form = new FormData();
  if (type?.essence === FORM_URLENCODED) {
    for (const [name, value] of new URLSearchParams(UTF8.decode(bytes))) form.append(name, value);
    return form;
  }
  if (type?.essence !== FORM_DATA)
    throw new TypeError(`the content is no form; formData reads ${FORM_DATA} and ${FORM_URLENCODED}`);
  try {
    for (const part of await readForm(contentOf(bytes), formatMimeType(type))) {
      const { name, filename, contentType } = part;
      if (filename === null) form.append(name, part.text);
      else form.append(name, new File([new Uint8Array(part.bytes)], filename, { type: contentType ?? "text/plain" }));
    }
  } catch (cause) {
    throw new TypeError("the content is no multipart form; see the cause", { cause });
  }
  return form;
}

/** Octets as content that is read. */
function contentOf(bytes: Uint8Array): Content {
  let given = false;
  return new Content({
    contentLength: bytes.length,
    contentLimit: bytes.length,
    read: (receiver) => ({
      grant: () => {
        if (given) return;
        given = true;
        receiver.onContent(bytes, 0, bytes.length);
        receiver.onEnd(null);
      },
      stop: () => {},
    }),
  });
}

const UTF8: InstanceType<typeof TextDecoder> = new TextDecoder();
