import { type Handler, HttpRequest, type HttpResponse } from "@stack/http";
import { describe, expect, test } from "vitest";
import { fieldsOf, get, serve, Waiting } from "../served.ts";
import { data, headers, pushPromise, rstStream, settings, windowUpdate } from "../wire.ts";

const ENABLE_PUSH = 2;
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;
const CANCEL = 8;

/** Pushes `/style.css`, then answers. */
const page: Handler = (request, response) => {
  response.push(request.promise("/style.css", { Accept: "text/css" }))?.send("css");
  response.send("page");
};

const PAGE = ["HEADERS 1 :status=200 content-length=4", 'DATA 1 "page" END_STREAM'];
const promise = (parent: number, promised: number, path = "/style.css", more = " accept=text/css"): string =>
  `PUSH_PROMISE ${parent} ${promised} :method=GET :scheme=http :authority=a.example :path=${path}${more}`;

/** What a request that came over the wire knows; nothing here is read. */
const unused: ConstructorParameters<typeof HttpRequest>[4] = {
  scheme: "http",
  authority: "",
  peer: { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" },
  contentLength: 0,
  contentLimit: 0,
  read: () => {
    throw new Error("nothing reads it");
  },
  onGone: () => {},
};

describe("RFC 9113 §8.4: a server pushes", () => {
  test("the promise comes before the response that refers to it, the response on its own stream", () => {
    const { client, connection } = serve(page, { push: true });
    client
      .send(get(1))
      .expectFrames(
        promise(1, 2),
        "HEADERS 1 :status=200 content-length=4",
        "HEADERS 2 :status=200 content-length=3",
        'DATA 2 "css" END_STREAM',
        'DATA 1 "page" END_STREAM',
      );
    expect(connection.streams.size).toBe(0);
  });

  test("the same handler can answer what it promised", () => {
    const app: Handler = (request, response) => {
      if (request.target === "/") {
        const style = request.promise("/style.css");
        const pushed = response.push(style);
        if (pushed !== null) void app(style, pushed);
      }
      response.text(`${request.scheme} ${request.authority} ${request.target} ${request.peer.secure}`);
    };
    const { client } = serve(app, { push: true });
    const frames = client.send(get(1)).frames();
    expect(frames).toContain('DATA 2 "http a.example /style.css false" END_STREAM');
    expect(frames).toContain('DATA 1 "http a.example / false" END_STREAM');
  });

  test("a promised request has no content, and its end comes when it is read", async () => {
    let text: string | null = null;
    const { client } = serve(
      async (request, response) => {
        text = await request.promise("/x").text();
        response.send();
      },
      { push: true },
    );
    await client.send(get(1)).peer.settled();
    expect(text).toBe("");
  });

  test("promises behind the head, while content waits: still before the end", () => {
    const waiting = new Waiting();
    const { client } = serve(waiting.handler, { push: true });
    client.send(get(1));
    waiting.response().write("one");
    client.expectFrames("HEADERS 1 :status=200", 'DATA 1 "one"');
    waiting.response().push(waiting.request().promise("/a"))?.end("a");
    waiting.response().end("two");
    client.expectFrames(
      promise(1, 2, "/a", ""),
      "HEADERS 2 :status=200 content-length=1",
      'DATA 2 "a" END_STREAM',
      'DATA 1 "two" END_STREAM',
    );
  });

  test("large promises are cut into CONTINUATION (§6.6)", () => {
    const { client } = serve(
      (request, response) => {
        response.push(request.promise("/a", { "X-Long": "é".repeat(20_000) }))?.send();
        response.send();
      },
      { push: true },
    );
    const frames = client.send(get(1)).frames();
    expect(frames[0]).toBe(promise(1, 2, "/a", ` x-long=${"é".repeat(20_000)}`));
    expect(frames).toContain("HEADERS 2 :status=200 content-length=0 END_STREAM");
  });

  test.each<[string, Parameters<typeof serve>]>([
    ["our options do not say so: the default", [page]],
    ["the client's settings forbid it (§6.5.2)", [page, { push: true }, [ENABLE_PUSH, 0]]],
    ["the client takes no streams (§5.1.2)", [page, { push: true }, [MAX_CONCURRENT_STREAMS, 0]]],
  ])("it is not done when %s", (_, [handler, options, ...pairs]) => {
    const { client } = serve(handler, options, ...pairs);
    client.send(get(1)).expectFrames(...PAGE);
  });

  test("not while the connection drains", () => {
    const { client, carrier } = serve(page, { push: true });
    carrier.drain();
    client.frames();
    client.send(get(1)).expectFrames(...PAGE);
  });

  test("not when the response is complete, and not from a promised response", () => {
    const pushes: unknown[] = [];
    const { client } = serve(
      (request, response) => {
        const pushed = response.push(request.promise("/a"));
        pushes.push(pushed?.push(request.promise("/b")));
        pushed?.send();
        response.send("page");
        pushes.push(response.push(request.promise("/c")));
      },
      { push: true },
    );
    client.send(get(1));
    expect(client.frames().filter((line) => line.startsWith("PUSH_PROMISE"))).toHaveLength(1);
    expect(pushes).toEqual([null, null]);
  });

  test("as many at once as the client takes, counted apart from its own (§5.1.2)", () => {
    const pushed: (HttpResponse | null)[] = [];
    const { client, connection } = serve(
      (request, response) => {
        for (const target of ["/a", "/b", "/c"]) pushed.push(response.push(request.promise(target)));
        response.send("page");
      },
      { push: true, maxConcurrentStreams: 4 },
      [MAX_CONCURRENT_STREAMS, 2],
    );
    client.send(get(1)).expectFrames(promise(1, 2, "/a", ""), promise(1, 4, "/b", ""), ...PAGE);
    expect([pushed.map((response) => response !== null), connection.streams.size]).toEqual([[true, true, false], 2]);
    for (const response of pushed) response?.send();
    client.frames();
    expect(connection.streams.size).toBe(0);
    client.send(get(3)).frames();
    expect(pushed.slice(3).map((response) => response !== null)).toEqual([true, true, false]);
  });

  test("promised streams do not count against the client's own", () => {
    const waiting: HttpResponse[] = [];
    const { client } = serve(
      (request, response) => {
        const pushed = response.push(request.promise("/a"));
        if (pushed !== null) waiting.push(pushed);
        response.send("page");
      },
      { push: true, maxConcurrentStreams: 1 },
    );
    client.send(get(1)).frames();
    client.send(get(3));
    expect(client.frames()).toContain("HEADERS 3 :status=200 content-length=4");
  });

  test("push that was turned off in between is not said, and its response goes nowhere", () => {
    const waiting = new Waiting();
    const { client, connection } = serve(waiting.handler, { push: true });
    client.send(get(1), get(3, "/other"));
    client.send(settings([ENABLE_PUSH, 0])).expectFrames("SETTINGS ACK");
    expect(waiting.response().push(waiting.request().promise("/a"))).toBe(null);
    waiting.answer("/", "page");
    client.expectFrames(...PAGE);
    expect(connection.streams.size).toBe(1);
  });

  test("a stream that is reset before its promises were said takes them along", () => {
    const { client, connection } = serve(
      (request, response) => {
        response.push(request.promise("/a"))?.send("a");
        response.reset(CANCEL);
      },
      { push: true },
    );
    client.send(get(1)).expectFrames("RST_STREAM 1 CANCEL");
    expect(connection.streams.size).toBe(0);
    client.send(get(3)).frames();
    expect(connection.streams.size).toBe(0);
  });

  test("S54: a client that has it already cancels it, as often as it likes", () => {
    const { client, carrier, connection } = serve(
      (request, response) => {
        response.push(request.promise("/a"))?.write("a");
        response.send("page");
      },
      { push: true },
    );
    for (let i = 0; i < 1_000; i++) {
      client.send(get(2 * i + 1)).frames();
      client.send(rstStream(2 * i + 2, CANCEL)).expectFrames();
    }
    expect([carrier.ended, connection.streams.size]).toEqual([false, 0]);
  });

  test("the client's windows hold for it", () => {
    const { client } = serve(page, { push: true }, [INITIAL_WINDOW_SIZE, 1]);
    client
      .send(get(1))
      .expectFrames(
        promise(1, 2),
        "HEADERS 1 :status=200 content-length=4",
        "HEADERS 2 :status=200 content-length=3",
        'DATA 2 "c"',
        'DATA 1 "p"',
      );
    client.send(windowUpdate(2, 2)).expectFrames('DATA 2 "ss" END_STREAM');
  });

  test.each([
    ["POST", "http"],
    ["OPTIONS", "http"],
    ["CONNECT", "http"],
  ])("a method that is not safe, or not cacheable, is a mistake: %s", async (method) => {
    const { client, errors } = serve(
      (request, response) => {
        const promised = request.promise("/a");
        response.push(new HttpRequest(method, "/a", "2", promised.fields, { ...unused, authority: "a.example" }));
      },
      { push: true },
    );
    await client.send(get(1)).peer.settled();
    expect(errors).toMatchObject([{ name: "TypeError" }]);
  });

  test("so is another authority, and a target that is another message (S45)", async () => {
    const { client, errors } = serve(
      (request, response) => {
        response.push(
          request.target === "/" ? request.promise("/a", { Host: "b.example" }) : request.promise("/a b\r\nX: y"),
        );
      },
      { push: true },
    );
    await client.send(get(1), get(3, "/target")).peer.settled();
    expect(errors).toMatchObject([{ name: "TypeError" }, { name: "TypeError" }]);
  });

  test.each([
    ["HEADERS", headers(2, fieldsOf("GET", "/"), { end: true })],
    ["DATA", data(2, "x")],
    ["PUSH_PROMISE", pushPromise(1, 2, fieldsOf("GET", "/"))],
  ])("a client has nothing to say on a promised stream: %s (§5.1)", (_, wire) => {
    const { client } = serve(
      (request, response) => {
        response.push(request.promise("/a"));
        response.write("page");
      },
      { push: true },
    );
    client.send(get(1)).frames();
    expect(client.send(wire).frames().at(-1)).toBe("GOAWAY 1 PROTOCOL_ERROR");
  });

  test("a promised stream that was never promised is idle (§5.1)", () => {
    const { client } = serve(page, { push: true });
    client.send(get(1)).frames();
    expect(client.send(rstStream(4, CANCEL)).frames().at(-1)).toBe("GOAWAY 1 PROTOCOL_ERROR");
  });
});
