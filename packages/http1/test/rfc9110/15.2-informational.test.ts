import { describe, expect, test } from "vitest";
import { echoTarget, get, ok, serve } from "../served.ts";

describe("RFC 9110 §15.2 Informational 1xx, server", () => {
  test("any number may come before the final response", () => {
    const { peer } = serve((_, response) => {
      response.inform(103, { Link: "</style.css>; rel=preload" });
      response.inform(102);
      response.send("done");
    });
    peer.send(get("/"));
    peer.expectText(
      `HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${ok("done")}`,
    );
  });

  test("they leave at once, before the final response is made", async () => {
    const { peer } = serve((_, response) => response.inform(103));
    peer.send(get("/")).expectText("HTTP/1.1 103 Early Hints\r\n\r\n");
  });

  test("none is sent to HTTP/1.0", () => {
    const { peer } = serve((_, response) => {
      response.inform(103);
      response.send("done");
    });
    peer.send("GET / HTTP/1.0\r\n\r\n").expectText(ok("done", "Connection: close\r\n"));
  });

  test("none is sent after the final response, and 101 is not one of them", () => {
    const { peer, errors } = serve((request, response) => {
      if (request.target === "/late") response.send("done");
      response.inform(request.target === "/late" ? 103 : 101);
    });
    peer.send(get("/late"));
    expect(peer.takeText().startsWith(ok("done"))).toBe(true);
    expect(errors).toMatchObject([{ code: "ERR_HEAD_SENT" }]);
    const other = serve((_, response) => response.inform(101));
    other.peer.send(get("/"));
    expect(other.errors).toMatchObject([{ name: "RangeError" }]);
  });

  test("§8.6, RFC 9112 §6.1: none frames content, nor speaks of the connection's end", () => {
    const { peer } = serve((_, response) => {
      response.inform(103, {
        "content-length": "5",
        Link: "</a>",
        "Transfer-Encoding": "chunked",
        Connection: "close",
      });
      response.send("done");
    });
    peer.send(get("/")).expectText(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok("done")}`);
    peer.send(get("/")).takeText();
  });

  test("fields of one response do not reach the next", () => {
    const { peer } = serve((request, response) => {
      response.inform(103, { "X-Early": "1" });
      return echoTarget(request, response);
    });
    peer.send(get("/")).expectText(`HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n${ok("/")}`);
  });
});
