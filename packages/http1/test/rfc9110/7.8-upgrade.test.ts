import type { Carrier, Handler, HttpResponse } from "@stack/http";
import { describe, expect, test } from "vitest";
import { DATE, echoTarget, get, ok, serve } from "../served.ts";
import { Shout } from "../shout.ts";

const OFFER = "Connection: Upgrade\r\nUpgrade: shout\r\n";
const ACCEPTED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n";

function shout(response: HttpResponse): Shout {
  const engine = new Shout();
  const carrier: Carrier = response.accept({ Upgrade: "shout" });
  carrier.handOver(engine, new Uint8Array(0));
  return engine;
}

describe("RFC 9110 §7.8 Upgrade, server", () => {
  test.each([
    ["at once", (_, response) => void shout(response)],
    [
      "later",
      async (_, response) => {
        await Promise.resolve();
        shout(response);
      },
    ],
    [
      "and the stream is handed over later still",
      async (_, response) => {
        const carrier = response.accept({ Upgrade: "shout" });
        await Promise.resolve();
        carrier.handOver(new Shout(), new Uint8Array(0));
      },
    ],
  ] satisfies [string, Handler][])("the octets after 101 are the other protocol's; accepted %s", async (_, handler) => {
    const { peer } = serve(handler);
    peer.send(get("/", OFFER));
    await peer.settled();
    peer.expectText(ACCEPTED);
    peer.send("hello").expectText("HELLO");
  });

  test.each([
    ["at once", (_, response) => void shout(response)],
    [
      "later",
      async (_, response) => {
        await Promise.resolve();
        shout(response);
      },
    ],
  ] satisfies [string, Handler][])(
    "S28: what was sent before 101 waits for it and is not lost; accepted %s",
    async (_, handler) => {
      for (const cut of [Number.MAX_SAFE_INTEGER, 1, 3]) {
        const { peer, requests } = serve(handler, { cut });
        peer.send(`${get("/", OFFER)}early${get("/2")}`);
        await peer.settled();
        peer.expectText(`${ACCEPTED}EARLY${get("/2").toUpperCase()}`);
        expect(requests).toEqual(["GET /"]);
      }
    },
  );

  test("S28: what comes between 101 and the handing over is not lost either", async () => {
    const carriers: Carrier[] = [];
    const { peer } = serve((_, response) => void carriers.push(response.accept({ Upgrade: "shout" })));
    peer
      .send(`${get("/", OFFER)}one `)
      .expectText(ACCEPTED)
      .send("two ")
      .send("three");
    carriers[0]?.handOver(new Shout(), new Uint8Array(0));
    peer.expectText("ONE TWO THREE");
  });

  test("S28: an upgrade that is not accepted leaves a plain request, and what follows is HTTP", () => {
    const { peer } = serve(echoTarget);
    peer.send(get("/1", OFFER) + get("/2")).expectText(ok("/1") + ok("/2"));
  });

  test("S28: octets that wait for 101 are bounded", () => {
    const { peer, carrier } = serve(() => {}, { maxHeldOctets: 1_000 });
    peer.send(get("/", OFFER));
    for (let i = 0; i < 100; i++) peer.send("x".repeat(100));
    expect(carrier.paused).toBe(true);
    expect(carrier.unread).toBeGreaterThanOrEqual(8_900);
  });

  test.each([
    ["no Connection option", "Upgrade: shout\r\n"],
    ["no Upgrade field", "Connection: Upgrade\r\n"],
    ["nothing", ""],
  ])("an upgrade that was not offered cannot be accepted: %s", (_, lines) => {
    const { peer, errors } = serve((_request, response) => void shout(response));
    peer.send(get("/", lines));
    expect(errors).toMatchObject([{ code: "ERR_HTTP1_NO_UPGRADE" }]);
    expect(peer.received).not.toContain("101");
  });

  test("an upgrade is not offered by HTTP/1.0", () => {
    const { errors, peer } = serve((_request, response) => void shout(response));
    peer.send(`GET / HTTP/1.0\r\n${OFFER}\r\n`);
    expect(errors).toMatchObject([{ code: "ERR_HTTP1_NO_UPGRADE" }]);
  });

  test.each([
    ["another protocol", { Upgrade: "whisper" }],
    ["another version of it", { Upgrade: "shout/2" }],
    ["another beside it", { Upgrade: "shout, whisper" }],
  ])("101 names what was offered and nothing else: %s cannot be accepted", (_, fields) => {
    const { peer, errors } = serve((_request, response) => void response.accept(fields));
    peer.send(get("/", OFFER));
    expect(errors).toMatchObject([{ code: "ERR_HTTP1_NO_UPGRADE" }]);
    expect(peer.received).toMatch(/^HTTP\/1\.1 500 /);
  });

  test("101 to who offered one protocol alone names it, whether the handler does or not", () => {
    const { peer } = serve((_, response) => void response.accept().handOver(new Shout(), new Uint8Array(0)));
    peer.send(get("/", OFFER)).expectText(ACCEPTED);
    peer.send("hello").expectText("HELLO");
  });

  test("of several that were offered a handler that names none means none", () => {
    const { peer, errors } = serve((_, response) => void response.accept());
    peer.send(get("/", "Connection: Upgrade\r\nUpgrade: shout, whisper\r\n"));
    expect(errors).toMatchObject([{ code: "ERR_HTTP1_NO_UPGRADE" }]);
    expect(peer.received).toMatch(/^HTTP\/1\.1 500 /);
  });

  test("one of several that were offered, in any case and on any line", () => {
    const { peer } = serve((_, response) => void shout(response));
    peer.send(get("/", "Connection: Upgrade\r\nUpgrade: whisper/2 , SHOUT\r\nUpgrade: other\r\n")).expectText(ACCEPTED);
    peer.send("hello").expectText("HELLO");
  });

  test.each([
    ["of known length", "Content-Length: 5\r\n", "hello"],
    ["in chunks", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"],
  ])("S28, S29: content %s is the request's, never the other protocol's", async (_, line, content) => {
    const wire = `POST / HTTP/1.1\r\nHost: a\r\n${OFFER}${line}\r\n${content}early`;
    const unread = serve((_request, response) => void shout(response));
    unread.peer.send(wire);
    expect(unread.errors).toMatchObject([{ code: "ERR_HTTP1_NO_UPGRADE" }]);
    expect(unread.peer.received).toMatch(/^HTTP\/1\.1 500 /);
    expect(unread.peer.received).not.toContain("EARLY");
    const read = serve(async (request, response) => {
      expect(await request.text()).toBe("hello");
      shout(response);
    });
    read.peer.send(wire);
    await read.peer.settled();
    read.peer.expectText(`${ACCEPTED}EARLY`);
  });

  test("100 comes before 101 for who waits for it (§7.8)", async () => {
    const { peer } = serve(async (request, response) => {
      await request.text();
      shout(response);
    });
    peer.send(`POST / HTTP/1.1\r\nHost: a\r\n${OFFER}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`);
    peer.expectText("HTTP/1.1 100 Continue\r\n\r\n").send("helloearly");
    await peer.settled();
    peer.expectText(`${ACCEPTED}EARLY`);
  });

  test("§8.6, RFC 9112 §6.1: 101 frames no content, whatever the handler says", () => {
    const { peer } = serve((_, response) => {
      const fields = {
        Upgrade: "shout",
        "Content-Length": "5",
        "Transfer-Encoding": "chunked",
        Connection: "close, X-Hop",
      };
      response.accept({ ...fields, "X-Hop": "1" }).handOver(new Shout(), new Uint8Array(0));
    });
    peer.send(get("/", OFFER));
    peer.expectText(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: X-Hop, Upgrade\r\nUpgrade: shout\r\nX-Hop: 1\r\n\r\n",
    );
  });

  test.each([
    ["alone", {}, "Connection: Upgrade\r\n"],
    ["named already", { Connection: "upgrade" }, "Connection: upgrade\r\n"],
    ["beside another option", { Connection: "X-Hop" }, "Connection: X-Hop, Upgrade\r\n"],
    ["with the end of the connection", { Connection: "close" }, "Connection: close, Upgrade\r\n"],
  ])("who sends Upgrade says so in Connection, or it would be forwarded: with 426, %s", (_, fields, line) => {
    const { peer } = serve((_request, response) => {
      response.status = 426;
      response.fields.appendAll({ Upgrade: "shout", ...fields });
      response.send("x");
    });
    for (let i = 0; i < 4 && !peer.ended; i++) {
      peer.send(get("/"));
      const head = `HTTP/1.1 426 Upgrade Required\r\nUpgrade: shout\r\nContent-Length: 1\r\n${line}${DATE}\r\nx`;
      peer.expectText(head);
    }
  });

  test("the client's end reaches the other protocol, also when it came before 101", async () => {
    const engines: Shout[] = [];
    const handler: Handler = async (_, response) => {
      await Promise.resolve();
      engines.push(shout(response));
    };
    for (const early of [true, false]) {
      const { peer } = serve(handler);
      peer.send(`${get("/", OFFER)}hi`);
      if (early) peer.end();
      await peer.settled();
      peer.end();
      expect(peer.closed).toBe(true);
    }
    expect(engines.map((engine) => engine.calls)).toEqual([
      ["hi", "end", "closed"],
      ["hi", "end", "closed"],
    ]);
  });

  test("no time of HTTP runs on in the tunnel", () => {
    const { peer, clock, carrier } = serve((_, response) => void shout(response), { idleTimeoutMs: 1_000 });
    peer.send(get("/", OFFER));
    expect(carrier.deadline).toBe(Number.POSITIVE_INFINITY);
    clock.advance(1_000_000);
    peer.takeText();
    peer.send("hello").expectText("HELLO");
  });
});

describe("RFC 9110 §9.3.6 CONNECT, server", () => {
  const connect = "CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n";

  test("2xx opens the tunnel, without any field that frames content", () => {
    const { peer, requests } = serve((_, response) => response.accept().handOver(new Shout(), new Uint8Array(0)));
    peer.send(`${connect}early`).expectText(`HTTP/1.1 200 OK\r\n${DATE}\r\nEARLY`);
    peer.send("late").expectText("LATE");
    expect(requests).toEqual(["CONNECT b.example:443"]);
  });

  test("§8.6: what the handler says of content is not sent with 2xx, and a Date of its own is the only one", () => {
    const { peer } = serve((_, response) => {
      const fields = { "Content-Length": "5", "transfer-encoding": "chunked", Date: "Thu, 01 Jan 1970 00:00:00 GMT" };
      response.accept({ ...fields, "X-A": "1" }).handOver(new Shout(), new Uint8Array(0));
    });
    peer.send(connect).expectText("HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nX-A: 1\r\n\r\n");
  });

  test.each<[string, (response: HttpResponse) => void | Promise<void>]>([
    ["one value", (response) => response.send("hello")],
    ["a stream", (response) => response.stream(["hello"])],
    ["nothing", (response) => response.end()],
  ])("2xx is a tunnel to the client: %s is not sent as one, but 500", async (_, answer) => {
    const { peer, errors } = serve((request, response) => {
      response.fields.set("X-A", "1");
      return request.method === "CONNECT" ? answer(response) : response.send("hello");
    });
    // What was answered to others a moment ago, and is known by heart, does not count.
    for (let i = 0; i < 4; i++) peer.send(get("/"));
    peer.takeText();
    peer.send(connect);
    await peer.settled();
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
    expect(errors).toMatchObject([{ name: "RangeError" }]);
    expect(peer.send(get("/2")).takeText()).toContain("200 OK");
  });

  test("a refusal is a response, and what follows is HTTP", () => {
    const { peer } = serve((request, response) => {
      if (request.method === "CONNECT") response.status = 403;
      response.send(request.target);
    });
    expect(peer.send(connect + get("/2")).takeText()).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\n\/2$/);
  });
});
