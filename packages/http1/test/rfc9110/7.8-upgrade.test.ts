import type { Carrier, Handler, HttpResponse } from "@stack/http";
import { describe, expect, test } from "vitest";
import { echoTarget, get, ok, serve } from "../served.ts";
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
    peer.send(`${connect}early`).expectText("HTTP/1.1 200 OK\r\n\r\nEARLY");
    peer.send("late").expectText("LATE");
    expect(requests).toEqual(["CONNECT b.example:443"]);
  });

  test("a refusal is a response, and what follows is HTTP", () => {
    const { peer } = serve((request, response) => {
      if (request.method === "CONNECT") response.status = 403;
      response.send(request.target);
    });
    expect(peer.send(connect + get("/2")).takeText()).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\n\/2$/);
  });
});
