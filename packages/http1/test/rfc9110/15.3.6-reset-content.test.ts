import type { HttpResponse } from "@stack/http";
import { describe, expect, test } from "vitest";
import { DATE, get, serve } from "../served.ts";

describe("RFC 9110 §15.3.6 205 Reset Content, server", () => {
  test.each<[string, (response: HttpResponse) => void | Promise<void>]>([
    ["one value", (response) => response.send("content")],
    ["octets", (response) => response.send(new Uint8Array(100))],
    [
      "pieces",
      (response) => {
        response.write("content");
        response.end("more");
      },
    ],
    ["a stream", (response) => response.stream(["content", "more"])],
    ["nothing", (response) => response.end()],
    [
      "a length",
      (response) => {
        response.fields.set("Content-Length", "7");
        response.send("content");
      },
    ],
  ])("has no content, of which it says the length, whatever the handler sends: %s", async (_, answer) => {
    const { peer, errors } = serve((_request, response) => {
      response.status = 205;
      return answer(response);
    });
    for (let i = 0; i < 4; i++) {
      peer.send(get("/"));
      await peer.settled();
      peer.expectText(`HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n${DATE}\r\n`);
    }
    peer.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    await peer.settled();
    peer.expectText(`HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\nConnection: keep-alive\r\n${DATE}\r\n`);
    expect(errors).toEqual([]);
  });
});
