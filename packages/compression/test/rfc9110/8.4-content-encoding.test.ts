import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { Content, type ContentOrigin, type ContentReceiver, Fields } from "@stack/http";
import { describe, expect, test } from "vitest";
import {
  acceptEncoding,
  availableCodings,
  BR,
  type ContentCoding,
  DecodedOrigin,
  decodeContent,
  decodeWhole,
  GZIP,
  parseContentEncoding,
} from "../../src/index.ts";
import { codeOf, cut, encoded, octets, Wire } from "../wire.ts";

const names = (codings: readonly ContentCoding[]): string[] => codings.map((coding) => coding.names[0]);
const error = (code: string): unknown => expect.objectContaining({ name: "ContentDecodingError", code });

describe("RFC 9110 §8.4 Content-Encoding", () => {
  test("names compare without case; x-gzip is gzip (§8.4.1.3)", () => {
    expect(names(parseContentEncoding("GZip"))).toEqual(["gzip"]);
    expect(names(parseContentEncoding("x-gzip"))).toEqual(["gzip"]);
    expect(names(parseContentEncoding(" br ,, deflate ,"))).toEqual(["br", "deflate"]);
  });
  test("identity is none", () => {
    expect(parseContentEncoding("identity")).toEqual([]);
    expect(parseContentEncoding(undefined)).toEqual([]);
    expect(parseContentEncoding("")).toEqual([]);
  });
  test.each(["compress", "gzip2", "gzip; q=1", "aes128gcm", "__proto__", 'br, "', "gzip br"])(
    "unknown: %s",
    (value) => {
      expect(() => parseContentEncoding(value)).toThrow(error("ERR_CODING_UNKNOWN"));
    },
  );
  test("a name of the peer's is shown shortened and escaped", () => {
    expect(() => parseContentEncoding("\u001b[2J".repeat(50))).toThrow(
      /^content coded as "\\x1b\[2j[ -~]{0,120}" cannot/i,
    );
  });
  test("S100: a megabyte of Content-Encoding is refused at once", () => {
    for (const value of [
      "gzip,".repeat(200_000),
      ",".repeat(1_000_000),
      "x".repeat(1_000_000),
      '"'.repeat(1_000_000),
    ]) {
      const started = performance.now();
      expect(() => parseContentEncoding(value)).toThrow();
      expect(performance.now() - started).toBeLessThan(20_000);
    }
  });
  test("codings are undone in the order opposite to that in which they were applied", async () => {
    const twice = brotliCompressSync(gzipSync("in two coats"));
    for (const size of [1, twice.length])
      for (const inOneTurn of [true, false])
        expect(await decodeContent(encoded(cut(twice, size), inOneTurn), "gzip, br").text()).toBe("in two coats");
    expect(await codeOf(decodeContent(encoded(twice), "br, gzip").text())).toBe("ERR_CODING_CORRUPT");
  });
  test("content without a coding is itself", () => {
    const content = encoded(octets("plain"));
    expect(decodeContent(content, undefined)).toBe(content);
    expect(decodeContent(content, "identity")).toBe(content);
  });
  test("answers to HEAD, 204 and 304 have a Content-Encoding and no content: nothing is decoded", async () => {
    const content = new Content(new Wire([], { length: 0 }));
    expect(decodeContent(content, "gzip")).toBe(content);
    expect(decodeContent(content, "unheard-of")).toBe(content);
    expect(await content.text()).toBe("");
  });
  test("no octets at all are empty content, whatever their coding", async () => {
    for (const coding of ["gzip", "deflate", "br", "gzip, br"])
      expect(await decodeContent(encoded([]), coding).text()).toBe("");
  });
  test("the length of decoded content is not known before its end", async () => {
    const bytes = gzipSync("text");
    const content = decodeContent(new Content(new Wire([bytes], { length: bytes.length })), "gzip");
    expect(content.length).toBe(-1);
    expect(await content.text()).toBe("text");
    expect(content.octets).toBe(4);
  });
  test("the trailer section comes through", async () => {
    const trailers = new Fields({ Digest: "x" });
    for (const inOneTurn of [true, false]) {
      const content = decodeContent(new Content(new Wire(cut(gzipSync("text"), 4), { trailers, inOneTurn })), "gzip");
      await content.bytes();
      expect(content.trailers.get("digest")).toBe("x");
    }
  });
  test("content of which a piece came is decoded before the next piece comes", async () => {
    const { createGzip, constants } = await import("node:zlib");
    const gzip = createGzip();
    const first = new Promise<Uint8Array>((resolve) =>
      gzip.once("data", (header: Uint8Array) => {
        gzip.once("data", (data: Uint8Array) => resolve(Uint8Array.from([...header, ...data])));
      }),
    );
    gzip.write("the first event");
    gzip.flush(constants.Z_SYNC_FLUSH);
    let receiver: ContentReceiver | null = null as ContentReceiver | null;
    const endless: ContentOrigin = {
      contentLength: -1,
      contentLimit: 1_000,
      read(reader) {
        receiver = reader;
        return { grant() {}, stop() {} };
      },
    };
    const content = new Content(new DecodedOrigin(endless, [GZIP]));
    const reading = content.stream()[Symbol.asyncIterator]().next();
    const bytes = await first;
    receiver?.onContent(bytes, 0, bytes.length);
    expect(new TextDecoder().decode((await reading).value as Uint8Array)).toBe("the first event");
    gzip.destroy();
  });
  test("a failure of the connection is the reader's, unchanged", async () => {
    const reset = new Error("reset");
    const wire = new Wire(cut(gzipSync("some text"), 10), { inOneTurn: false });
    const reading = decodeContent(new Content(wire), "gzip").bytes();
    wire.fail(reset);
    await expect(reading).rejects.toBe(reset);
  });
  test("what is all here is decoded without a promise", () => {
    const codings = parseContentEncoding("deflate, gzip");
    expect(decodeWhole(gzipSync(deflateSync("at once")), codings)).toEqual(Buffer.from("at once"));
    expect(decodeWhole(new Uint8Array(0), codings)).toEqual(new Uint8Array(0));
    expect(decodeWhole(gzipSync(Buffer.alloc(600_000)), [GZIP])).toBeNull();
    expect(decodeWhole(brotliCompressSync("x".repeat(9)), [BR], { maxOctets: 8 })).toBeNull();
    expect(() => decodeWhole(octets("junk"), [GZIP])).toThrow(error("ERR_CODING_CORRUPT"));
  });
  test("a coding of your own", async () => {
    const reversed: ContentCoding = {
      names: ["x-reversed"],
      peek: 0,
      decodeWhole: (bytes) => bytes.toReversed(),
      decoder: () => {
        throw new Error("not needed here");
      },
    };
    const codings = [...availableCodings(), reversed];
    const content = decodeContent(encoded(gzipSync("abc").toReversed()), "gzip, x-reversed", { codings });
    expect(await content.text()).toBe("abc");
  });
});

describe("RFC 9110 §12.5.3 Accept-Encoding", () => {
  test("offers what can be undone", () => {
    const offered = acceptEncoding().split(", ");
    expect(offered.slice(0, 3)).toEqual(["gzip", "deflate", "br"]);
    expect(offered.length).toBe(availableCodings().length);
    expect(acceptEncoding([BR, GZIP])).toBe("br, gzip");
    expect(acceptEncoding([])).toBe("identity");
  });
});
