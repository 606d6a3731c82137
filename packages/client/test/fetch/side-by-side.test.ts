/**
 * The same programs on ours and on the runtime's own fetch, against the same server: the results are equal, but for
 * those of DIFFERENCES.
 */
import { createFetch } from "@stack/client/fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testServer } from "./test-server.ts";

const server = testServer();
let base = "";
const ours = createFetch();
beforeAll(async () => {
  base = (await server.listen(0)).url;
});
afterAll(async () => {
  await ours.close({ graceMs: 0 });
  await server.close();
});

type AnyFetch = typeof globalThis.fetch;
type Program = (fetch: AnyFetch, base: string) => Promise<unknown>;

/** What a program gives, or what it fails with. */
async function outcome(program: Program, fetch: AnyFetch): Promise<unknown> {
  try {
    return { value: await program(fetch, base) };
  } catch (error) {
    const { name, cause } = error as Error;
    return {
      name,
      isTypeError: error instanceof TypeError,
      hasCause: name === "TypeError" && cause !== undefined ? "some" : "any",
    };
  }
}

async function seen(response: Response): Promise<unknown> {
  const { status, ok, statusText, redirected, type, bodyUsed, url } = response;
  const text = await response.text();
  return {
    status,
    ok,
    statusText,
    redirected,
    type,
    bodyUsed,
    after: response.bodyUsed,
    hasBody: response.body !== null,
    url,
    text,
  };
}

const get =
  (path: string, init?: RequestInit): Program =>
  async (fetch, at) =>
    seen(await fetch(at + path, init));

const body =
  (make: () => RequestInit): Program =>
  async (fetch, at) =>
    (await fetch(`${at}/echo`, { method: "POST", ...make() })).json();

const PROGRAMS: Record<string, Program> = {
  "a text": get("/text"),
  HEAD: get("/text", { method: "HEAD" }),
  "an empty body": get("/empty"),
  "a large body": get("/large"),
  "a coded body": get("/gzip"),
  "the head of a coded body": async (fetch, at) => {
    const { headers } = await fetch(`${at}/gzip`);
    return [headers.get("content-encoding"), headers.get("content-length")];
  },
  "headers: Host": async (fetch, at) =>
    ((await (await fetch(`${at}/fields`, { headers: { Host: "other" } })).json()) as Record<string, string>).host,
  "integrity, and no body": get("/text", { method: "HEAD", integrity: "md5-x" }),
  "a byte order mark": get("/bom"),
  "a status without body: 204": get("/status/204"),
  "a status without body: 304": get("/status/304"),
  404: get("/status/404"),
  500: get("/status/500"),
  json: async (fetch, at) => (await fetch(`${at}/json`)).json(),
  "json that is none": async (fetch, at) => (await fetch(`${at}/bad-json`)).json(),
  arrayBuffer: async (fetch, at) => [...new Uint8Array(await (await fetch(`${at}/text`)).arrayBuffer())],
  blob: async (fetch, at) => {
    const blob = await (await fetch(`${at}/text`)).blob();
    return [blob.type.replace("; ", ";"), blob.size, await blob.text()];
  },
  "formData, url-encoded": async (fetch, at) => [...(await (await fetch(`${at}/form`)).formData())],
  "formData, multipart": async (fetch, at) => {
    const form = await (await fetch(`${at}/multipart`)).formData();
    const file = form.get("f") as File;
    return [form.get("a"), file.name, file.type, await file.text()];
  },
  "formData of a text": async (fetch, at) => (await fetch(`${at}/text`)).formData(),
  "headers, several of a name": async (fetch, at) => {
    const { headers } = await fetch(`${at}/cookies`);
    return [headers.getSetCookie(), headers.get("x-twice"), headers.get("none"), headers instanceof Headers];
  },
  "instanceof Response": async (fetch, at) => (await fetch(`${at}/text`)) instanceof Response,
  "a body is read once": async (fetch, at) => {
    const response = await fetch(`${at}/text`);
    await response.text();
    return response.text();
  },
  "a null body is read as often as one likes": async (fetch, at) => {
    const response = await fetch(`${at}/status/204`);
    return [await response.text(), await response.text(), response.bodyUsed, response.body];
  },
  "a stream": async (fetch, at) => {
    const response = await fetch(`${at}/large`);
    let octets = 0;
    for await (const piece of response.body as ReadableStream<Uint8Array>) octets += piece.length;
    return [octets, response.bodyUsed];
  },
  "the same stream": async (fetch, at) => {
    const response = await fetch(`${at}/text`);
    const { body: first } = response;
    return [response.body === first, response.bodyUsed, response.body?.locked];
  },
  "text after the stream was asked for": async (fetch, at) => {
    const response = await fetch(`${at}/text`);
    return [response.body !== null, await response.text(), response.bodyUsed];
  },
  "text while the stream is locked": async (fetch, at) => {
    const response = await fetch(`${at}/text`);
    response.body?.getReader();
    return response.text();
  },
  "clone: both have it all": async (fetch, at) => {
    const response = await fetch(`${at}/large`);
    const clone = response.clone();
    const before = [response.bodyUsed, clone.bodyUsed];
    const texts = await Promise.all([response.text(), clone.text()]);
    return [before, texts.map((text) => text.length), response.bodyUsed, clone.bodyUsed, clone.status, clone.url];
  },
  "clone after use": async (fetch, at) => {
    const response = await fetch(`${at}/text`);
    await response.text();
    response.clone();
  },
  "content: a string": body(() => ({ body: "ü" })),
  "content: a form": body(() => ({ body: new URLSearchParams({ a: "1 2" }) })),
  "content: a multipart form": body(() => {
    const form = new FormData();
    form.append("a", "1");
    return { body: form };
  }),
  "content: a Blob": body(() => ({ body: new Blob(["b"], { type: "a/b" }) })),
  "content: a Blob without type": body(() => ({ body: new Blob(["b"]) })),
  "content: a buffer": body(() => ({ body: new Uint8Array([97, 98]).buffer })),
  "content: a view": body(() => ({ body: new Uint8Array([97, 98, 99]).subarray(1) })),
  "content: a DataView": body(() => ({ body: new DataView(new Uint8Array([97, 98]).buffer, 1) })),
  "content: a stream": body(() => ({ body: new Blob(["stream"]).stream(), duplex: "half" })),
  "content: a stream without duplex": body(() => ({ body: new Blob(["stream"]).stream() })),
  "content: a type of one's own": body(() => ({ body: "{}", headers: { "Content-Type": "a/b" } })),
  "content: none": body(() => ({})),
  "a body with GET": body(() => ({ method: "GET", body: "a" })),
  "method: post": body(() => ({ method: "post", body: "a" })),
  "method: delete": body(() => ({ method: "delete" })),
  "method: CONNECT": body(() => ({ method: "CONNECT" })),
  "method: trace": body(() => ({ method: "trace" })),
  "method: none": body(() => ({ method: "a b" })),
  "headers: an object": body(() => ({ headers: { "X-Given": " 1 " } })),
  "headers: pairs": body(() => ({
    headers: [
      ["X-Given", "1"],
      ["x-given", "2"],
    ],
  })),
  "headers: Headers": body(() => ({ headers: new Headers({ "X-Given": "1" }) })),
  "headers: no pair": body(() => ({ headers: [["X-Given"]] as unknown as [string, string][] })),
  "headers: a line end": body(() => ({ headers: { "X-Given": "a\r\nb" } })),
  "headers: no name": body(() => ({ headers: { "X Given": "a" } })),
  "a Request": async (fetch, at) =>
    (await fetch(new Request(`${at}/echo`, { method: "PUT", body: "r", headers: { "X-Given": "1" } })))
      .json()
      .then((answer) => ({ ...(answer as object), length: "" })),
  "a Request, and init over it": async (fetch, at) =>
    (await fetch(new Request(`${at}/echo`, { method: "PUT", body: "r" }), { method: "POST", body: "init" })).json(),
  "a Request that was used": async (fetch, at) => {
    const request = new Request(`${at}/echo`, { method: "PUT", body: "r" });
    await request.text();
    return fetch(request);
  },
  "a URL": async (fetch, at) => seen(await fetch(new URL(`${at}/text#fragment`))),
  "a URL with credentials": async (fetch, at) => seen(await fetch(`${at.replace("//", "//u:p@")}/text`)),
  "no URL": async (fetch) => fetch("/relative"),
  "another scheme": async (fetch) => fetch("ftp://localhost/"),
  "nobody there": async (fetch) => fetch("http://127.0.0.1:1/"),
  "redirect: wrong": get("/redirect/302", { redirect: "x" as "follow" }),
  "redirect: error": get("/redirect/302", { redirect: "error" }),
  "redirect: manual": get("/redirect/302", { redirect: "manual" }),
  "redirect: error, without one": get("/text", { redirect: "error" }),
  "a loop": get("/loop"),
  "a redirect to a file": get("/to-file"),
  "aborted before": get("/text", { signal: AbortSignal.abort() }),
  "aborted with a reason": async (fetch, at) => {
    const reason = new RangeError("mine");
    return fetch(`${at}/text`, { signal: AbortSignal.abort(reason) }).catch((error: unknown) => error === reason);
  },
  "no signal": get("/text", { signal: {} as AbortSignal }),
  "integrity that fits": get("/json", { integrity: "sha256-qXdKQMhOqcwcJ9gZg1uJzEBtw+Y9C9gAX5wS1aBQ2gM= sha256-x" }),
  "integrity that does not": get("/text", { integrity: "sha256-AAAA" }),
  "integrity: nothing that is known": get("/text", { integrity: "md5-AAAA" }),
  "data:": async (fetch) => seen(await fetch("data:text/plain;charset=utf-8,h%C3%A9llo%20you#x")),
  "data: base64": async (fetch) => {
    const response = await fetch("data:application/octet-stream;base64,aGVs bG8=");
    return [response.headers.get("content-type"), await response.text()];
  },
  "data: without a type": async (fetch) => (await fetch("data:,a")).headers.get("content-type"),
  "data: wrong base64": async (fetch) => fetch("data:;base64,a"),
  "data: no comma": async (fetch) => fetch("data:text/plain"),
  "credentials in a Location": async (fetch, at) =>
    (await fetch(`${at}/to-credentials?${at.replace("127.0.0.1", "u:p@localhost")}`)).status,
  "headers that are null": get("/text", { headers: null as never }),
  "an init that is none": async (fetch, at) => (await fetch(`${at}/text`, "x" as never)).status,
  "an init that is null": async (fetch, at) => (await fetch(`${at}/text`, null as never)).status,
};
for (const cache of ["default", "no-store", "reload", "no-cache", "force-cache"] as const)
  for (const headers of [{}, { "Cache-Control": "max-age=1" }, { Pragma: "x" }, { "If-None-Match": '"a"' }])
    PROGRAMS[`cache: ${cache} beside ${JSON.stringify(headers)}`] = async (fetch, at) => {
      const seenBy = async (input: string | Request, init: RequestInit): Promise<unknown[]> => {
        const fields = (await (await fetch(input as string, init)).json()) as Record<string, string>;
        return [fields["cache-control"] ?? null, fields.pragma ?? null];
      };
      const init = { cache, headers };
      return [await seenBy(`${at}/fields`, init), await seenBy(new Request(`${at}/fields`, init), {})];
    };
for (const status of [301, 302, 303, 307, 308])
  for (const method of ["GET", "POST", "PUT"])
    PROGRAMS[`${status} after ${method}`] = async (fetch, at) => {
      const init = method === "GET" ? {} : { body: "content", headers: { "Content-Type": "a/b" } };
      const response = await fetch(`${at}/redirect/${status}`, { method, ...init });
      const { redirected, url } = response;
      return { redirected, url, answer: await response.json() };
    };

/** Where ours is another, on purpose: the program, what each gives, and why. */
const DIFFERENCES: Record<string, { program: Program; ours: unknown; theirs: unknown; why: string }> = {
  "who asks": {
    program: async (fetch, at) =>
      ((await (await fetch(`${at}/fields`)).json()) as Record<string, string>)["user-agent"],
    ours: { value: "stack" },
    theirs: { value: expect.stringMatching(/^(?:node|undici)$/) },
    why: "each says its own name; `createFetch({ fields })` says another",
  },
  "what only browsers say": {
    program: async (fetch, at) =>
      ((await (await fetch(`${at}/fields`)).json()) as Record<string, string>)["sec-fetch-mode"] ?? null,
    ours: { value: null },
    theirs: { value: "cors" },
    why: "fetch metadata tells a server what page asks; there is no page",
  },
  "a field that the transport decides": {
    program: async (fetch, at) => (await fetch(`${at}/text`, { headers: { "Transfer-Encoding": "chunked" } })).status,
    ours: { value: 200 },
    theirs: { name: "TypeError", isTypeError: true, hasCause: "some" },
    why: "the standard has such headers ignored",
  },
  "a zip bomb": {
    program: async (fetch, at) => (await (await fetch(`${at}/bomb`)).arrayBuffer()).byteLength,
    ours: { name: "TypeError", isTypeError: true, hasCause: "some" },
    theirs: { value: 20_000_000 },
    why: "S123: 1,000 octets for one are no text; `createFetch({ decoding: { maxRatio } })` allows them",
  },
};

describe("ours and the runtime's own fetch", () => {
  test.each(Object.entries(PROGRAMS))("%s", async (_, program) => {
    const [mine, theirs] = [
      await outcome(program, ours as unknown as AnyFetch),
      await outcome(program, globalThis.fetch),
    ];
    expect(mine).toEqual(theirs);
  });

  test.each(Object.entries(DIFFERENCES))("other than the runtime's: %s", async (_, { program, ours: mine, theirs }) => {
    expect(await outcome(program, ours as unknown as AnyFetch)).toEqual(mine);
    expect(await outcome(program, globalThis.fetch)).toEqual(theirs);
  });
});
