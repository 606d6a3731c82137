import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { createClient } from "@stack/client";
import { createServer } from "@stack/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const TEXT = "content ".repeat(1_000);
const CODED: { readonly [coding: string]: Uint8Array } = {
  gzip: gzipSync(TEXT),
  deflate: deflateSync(TEXT),
  br: brotliCompressSync(TEXT),
  "gzip, br": brotliCompressSync(gzipSync(TEXT)),
  "x-unknown": new TextEncoder().encode("as it is"),
  identity: new TextEncoder().encode(TEXT),
  "gzip, gzip, gzip, gzip, gzip, gzip, gzip": gzipSync(TEXT),
};
const server = createServer();
server.get("/coded/:coding", (request, response) => {
  const coding = request.params.get("coding") ?? "";
  response.fields.set("Content-Encoding", coding);
  response.send(CODED[coding] ?? new Uint8Array());
});
server.get("/corrupt", (_, response) => {
  response.fields.set("Content-Encoding", "gzip");
  response.send("this is no gzip");
});
server.get("/part/:range", (request, response) => {
  const range = request.params.get("range") ?? "";
  const [first = 0, last = 0] = range.split("-").map(Number);
  const octets = CODED.gzip ?? new Uint8Array();
  response.status = 206;
  response.fields.set("Content-Encoding", "gzip");
  response.fields.set("Content-Range", `bytes ${first}-${last || octets.length - 1}/${octets.length}`);
  response.send(octets.subarray(first, last ? last + 1 : undefined));
});
server.get("/asked", (request, response) => response.text(request.fields.get("accept-encoding") ?? "nothing"));
server.get("/bomb", (_, response) => {
  response.fields.set("Content-Encoding", "gzip");
  response.send(gzipSync(new Uint8Array(8 * 2 ** 20)));
});
let url = "";
beforeAll(async () => {
  url = (await server.listen(0)).url;
});
afterAll(() => server.close());

describe.each(["alpn", "prior-knowledge"] as const)("decode: RFC 9110 §8.4, version %s", (version) => {
  test.each(["gzip", "deflate", "br", "gzip, br"])("%s is undone, in one value and as a stream", async (coding) => {
    const client = createClient({ version });
    const where = `${url}/coded/${encodeURIComponent(coding)}`;
    const response = await client.get(where);
    expect(response.fields.has("content-encoding")).toBe(false);
    expect(response.fields.has("content-length")).toBe(false);
    expect(await response.text()).toBe(TEXT);
    let octets = 0;
    for await (const piece of (await client.get(where)).stream()) octets += piece.length;
    expect(octets).toBe(TEXT.length);
    await client.close();
    expect(client.figures.connections).toBe(0);
  });

  test("RFC 9110 §14.1: a part is one of the coded octets, and given as it is; all of them are decoded", async () => {
    const client = createClient({ version });
    const part = await client.get(`${url}/part/10-19`, { fields: { range: "bytes=10-19", "accept-encoding": "gzip" } });
    expect(part.fields.get("content-encoding")).toBe("gzip");
    expect(await part.bytes()).toEqual(new Uint8Array(CODED.gzip ?? []).subarray(10, 20));
    expect(await (await client.get(`${url}/part/0-`)).text()).toBe(TEXT);
    await client.close();
  });

  test("an unknown coding is given as it is, and says so; identity is none; HEAD has no content", async () => {
    const client = createClient({ version });
    const unknown = await client.get(`${url}/coded/x-unknown`);
    expect(unknown.fields.get("content-encoding")).toBe("x-unknown");
    expect(await unknown.text()).toBe("as it is");
    expect(await (await client.get(`${url}/coded/identity`)).text()).toBe(TEXT);
    expect(await (await client.head(`${url}/coded/gzip`)).text()).toBe("");
    await client.close();
  });

  test("RFC 9110 §12.5.3: asks for what it can undo; not with Range; the user's own is kept", async () => {
    const client = createClient({ version });
    const asked = async (fields: { readonly [name: string]: string }): Promise<string> =>
      (await client.get(`${url}/asked`, { fields })).text();
    expect(await asked({})).toMatch(/^gzip, deflate, br(, zstd)?$/);
    expect(await asked({ Range: "bytes=0-9" })).toBe("identity");
    expect(await asked({ "Accept-Encoding": "br" })).toBe("br");
    await client.close();
  });

  test("the request stays as it was: who sends it again asks for what he wants then", async () => {
    const client = createClient({
      version,
      layers: [
        (inner) => async (request) => {
          const before = [...request.fields];
          (await inner(request)).cancel();
          expect([...request.fields]).toEqual(before);
          request.fields.set("Range", "bytes=0-9");
          return inner(request);
        },
      ],
    });
    expect(await (await client.get(`${url}/asked`)).text()).toBe("identity");
    await client.close();
  });

  test("what is broken is an error of the content, and the client goes on", async () => {
    const client = createClient({ version });
    await expect((await client.get(`${url}/corrupt`)).text()).rejects.toMatchObject({
      name: "ClientError",
      code: "ERR_CLIENT_PROTOCOL",
      stage: "content",
      origin: url,
      cause: { code: "ERR_CODING_CORRUPT" },
    });
    expect(await (await client.get(`${url}/coded/gzip`)).text()).toBe(TEXT);
    await client.close();
  });

  test("S123, S124: size, ratio and chain are bounded, of streams too", async () => {
    const tooLarge = { code: "ERR_CLIENT_CONTENT_TOO_LARGE", stage: "content" };
    const client = createClient({ version, decoding: { maxRatio: 10, ratioFloor: 10_000 } });
    await expect((await client.get(`${url}/bomb`)).text()).rejects.toMatchObject(tooLarge);
    await client.close();
    const bounded = createClient({ version, maxContentOctets: 100_000 });
    const response = await bounded.get(`${url}/bomb`);
    let octets = 0;
    const reading = (async () => {
      for await (const piece of response.stream()) octets += piece.length;
    })();
    await expect(reading).rejects.toMatchObject(tooLarge);
    expect(octets).toBeLessThanOrEqual(100_000);
    const chain = encodeURIComponent("gzip, gzip, gzip, gzip, gzip, gzip, gzip");
    await expect(bounded.get(`${url}/coded/${chain}`)).rejects.toMatchObject({
      code: "ERR_CLIENT_PROTOCOL",
      cause: { code: "ERR_CODING_CHAIN" },
    });
    await bounded.close();
  });
});
