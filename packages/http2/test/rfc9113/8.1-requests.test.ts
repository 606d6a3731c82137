import { describe, expect, test } from "vitest";
import { echoTarget, fieldsOf, get, post, serve } from "../served.ts";
import {
  block,
  continuation,
  data,
  frame,
  goaway,
  headers,
  headersOf,
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
