import { brotliCompressSync, gzipSync } from "node:zlib";
import { Fields, type Handler, HttpRequest, HttpResponse, type Incoming, type ResponseSink } from "@stack/http";
import { describe, expect, test } from "vitest";
import { acceptEncoding, type DecodingOptions, decodeRequests } from "../../src/index.ts";
import { octets, Wire } from "../wire.ts";

/** Sends a request through the layer; what comes back, as text. */
async function exchange(
  fields: Record<string, string>,
  content: Uint8Array,
  { handler = echo, limit = 1_000, options = {} as DecodingOptions } = {},
): Promise<string> {
  const wire = new Wire([content], { length: content.length, limit });
  const incoming: Incoming = {
    scheme: "https",
    authority: "example.com",
    peer: { address: "192.0.2.1", port: 1, localAddress: "", localPort: 0, secure: true, alpn: "" },
    contentLength: wire.contentLength,
    contentLimit: wire.contentLimit,
    read: (receiver) => wire.read(receiver),
    onGone: (listener) => listener(new Error("gone")),
  };
  let answer = "";
  const sink: ResponseSink = {
    sendWhole(status, head, body) {
      answer = `${status} ${JSON.stringify(head)} ${typeof body === "string" ? body : new TextDecoder().decode(body)}`;
    },
    sendInformational() {},
    sendHead() {},
    sendContent: () => true,
    sendTrailers() {},
    accept() {
      throw new Error("no tunnels here");
    },
    push: () => null,
    reset() {},
    attach() {},
  };
  const request = new HttpRequest("POST", "/items?a=1", "1.1", new Fields(fields), incoming);
  request.params = new Map([["id", "7"]]);
  await Promise.resolve(decodeRequests(options)(handler)(request, new HttpResponse(sink))).catch(
    (error: { status: number; code: string }) => {
      answer = `${error.status} ${error.code}`;
    },
  );
  return answer;
}

const echo: Handler = async (request, response) => {
  response.text(await request.text());
};

describe("RFC 9110 §8.4 decodeRequests", () => {
  test("the handler reads what the client encoded", async () => {
    expect(await exchange({ "Content-Encoding": "gzip" }, gzipSync("hello"))).toMatch(/^200 .* hello$/);
    expect(await exchange({ "content-encoding": "gzip, br" }, brotliCompressSync(gzipSync("hello")))).toMatch(
      / hello$/,
    );
  });
  test("a request without a coding is not touched", async () => {
    let seen: HttpRequest | null = null;
    const handler: Handler = (request, response) => {
      seen = request;
      response.text("");
    };
    await exchange({ "Content-Length": "5" }, octets("hello"), { handler });
    expect((seen as HttpRequest | null)?.fields.get("content-length")).toBe("5");
  });
  test("a request without content has nothing to decode, whatever it says", async () => {
    expect(await exchange({ "Content-Encoding": "compress" }, new Uint8Array(0))).toMatch(/^200 /);
  });
  test("everything else of the request stays; fields of the encoded content go", async () => {
    const handler: Handler = async (request, response) => {
      const { method, target, version, scheme, authority, peer, params } = request;
      response.json([
        method,
        target,
        version,
        scheme,
        authority,
        peer.address,
        params.get("id"),
        [...request.fields.names()],
      ]);
    };
    const fields = {
      Host: "example.com",
      "Content-Encoding": "gzip",
      "Content-Length": "25",
      "Content-Type": "text/plain",
    };
    expect(await exchange(fields, gzipSync("hello"), { handler })).toContain(
      '["POST","/items?a=1","1.1","https","example.com","192.0.2.1","7",["Host","Content-Type"]]',
    );
  });
  test("the request's signal is still that of its peer", async () => {
    const handler: Handler = (request, response) => response.text(String(request.signal.aborted));
    expect(await exchange({ "Content-Encoding": "gzip" }, gzipSync("hello"), { handler })).toMatch(/ true$/);
  });
  test("RFC 9110 §15.5.16: an unknown coding is 415 with Accept-Encoding", async () => {
    const answer = await exchange({ "Content-Encoding": "compress" }, octets("hello"));
    expect(answer).toMatch(/^415 /);
    expect(answer).toContain(JSON.stringify(["Accept-Encoding", acceptEncoding()]));
  });
  test("S123: a chain of too many codings is 415", async () => {
    expect(await exchange({ "Content-Encoding": "gzip, gzip, gzip" }, gzipSync("hello"))).toMatch(/^415 /);
  });
  test("S94: what the server allows is counted after decoding too: 413", async () => {
    const content = gzipSync("x".repeat(1_001));
    expect(content.length).toBeLessThan(100);
    expect(await exchange({ "Content-Encoding": "gzip" }, content)).toBe("413 ERR_CODING_TOO_LARGE");
    expect(await exchange({ "Content-Encoding": "gzip" }, content, { options: { maxOctets: 1_001 } })).toMatch(/^200 /);
  });
  test("S123: a bomb is 413", async () => {
    const content = gzipSync(new Uint8Array(20_000_000));
    const answer = await exchange({ "Content-Encoding": "gzip" }, content, { limit: 100_000_000 });
    expect(answer).toBe("413 ERR_CODING_RATIO");
  });
  test("content that is broken is 400", async () => {
    expect(await exchange({ "Content-Encoding": "gzip" }, octets("hello"))).toBe("400 ERR_CODING_CORRUPT");
    expect(await exchange({ "Content-Encoding": "gzip" }, gzipSync("hello").subarray(0, -1))).toBe(
      "400 ERR_CODING_TRUNCATED",
    );
  });
});
