import { describe, expect, test } from "vitest";
import { echoTarget, fieldsOf, get, serve } from "../served.ts";
import { headers, windowUpdate } from "../wire.ts";

describe("RFC 9113 §8.1: responses", () => {
  test("a small one, HEADERS and DATA with END_STREAM, leaves in one write", () => {
    const { client, carrier } = serve((_, response) => response.text("hello"));
    const before = carrier.writes;
    client.send(get(1));
    client.expectFrames(
      "HEADERS 1 :status=200 content-type=text/plain; charset=utf-8 content-length=5",
      'DATA 1 "hello" END_STREAM',
    );
    expect(carrier.writes - before).toBe(1);
  });

  test("so do the responses to many requests that came together", () => {
    const { client, carrier } = serve(echoTarget);
    const before = carrier.writes;
    client.send(...[1, 3, 5, 7, 9, 11].map((id) => get(id)));
    expect(client.frames()).toHaveLength(12);
    expect(carrier.writes - before).toBe(1);
  });

  test("and one that a handler gives later", async () => {
    const { client, carrier } = serve(async (_, response) => {
      await Promise.resolve();
      response.send("later");
    });
    const before = carrier.writes;
    await client.send(get(1)).expectLater("HEADERS 1 :status=200 content-length=5", 'DATA 1 "later" END_STREAM');
    expect(carrier.writes - before).toBe(1);
  });

  test("Date is set, unless the handler has", () => {
    const { client } = serve((request, response) => {
      if (request.target === "/own") response.fields.set("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
      response.send();
    });
    client.send(get(1), get(3, "/own"));
    client.frames();
    expect(client.reader.dates).toEqual(["Sun, 06 Nov 1994 08:49:37 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]);
  });

  test("field names in lower case; what describes an HTTP/1.1 connection is left out (§8.2.2)", () => {
    const { client } = serve((_, response) => {
      response.fields.appendAll([
        ["X-Upper", "A"],
        ["Connection", "close, x-hop"],
        ["Keep-Alive", "timeout=5"],
        ["Proxy-Connection", "close"],
        ["Transfer-Encoding", "chunked"],
        ["Upgrade", "websocket"],
        ["Set-Cookie", "a=1"],
        ["set-cookie", "b=2"],
      ]);
      response.send("x");
    });
    client.send(get(1));
    client.expectFrames(
      "HEADERS 1 :status=200 x-upper=A set-cookie=a=1 set-cookie=b=2 content-length=1",
      'DATA 1 "x" END_STREAM',
    );
  });

  test("content of unknown length, as it is written", async () => {
    const { client } = serve(async (_, response) => {
      for (const piece of ["one", "two", "three"]) {
        response.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    await client.send(get(1)).peer.settled();
    await new Promise((resolve) => setImmediate(resolve));
    while (!client.frames().some((line) => line.endsWith("END_STREAM"))) await client.peer.settled();
    expect(client.octets(1)).toBe(11);
  });

  test("pieces that wait together go in one frame", () => {
    const { client } = serve((_, response) => {
      for (const piece of ["one", "two", "three"]) response.write(piece);
      response.end("!");
    });
    client.send(get(1)).expectFrames("HEADERS 1 :status=200", 'DATA 1 "onetwothree!" END_STREAM');
  });

  test("text above ASCII is UTF-8", () => {
    const { client } = serve((_, response) => response.send("größe"));
    client.send(get(1)).expectFrames("HEADERS 1 :status=200 content-length=7", 'DATA 1 "grÃ¶Ã\u009fe" END_STREAM');
  });

  test.each([
    ["HEAD: the length that GET would have had", "HEAD", 200, "hello", "content-length=5 "],
    ["204: no length", "GET", 204, "", ""],
    ["204: no length even if the handler gives one", "GET", 204, "hello", ""],
    ["205: no octets, whatever the handler sends (RFC 9110 §15.3.6)", "GET", 205, "hello", "content-length=0 "],
    ["304: none", "GET", 304, "", ""],
    ["an empty 200", "GET", 200, "", "content-length=0 "],
  ])("without content the head is the end: %s", (_, method, status, content, length) => {
    const { client, connection } = serve((_, response) => {
      response.status = status;
      response.send(content);
    });
    client.send(headers(1, fieldsOf(method, "/"), { end: true }));
    client.expectFrames(`HEADERS 1 :status=${status} ${length}END_STREAM`);
    expect(connection.streams.size).toBe(0);
  });

  test.each([
    ["HEAD", 200],
    ["GET", 204],
    ["GET", 205],
    ["GET", 304],
  ])("a handler that writes content to %s %d: it stays here", async (method, status) => {
    const { client } = serve(async (_, response) => {
      response.status = status;
      response.write("content");
      await Promise.resolve();
      response.write("more");
      response.end();
    });
    client.send(headers(1, fieldsOf(method, "/"), { end: true }));
    const length = status === 205 ? " content-length=0" : "";
    await client.expectLater(`HEADERS 1 :status=${status}${length}`, 'DATA 1 "" END_STREAM');
  });

  test.each([
    [204, "HEADERS 1 :status=204 link=</a> END_STREAM"],
    [205, "HEADERS 1 :status=205 link=</a> content-length=0 END_STREAM"],
  ])("a length that the handler gives to %d is not sent (RFC 9110 §8.6)", (status, line) => {
    const { client } = serve((_, response) => {
      response.status = status;
      response.fields.appendAll({ "Content-Length": "7", Link: "</a>" });
      response.send("content");
    });
    client.send(get(1)).expectFrames(line);
  });

  test("nor one that it gives to an informational response", () => {
    const { client } = serve((_, response) => {
      response.inform(103, { "Content-Length": "7", Link: "</a>" });
      response.send();
    });
    client
      .send(get(1))
      .expectFrames("HEADERS 1 :status=103 link=</a>", "HEADERS 1 :status=200 content-length=0 END_STREAM");
  });

  test("informational responses before the final one (RFC 9110 §15.2)", async () => {
    const { client } = serve(async (_, response) => {
      response.inform(103, [["Link", "</style.css>; rel=preload"]]);
      response.inform(102);
      await Promise.resolve();
      response.send("ok");
    });
    await client
      .send(get(1))
      .expectLater(
        "HEADERS 1 :status=103 link=</style.css>; rel=preload",
        "HEADERS 1 :status=102",
        "HEADERS 1 :status=200 content-length=2",
        'DATA 1 "ok" END_STREAM',
      );
  });

  test("trailers end the response, behind content or without", () => {
    const { client } = serve((request, response) => {
      response.trailers.set("Grpc-Status", "0");
      if (request.target === "/content") response.write("content");
      response.end();
    });
    client.send(get(1, "/content"));
    client.expectFrames("HEADERS 1 :status=200", 'DATA 1 "content"', "HEADERS 1 grpc-status=0 END_STREAM");
    client.send(get(3)).expectFrames("HEADERS 3 :status=200", "HEADERS 3 grpc-status=0 END_STREAM");
  });

  test("trailers wait for the content before them", () => {
    const { client } = serve(
      (_, response) => {
        response.trailers.set("X-Sum", "1");
        response.end("content");
      },
      {},
      [4, 3],
    );
    client.send(get(1)).expectFrames("HEADERS 1 :status=200", 'DATA 1 "con"');
    client.send(windowUpdate(1, 4)).expectFrames('DATA 1 "tent"', "HEADERS 1 x-sum=1 END_STREAM");
  });

  test.each([
    ["more", "3", "four"],
    ["less", "5", "four"],
  ])("S80: a whole response with %s than its own Content-Length is 500, and reported", async (_, length, content) => {
    const { client, errors } = serve((_, response) => {
      response.fields.set("Content-Length", length);
      response.send(content);
    });
    await client.send(get(1)).peer.settled();
    expect(client.frames()[0]).toContain(":status=500");
    expect(errors).toMatchObject([{ code: "ERR_CONTENT_LENGTH" }]);
  });

  test.each([
    ["more", "3", ["fo", "ur"]],
    ["less", "5", ["fo", "ur"]],
  ])("S80: a streamed one with %s is reset, never ended", async (_, length, pieces) => {
    const { client, errors } = serve((_, response) => {
      response.fields.set("Content-Length", length);
      for (const piece of pieces) response.write(piece);
      response.end();
    });
    await client.send(get(1)).peer.settled();
    expect(client.frames().at(-1)).toBe("RST_STREAM 1 INTERNAL_ERROR");
    expect(errors).toMatchObject([{ code: "ERR_CONTENT_LENGTH" }]);
  });

  test("a field that must not be sent is 500, not a broken connection (S42)", async () => {
    const { client, errors } = serve((_, response) => {
      response.fields.set("X-Edge", " leading");
      response.send();
    });
    await client.send(get(1)).peer.settled();
    expect(client.frames()[0]).toContain(":status=500");
    expect(errors).toMatchObject([{ code: "ERR_INVALID_FIELD" }]);
  });
});
