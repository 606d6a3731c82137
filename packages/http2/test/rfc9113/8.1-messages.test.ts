import { describe, expect, test } from "vitest";
import { connect, echoed, echoTarget, fieldsOf, get, post, serve, Waiting } from "../served.ts";
import {
  block,
  continuation,
  data,
  frame,
  goaway,
  headers,
  headersOf,
  PREFACE,
  ping,
  priority,
  priorityUpdate,
  pushPromise,
  rstStream,
  SETTINGS_ACK,
  settings,
  windowUpdate,
} from "../wire.ts";

const octets = (count: number): string => "x".repeat(count);

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

describe("RFC 9113 §8.1: requests", () => {
  const count = async (request: { bytes(): Promise<Uint8Array> }): Promise<string> =>
    `${(await request.bytes()).length}`;

  test("HEADERS, DATA, trailers", async () => {
    const { client } = serve(async (request, response) => {
      const text = await request.text();
      response.send(`${text} ${request.trailers.get("X-Sum")}`);
    });
    client.send(post(1), data(1, "con"), data(1, "tent"), headers(1, [["x-sum", "7"]], { end: true }));
    await client.expectLater("HEADERS 1 :status=200 content-length=9", 'DATA 1 "content 7" END_STREAM');
  });

  test("a field block in pieces, empty ones among them (§6.10)", () => {
    const { client } = serve((request, response) => response.send(`${request.target} ${request.fields.get("a")}`));
    const fragment = block(fieldsOf("GET", "/cut", [["a", "b"]]));
    for (const at of [0, 1, 10, fragment.length]) {
      const id = 1 + 2 * at;
      client.send(
        headersOf(id, fragment.slice(0, at), { end: true, open: true }),
        continuation(id, "", { open: true }),
        continuation(id, fragment.slice(at)),
      );
      client.expectFrames(`HEADERS ${id} :status=200 content-length=6`, `DATA ${id} "/cut b" END_STREAM`);
    }
  });

  test.each([
    ["DATA", data(1, "x")],
    ["HEADERS", get(3)],
    ["CONTINUATION of another stream", continuation(3, "")],
    ["RST_STREAM", rstStream(1, 0)],
    ["WINDOW_UPDATE of the connection", windowUpdate(0, 1)],
    ["WINDOW_UPDATE by 0", windowUpdate(1, 0)],
    ["SETTINGS", settings([3, 1])],
    ["SETTINGS without a setting", settings()],
    ["an acknowledgement of SETTINGS", SETTINGS_ACK],
    ["PING", ping("12345678")],
    ["its acknowledgement", ping("12345678", true)],
    ["GOAWAY", goaway(0, 0)],
    ["PRIORITY", priority(1)],
    ["PRIORITY of the wrong size", frame(2, 0, 1, "1234")],
    ["PRIORITY_UPDATE", priorityUpdate(1, "u=0")],
    ["PUSH_PROMISE", pushPromise(1, 2, fieldsOf("GET", "/"))],
    ["ALTSVC", frame(10, 0, 1, "\0\0x")],
    ["ORIGIN", frame(12, 0, 0)],
    ["a frame of unknown type", frame(0xff, 0, 1, "x")],
  ])("nothing comes between its pieces: %s (§4.3)", (_, wire) => {
    const { client, requests } = serve(echoTarget);
    client
      .send(headersOf(1, block(fieldsOf("GET", "/")), { open: true }), wire)
      .expectFrames("GOAWAY 0 PROTOCOL_ERROR");
    expect(requests).toEqual([]);
  });

  test.each([
    ["a section in the middle that does not end the message", headers(1, [["x", "y"]]), "RST_STREAM 1 PROTOCOL_ERROR"],
    [
      "pseudo-header fields in trailers (S81)",
      headers(1, [[":path", "/x"]], { end: true }),
      "RST_STREAM 1 PROTOCOL_ERROR",
    ],
    [
      "fields that frame or route (S39)",
      headers(1, [["content-length", "1"]], { end: true }),
      "RST_STREAM 1 PROTOCOL_ERROR",
    ],
    ["names in upper case", headers(1, [["X-Y", "z"]], { end: true }), "RST_STREAM 1 PROTOCOL_ERROR"],
    [
      "what describes an HTTP/1.1 connection (§8.2.2)",
      headers(1, [["connection", "close"]], { end: true }),
      "RST_STREAM 1 PROTOCOL_ERROR",
    ],
    [
      "more of them than we said, which would be cut (§10.5.1)",
      headers(
        1,
        Array.from({ length: 1_000 }, (_, i) => [`x-${i}`, "y"] as const),
        { end: true },
      ),
      "RST_STREAM 1 PROTOCOL_ERROR",
    ],
  ])("trailers are malformed: %s", (_, wire, answer) => {
    const { client } = serve(() => {});
    client.send(post(1), data(1, "content"), wire).expectFrames(answer);
  });

  test.each([
    ["DATA is more", [post(1, "/", [["content-length", "3"]]), data(1, "four")]],
    ["DATA is less", [post(1, "/", [["content-length", "5"]]), data(1, "four", { end: true })]],
    ["none at all", [headers(1, fieldsOf("POST", "/", [["content-length", "5"]]), { end: true })]],
    ["trailers come too early", [post(1, "/", [["content-length", "5"]]), headers(1, [["x", "y"]], { end: true })]],
    [
      "two lengths",
      [
        post(1, "/", [
          ["content-length", "4"],
          ["content-length", "4"],
        ]),
      ],
    ],
    ["a list", [post(1, "/", [["content-length", "4, 4"]])]],
    ["a sign", [post(1, "/", [["content-length", "+4"]])]],
    ["a number that no one can count", [post(1, "/", [["content-length", "9".repeat(20)]])]],
  ])("S80: Content-Length and content differ: %s", (_, wire) => {
    const seen: unknown[] = [];
    const { client } = serve((request) => {
      request.content
        .forward({
          onContent: () => {},
          onEnd: () => seen.push("end"),
          onError: () => seen.push("error"),
        })
        .grant(1_000);
    });
    client.send(...wire).expectFrames("RST_STREAM 1 PROTOCOL_ERROR");
    expect(seen).not.toContain("end"); // before the end could be forwarded
  });

  test("S80: a length that is right", async () => {
    const { client } = serve(async (request, response) => response.send(await count(request)));
    client.send(post(1, "/", [["content-length", "4"]]), data(1, "fo"), data(1, "ur", { end: true }));
    await client.expectLater("HEADERS 1 :status=200 content-length=1", 'DATA 1 "4" END_STREAM');
    client.send(post(3, "/", [["content-length", "0"]]), data(3, "", { end: true }));
    await client.expectLater("HEADERS 3 :status=200 content-length=1", 'DATA 3 "0" END_STREAM');
  });

  test("S94: over maxContentOctets is 413, announced or not", async () => {
    const { client, requests } = serve(async (request, response) => response.send(await count(request)), {
      maxContentOctets: 10,
    });
    client.send(post(1, "/", [["content-length", "11"]]));
    expect(client.frames()[0]).toContain(":status=413");
    expect(requests).toEqual([]);
    client.send(post(3), data(3, octets(11)));
    await client.peer.settled();
    expect(client.frames()[0]).toContain(":status=413");
    client.send(post(5), data(5, octets(10), { end: true }));
    await client.peer.settled();
    expect(client.frames().at(-1)).toBe('DATA 5 "10" END_STREAM');
  });

  test("Expect: 100-continue: 100 when the handler reads, none when it has answered", async () => {
    const { client } = serve(async (request, response) => {
      if (request.target === "/read") response.send(await count(request));
      else response.send("no");
    });
    client.send(post(1, "/read", [["expect", "100-continue"]])).expectFrames("HEADERS 1 :status=100");
    client.send(data(1, "four", { end: true }));
    await client.expectLater("HEADERS 1 :status=200 content-length=1", 'DATA 1 "4" END_STREAM');
    client.send(post(3, "/", [["expect", "100-continue"]]));
    await client.expectLater("HEADERS 3 :status=200 content-length=2", 'DATA 3 "no" END_STREAM');
  });

  test("another expectation is the handler's business: the hook is not asked (RFC 9110 §10.1.1)", async () => {
    const { client } = serve(async (request, response) => response.send(await count(request)), {
      onExpectContinue: () => 417,
    });
    client.send(post(1, "/", [["expect", "something"]]), data(1, "four", { end: true }));
    await client.expectLater("HEADERS 1 :status=200 content-length=1", 'DATA 1 "4" END_STREAM');
  });

  test("Expect: 100-continue: a hook refuses before the handler is called", () => {
    const { client, requests } = serve(() => {}, { onExpectContinue: () => 417 });
    client.send(post(1, "/", [["expect", "100-continue"]]));
    expect([client.frames()[0], requests]).toEqual([expect.stringContaining(":status=417"), []]);
  });
});

describe("RFC 9113 §8.1: a response that is complete before its request", () => {
  test("the rest is read away, and the stream ends with the request", () => {
    const { client, connection } = serve(echoTarget);
    client.send(post(1)).expectFrames(...echoed(1));
    for (let i = 0; i < 4; i++) client.send(data(1, octets(16_384)));
    const opened = ["WINDOW_UPDATE 1 32768", "WINDOW_UPDATE 0 32768"];
    client.expectFrames(...opened, ...opened);
    client.send(data(1, "", { end: true })).expectFrames();
    expect(connection.streams.size).toBe(0);
  });

  test("S26: over 64 KiB of it the stream is reset with NO_ERROR, and what still comes is ignored", () => {
    const { client, connection, refused } = serve(echoTarget);
    client.send(post(1)).frames();
    for (let i = 0; i < 4; i++) client.send(data(1, octets(16_384)));
    client.frames();
    client.send(data(1, "x")).expectFrames("RST_STREAM 1 NO_ERROR");
    expect(connection.streams.size).toBe(0);
    client.send(data(1, octets(10_000)), data(1, "x", { end: true })).expectFrames();
    expect(refused).toEqual([]);
  });

  test("a client with a large window in flight is not punished for what it had sent", () => {
    const { client, carrier } = connect(echoTarget, { initialWindowOctets: 4_194_304 });
    client.send(PREFACE, settings(), SETTINGS_ACK, post(1)).frames();
    for (let i = 0; i < 2_500; i++) client.send(data(1, octets(1_024))); // more than any budget of frames
    const portion = "WINDOW_UPDATE 0 524288"; // credited back, an eighth of the window at a time
    client.expectFrames("RST_STREAM 1 NO_ERROR", portion, portion, portion, portion);
    expect(carrier.ended).toBe(false);
  });

  test("S55: one that goes on beyond the window that it had is", () => {
    const { client } = serve(echoTarget);
    client.send(post(1)).frames();
    for (let i = 0; i < 2_500; i++) client.send(data(1, octets(1_024)));
    expect(client.frames().at(-1)).toBe("GOAWAY 1 ENHANCE_YOUR_CALM");
  });

  test("a handler that goes on reading gets all of it", async () => {
    let read = "";
    const { client } = serve(async (request, response) => {
      response.send("accepted");
      read = await request.text();
    });
    client.send(post(1), data(1, "one, ")).frames();
    client.send(data(1, "two"), data(1, ", three", { end: true }));
    await client.peer.settled();
    expect(read).toBe("one, two, three");
  });

  test("one that begins to read too late is told so", async () => {
    const waiting = new Waiting();
    const { client } = serve(waiting.handler);
    client.send(post(1), data(1, "one"));
    waiting.answer();
    client.frames();
    await expect(waiting.request().text()).rejects.toMatchObject({ code: "ERR_CONTENT_TAKEN" });
  });

  test("the request's signal does not abort: the response was complete", () => {
    const waiting = new Waiting();
    const { client } = serve(waiting.handler);
    client.send(post(1));
    const { signal } = waiting.request();
    waiting.answer();
    client.frames();
    client.send(rstStream(1, 8)).expectFrames();
    expect(signal.aborted).toBe(false);
  });
});
