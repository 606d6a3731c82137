/** A form written and read again: values, octets, and a file that is made while it is sent. */
import { Content } from "@stack/http";
import { MultipartContent, readMultipart } from "@stack/multipart";

async function* report(): AsyncGenerator<string> {
  for (let line = 1; line <= 3; line++) yield `line ${line}\n`;
}

const form = new MultipartContent([
  { name: "title", content: 'A "quoted" title' },
  { name: "photo", content: Uint8Array.of(0xff, 0xd8), filename: "beach.jpg", contentType: "image/jpeg" },
  { name: "report", content: report, filename: "report.txt", length: 21 },
]);
console.log(form.contentType.replace(/[0-9a-f]{32}/, "…"), form.length > 0 ? "of known length" : "of unknown length");

// As an engine gives it: for credit.
const octets: Uint8Array[] = [];
for await (const bytes of form) octets.push(bytes);
const content = new Content({
  contentLength: form.length,
  contentLimit: 1_000_000,
  read: (receiver) => ({
    grant() {
      for (const bytes of octets.splice(0)) receiver.onContent(bytes, 0, bytes.length);
      receiver.onEnd(null);
    },
    stop() {},
  }),
});

for await (const part of readMultipart(content, form.contentType)) {
  const bytes = await part.content.bytes({ limit: 100_000 });
  console.log(part.name, part.filename, part.contentType, bytes.length);
}
