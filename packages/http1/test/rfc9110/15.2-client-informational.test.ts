import { describe, expect, test } from "vitest";
import { connect, okWire } from "../asked.ts";

const HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";

describe("RFC 9110 §15.2 Informational 1xx, client", () => {
  test("any that come before the final response are told, known or not", () => {
    for (const cut of [Number.MAX_SAFE_INTEGER, 1]) {
      const { ask, peer } = connect({ cut });
      const answer = ask("/");
      peer.turn();
      peer.send(`${HINTS}HTTP/1.1 199 Odd\r\n\r\n${okWire("one")}`);
      expect(answer.events).toEqual(['103 [["Link","</a.css>"]]', "199", "200 OK", "end"]);
    }
  });

  test("S36: endless informational responses end at maxInformational", () => {
    const { ask, peer, carrier } = connect({ maxInformational: 16 });
    const answer = ask("/");
    peer.turn();
    peer.send(HINTS.repeat(16));
    expect(answer.events.length).toBe(16);
    peer.send(HINTS);
    expect(answer.events.at(-1)).toBe("ERR_HTTP1_TOO_MANY_INFORMATIONAL perhaps processed");
    expect(carrier.isClosed).toBe(true);
  });

  test("S36: they are counted for each request", () => {
    const { ask, peer } = connect({ maxInformational: 2 });
    for (const target of ["/1", "/2"]) {
      const answer = ask(target);
      peer.turn();
      peer.send(HINTS.repeat(2) + okWire("one"));
      expect(answer.events.at(-1)).toBe("end");
    }
  });

  test("a final response that never comes is an error", () => {
    const { ask, peer } = connect();
    const answer = ask("/");
    peer.turn();
    peer.send(HINTS).end();
    expect(answer.events.at(-1)).toBe("ERR_HTTP1_CLOSED perhaps processed");
  });
});
