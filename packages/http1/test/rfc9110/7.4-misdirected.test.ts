import { describe, expect, test } from "vitest";
import { echoTarget, get, ok, refusal, serve } from "../served.ts";

const MISDIRECTED = refusal(
  "421 Misdirected Request",
  "an https resource is asked for over a connection that is not secured (RFC 9110 section 7.4)",
);

describe("RFC 9110 §7.4: requests that are not for this connection", () => {
  test.each(["https://a.example/", "HTTPS://a.example/x?y", "https://a.example"])(
    "an https resource is not given over cleartext: %s",
    (target) => {
      const { peer, requests, refused } = serve(echoTarget);
      peer.send(get(target) + get("/canary")).expectText(MISDIRECTED);
      expect([requests, refused, peer.ended]).toEqual([[], ["ERR_HTTP1_MISDIRECTED 421"], true]);
    },
  );

  test("nor with content, of which nothing is read", () => {
    const { peer, requests } = serve(echoTarget);
    peer.send(`POST https://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc`);
    peer.expectText(MISDIRECTED);
    expect(requests).toEqual([]);
  });

  test("over TLS it is, and an http resource over either", () => {
    for (const [secure, target] of [
      [true, "https://a.example/"],
      [true, "http://a.example/"],
      [false, "http://a.example/https://"],
    ] as const) {
      const { peer } = serve(echoTarget, { carrier: { peer: { secure } } });
      peer.send(get(target)).expectText(ok(target));
    }
  });
});
