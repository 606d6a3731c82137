import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MultipartContent, readForm } from "../../src/index.ts";
import { content, cut, events, latin1 } from "../wire.ts";

/** Octets that look like delimiters more often than chance would have it. */
const octets = fc
  .array(fc.constantFrom("\r", "\n", "-", "b", "--b", "\r\n--b", "\r\n", "x", "\u0000", "\u00ff", "A: 1", ":"), {
    maxLength: 40,
  })
  .map((parts) => Uint8Array.from(parts.join(""), (octet) => octet.charCodeAt(0)));

const names = fc.string({
  unit: fc.constantFrom("a", '"', "\r", "\n", "%", "%22", "\\", ";", "=", " ", "é", "😀", "__proto__"),
  maxLength: 10,
});

describe("any form is read as it was written, cut anywhere", () => {
  test("names, file names and octets", async () => {
    const parts = fc.array(fc.record({ name: names, content: octets, filename: fc.option(names, { nil: null }) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 200 }), async (form, size) => {
        const written = new MultipartContent(
          form.map(({ name, content: bytes, filename }) => ({
            name,
            content: bytes,
            ...(filename !== null && { filename }),
          })),
        );
        const bytes = written.bytes() ?? new Uint8Array(0);
        expect(bytes.length).toBe(written.length);
        const read = await readForm(content(bytes, size), written.contentType);
        const lines = (text: string): string => text.replaceAll(/\r\n|\r|\n/g, "\r\n");
        const plain = (text: string): string => text.replaceAll("%22", '"');
        expect(read.map((part) => [part.name, part.filename, latin1(part.bytes)])).toEqual(
          form.map((part) => [
            plain(lines(part.name)),
            part.filename === null ? null : plain(part.filename),
            latin1(part.content),
          ]),
        );
      }),
    );
  });
});

describe("any octets are told the same, cut anywhere", () => {
  test("by the decoder", () => {
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 1, max: 20 }), (first, second, size) => {
        const bytes = Uint8Array.from([...first, ...crlf("\r\n--b\r\n\r\n"), ...second, ...crlf("\r\n--b--")]);
        expect(events(bytes, "b", size)).toEqual(events(bytes, "b", bytes.length));
      }),
      { numRuns: 1_000 },
    );
  });
  test("by the reader: entries or a typed error", async () => {
    const outcome = async (bytes: Uint8Array, size: number): Promise<string> => {
      try {
        const form = await readForm(content(bytes, size), "multipart/form-data; boundary=b");
        return JSON.stringify(form.map(({ name, text }) => [name, text]));
      } catch (error) {
        expect((error as Error).name).toBe("MultipartError");
        return (error as { code: string }).code;
      }
    };
    const head = crlf('\r\n--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n');
    await fc.assert(
      fc.asyncProperty(octets, octets, fc.integer({ min: 1, max: 30 }), async (first, second, size) => {
        const bytes = Uint8Array.from([...head, ...first, ...head, ...second, ...crlf("\r\n--b--")]);
        expect(await outcome(bytes, size)).toBe(await outcome(bytes, bytes.length));
      }),
      { numRuns: 500 },
    );
  });
});

test("pieces of any size are the same octets", () => {
  expect(cut(Uint8Array.of(1, 2, 3), 2).map((piece) => piece.length)).toEqual([2, 1]);
});

function crlf(text: string): Uint8Array {
  return Uint8Array.from(text, (octet) => octet.charCodeAt(0));
}
