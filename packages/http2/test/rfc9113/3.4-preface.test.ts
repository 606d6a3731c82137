import { everyCut } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { connect, echoed, echoTarget, get } from "../served.ts";
import {
  data,
  frame,
  goaway,
  headers,
  PREFACE,
  ping,
  priority,
  SETTINGS_ACK,
  settings,
  windowUpdate,
} from "../wire.ts";

const OUR_SETTINGS = "SETTINGS 3=100 8=1 6=32768 9=1";

describe("RFC 9113 §3.4: the preface", () => {
  test("the server's is SETTINGS, before anything has come", () => {
    const { client } = connect(echoTarget);
    client.expectFrames(OUR_SETTINGS);
  });

  test("the client's is 24 octets and SETTINGS, which may be empty; a request may follow at once", () => {
    const { client } = connect(echoTarget);
    client
      .send(PREFACE, settings(), get(1, "/first"))
      .expectFrames(OUR_SETTINGS, "SETTINGS ACK", ...echoed(1, "/first"));
  });

  test("cut anywhere", () => {
    const wire = PREFACE + settings([3, 7]) + SETTINGS_ACK + get(1, "/first");
    const answer = everyCut(wire, (parts) => {
      const { client } = connect(echoTarget);
      for (const part of parts) client.peer.send(part);
      return client.frames();
    });
    expect(answer).toEqual([OUR_SETTINGS, "SETTINGS ACK", ...echoed(1, "/first")]);
  });

  test.each([
    ["another protocol", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["another line end", PREFACE.replace("\r\n\r\nSM", "\n\nSM")],
    ["one octet that differs, the last", `${PREFACE.slice(0, -1)}x`],
  ])("rejects: %s", (_, wire) => {
    const { client, carrier, refused } = connect(echoTarget);
    client.send(wire).expectFrames(OUR_SETTINGS, "GOAWAY 0 PROTOCOL_ERROR");
    expect([carrier.ended, refused]).toEqual([true, ["ERR_HTTP2_CONNECTION 0"]]);
  });

  test("after a wrong one nothing is read, and it is refused once", () => {
    const { client, requests, refused } = connect(echoTarget);
    client.send("x").send("y").send(PREFACE, settings(), get(1));
    client.expectFrames(OUR_SETTINGS, "GOAWAY 0 PROTOCOL_ERROR");
    expect([requests, refused]).toEqual([[], ["ERR_HTTP2_CONNECTION 0"]]);
  });

  test.each([
    ["HEADERS", get(1)],
    ["DATA", data(1, "x")],
    ["an acknowledgement", SETTINGS_ACK],
    ["PING", ping("12345678")],
    ["WINDOW_UPDATE", windowUpdate(0, 1)],
    ["PRIORITY", priority(1)],
    ["GOAWAY", goaway(0, 0)],
    ["CONTINUATION", frame(9, 4, 1)],
    ["a frame of unknown type", frame(0xff, 0, 0)],
    ["HEADERS without an end", headers(1, [], { open: true })],
  ])("SETTINGS come first, not %s", (_, wire) => {
    const { client, requests } = connect(echoTarget);
    client.send(PREFACE, wire, settings()).expectFrames(OUR_SETTINGS, "GOAWAY 0 PROTOCOL_ERROR");
    expect(requests).toEqual([]);
  });

  test("S82: half a preface, or one without SETTINGS, has the time of a head", () => {
    for (const wire of ["", PREFACE.slice(0, 10), PREFACE, PREFACE + settings([1, 1]).slice(0, 12)]) {
      const { client, clock, carrier } = connect(echoTarget, { headTimeoutMs: 20_000 });
      client.send(wire).expectFrames(OUR_SETTINGS);
      clock.advance(19_999);
      expect(carrier.ended).toBe(false);
      clock.advance(1);
      client.expectFrames("GOAWAY 0 PROTOCOL_ERROR");
      expect(carrier.ended).toBe(true);
    }
  });

  test("the client's end before it has said anything ends the connection", () => {
    const { client, carrier } = connect(echoTarget);
    client.peer.end();
    client.expectFrames(OUR_SETTINGS, "GOAWAY 0 NO_ERROR");
    expect(carrier.closedWith).toBe(null);
  });
});
