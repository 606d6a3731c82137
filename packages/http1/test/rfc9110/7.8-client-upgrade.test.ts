import { MemoryCarrier } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { Answer, connect, host } from "../asked.ts";
import { Shout } from "../shout.ts";

const UPGRADED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n";
const offer = { fields: host({ Upgrade: "shout" }) } as const;

/** Takes the byte stream as soon as it is offered. */
class Taker extends Answer {
  readonly engine: Shout = new Shout();

  override onUpgrade(...upgrade: Parameters<Answer["onUpgrade"]>): void {
    super.onUpgrade(...upgrade);
    upgrade[2].handOver(this.engine, new Uint8Array(0));
  }
}

describe("RFC 9110 §7.8 Upgrade, client", () => {
  test("the octets behind 101 are the other protocol's, in the same read or later", () => {
    for (const cut of [Number.MAX_SAFE_INTEGER, 1, 5]) {
      const { ask, peer, connection } = connect({ cut });
      const answer = ask("/", offer, new Taker());
      peer.takeText();
      peer.send(`${UPGRADED}early`).expectText("EARLY").send("late").expectText("LATE");
      expect([answer.events, connection.reusable]).toEqual([["upgrade 101"], false]);
    }
  });

  test("who takes the byte stream later finds what came meanwhile, and that it ended", () => {
    const { ask, peer } = connect();
    const answer = ask("/", offer);
    peer.takeText();
    peer.send(`${UPGRADED}early`).send(" bird").end();
    const engine = new Shout();
    answer.tunnel?.handOver(engine, Buffer.from("first "));
    peer.expectText("EARLY BIRDFIRST ");
    expect([engine.calls.slice(-2), peer.closed]).toEqual([["end", "closed"], true]);
  });

  test("octets that wait for who takes the byte stream are bounded", () => {
    const { ask, peer, carrier } = connect({ maxHeldOctets: 1_000 });
    ask("/", offer);
    peer.takeText();
    peer.send(UPGRADED);
    for (let i = 0; i < 100; i++) peer.send("x".repeat(100));
    expect([carrier.paused, carrier.unread >= 8_900]).toEqual([true, true]);
  });

  test.each([
    ["was not offered", {}, UPGRADED],
    ["names no protocol", offer, "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
    ["lacks the Connection option", offer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: shout\r\n\r\n"],
    ["comes before the content was sent", { ...offer, method: "POST", contentLength: 5 }, UPGRADED],
  ])("101 that %s is an error", (_, head, wire) => {
    const { ask, peer, carrier } = connect();
    const answer = ask("/", head);
    peer.takeText();
    peer.send(`${wire}anything`);
    expect(answer.events[0]).toBe("ERR_HTTP1_UNEXPECTED_UPGRADE perhaps processed");
    expect(carrier.isClosed).toBe(true);
  });

  test("an offer that is not taken up is a plain request", () => {
    const { ask, peer, connection } = connect();
    const answer = ask("/", offer);
    peer.takeText();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain");
    expect([answer.content, connection.available]).toEqual(["plain", true]);
  });

  test("no time of HTTP runs on in the tunnel", () => {
    const { ask, peer, clock } = connect();
    ask("/", offer, new Taker());
    peer.takeText();
    peer.send(UPGRADED);
    clock.advance(10_000_000);
    peer.send("late").expectText("LATE");
  });
});

describe("RFC 9110 §9.3.6 CONNECT, client", () => {
  const head = { method: "CONNECT", target: "b.example:443" } as const;

  test("2xx opens the tunnel, whatever its fields say of content", () => {
    const { ask, peer } = connect();
    const answer = ask("/", head, new Taker());
    peer.takeText();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly").expectText("EARLY");
    expect(answer.events).toEqual(["upgrade 200"]);
  });

  test("any other response is one, with its content", () => {
    const { ask, peer } = connect();
    const answer = ask("/", head, new Taker());
    peer.takeText();
    peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    expect([answer.events, answer.content]).toEqual([["403 Forbidden", "end"], "no"]);
  });

  test("the carrier of a tunnel is the connection's own", () => {
    const { ask, peer, carrier } = connect();
    const answer = ask("/", head);
    peer.takeText();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    expect(answer.tunnel).not.toBeInstanceOf(MemoryCarrier);
    expect([answer.tunnel?.now, answer.tunnel?.pending, answer.tunnel?.peer]).toEqual([0, 0, carrier.peer]);
    answer.tunnel?.abort(new Error("enough"));
    carrier.turn();
    expect(carrier.closedWith).toMatchObject({ message: "enough" });
  });
});
