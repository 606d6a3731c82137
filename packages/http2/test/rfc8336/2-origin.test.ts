import { FRAME_TYPE } from "@stack/http2-frames";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../src/index.ts";
import { connect, echoTarget, get, serve } from "../served.ts";
import { frame, PREFACE, SETTINGS_ACK, settings } from "../wire.ts";

const ORIGINS = ["https://a.example", "https://b.example:8443", "https://[::1]"];

describe("RFC 8336 §2: ORIGIN", () => {
  test("is said behind the server's SETTINGS, on a connection under TLS", () => {
    const { client } = connect(echoTarget, { origins: ORIGINS, carrier: { peer: { secure: true } } });
    const [first, second] = client.send(PREFACE, settings(), SETTINGS_ACK).frames();
    expect(first).toMatch(/^SETTINGS /);
    const payload = ORIGINS.map((origin) => `\0${String.fromCharCode(origin.length)}${origin}`).join("");
    expect(second).toBe(`EXTENSION ${FRAME_TYPE.ORIGIN} ${JSON.stringify(payload)}`);
  });

  test("is not said in cleartext, nor by default", () => {
    serve(echoTarget, { origins: ORIGINS });
    serve(echoTarget, { carrier: { peer: { secure: true } } });
  });

  test("from a client it means nothing", () => {
    const { client } = serve(echoTarget);
    client.send(frame(FRAME_TYPE.ORIGIN, 0, 0, "\0\x11https://a.example"), get(1));
    expect(client.frames()).toHaveLength(2);
  });

  test.each([
    "a.example",
    "https://a.example/",
    "https://A.example",
    "https://a.example\r\n",
    "https://u@a.example",
    "",
  ])("what is no origin is refused when options are made: %j", (origin) => {
    expect(() => resolveOptions({ origins: [origin] })).toThrow(TypeError);
  });

  test("as is a list that no frame holds", () => {
    const many = Array.from({ length: 1_000 }, (_, i) => `https://host-${i}.example`);
    expect(() => resolveOptions({ origins: many })).toThrow(RangeError);
  });
});
