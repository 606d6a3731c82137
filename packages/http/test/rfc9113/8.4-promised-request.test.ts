import { describe, expect, test } from "vitest";
import { Fields, HttpRequest, HttpResponse, type Incoming, type ResponseSink } from "../../src/index.ts";

const incoming: Incoming = {
  scheme: "https",
  authority: "a.example",
  peer: { address: "192.0.2.1", port: 1, localAddress: "", localPort: 0, secure: true, alpn: "h2" },
  contentLength: 10,
  contentLimit: 10,
  read: () => {
    throw new Error("the promised request has content of its own: none");
  },
  onGone: () => {
    throw new Error("nobody asks for the parent");
  },
};
const request = new HttpRequest("POST", "/", "2", new Fields({ Cookie: "a=1" }), incoming);

function sink(push: ResponseSink["push"]): ResponseSink {
  const nothing = (): void => {};
  return {
    sendInformational: nothing,
    sendWhole: nothing,
    sendHead: nothing,
    sendContent: () => true,
    sendTrailers: nothing,
    accept: () => {
      throw new Error("no tunnel");
    },
    push,
    reset: nothing,
    attach: nothing,
  };
}

describe("RFC 9113 §8.4.1: the request that is promised", () => {
  test("GET, of the same client and authority, with its own fields", () => {
    const promised = request.promise("/style.css", { Accept: "text/css" });
    expect(promised).toMatchObject({ method: "GET", target: "/style.css", path: "/style.css", version: "2" });
    expect([promised.scheme, promised.authority, promised.peer.address]).toEqual(["https", "a.example", "192.0.2.1"]);
    expect(promised.fields.lines()).toEqual(["Accept", "text/css"]);
  });

  test("without content, however it is read", async () => {
    expect(request.promise("/").content.length).toBe(0);
    expect(await request.promise("/").text()).toBe("");
    const pieces: Uint8Array[] = [];
    for await (const piece of request.promise("/")) pieces.push(piece);
    expect(pieces).toEqual([]);
    expect(request.promise("/").signal.aborted).toBe(false);
  });
});

describe("HttpResponse.push", () => {
  test("asks the engine; null where there is no push", () => {
    const asked: HttpRequest[] = [];
    const to = sink(() => null);
    const promised = request.promise("/a");
    expect(new HttpResponse(to).push(promised)).toBe(null);
    const response = new HttpResponse(
      sink((pushed) => {
        asked.push(pushed);
        return to;
      }),
    );
    expect(response.push(promised)).toBeInstanceOf(HttpResponse);
    expect(asked).toEqual([promised]);
  });

  test("nothing is pushed behind the end", () => {
    const response = new HttpResponse(
      sink(() => {
        throw new Error("not asked");
      }),
    );
    response.send("all of it");
    expect(response.push(request.promise("/a"))).toBe(null);
  });
});
