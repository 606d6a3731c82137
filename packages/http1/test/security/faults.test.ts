import { HttpError, type HttpRequest } from "@stack/http";
import { MemoryCarrier, ScriptedPeer } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { resolveServerOptions, ServerConnection } from "../../src/index.ts";
import { echoTarget, get, ok, serve, Waiting } from "../served.ts";

const POST = "POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n";

describe("S102: a fault of ours costs its own request or connection, and is reported", () => {
  test("a connection that an engine's fault closed is reported without a request, and its exchange is cut", () => {
    const reported: [unknown, HttpRequest | null][] = [];
    const reasons: unknown[] = [];
    const options = resolveServerOptions({
      handler: (request) => request.signal.addEventListener("abort", () => reasons.push(request.signal.reason)),
      onError: (error, request) => reported.push([error, request]),
    });
    const carrier = new MemoryCarrier((below) => new ServerConnection(below, options));
    new ScriptedPeer(carrier).send(get("/a"));
    const fault = new TypeError("undefined is not an octet");
    carrier.lose(fault);
    expect(reported).toEqual([[fault, null]]);
    expect(reasons).toMatchObject([{ code: "ERR_PEER_GONE", cause: fault }]);
  });

  test.each([
    ["in good order", null],
    ["by a reset", Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" })],
    ["by a limit of the carrier's", Object.assign(new Error("no room"), { code: "ERR_TOO_MANY_CONNECTIONS" })],
  ])("one that closed %s is not", (_, reason) => {
    const { peer, carrier, errors } = serve(new Waiting().handler);
    peer.send(get("/a"));
    carrier.lose(reason);
    expect(errors).toEqual([]);
  });

  test.each([
    ["maxContentOctets", "", { maxContentOctets: broken }],
    ["onExpectContinue", "Expect: 100-continue\r\n", { onExpectContinue: broken }],
  ])("%s that throws is a handler that fails: 500, and the connection lives", (_, line, options) => {
    const { peer, requests, errors } = serve(echoTarget, options);
    peer.send(`${POST}${line}\r\n`);
    expect(peer.received).toMatch(/^HTTP\/1\.1 500 [\s\S]*\r\n\r\nthe server failed to answer this request\n$/);
    expect(requests).toEqual([]);
    expect(errors).toEqual([new RangeError("broken")]);
  });

  test("the content behind such a request is read away, whole or in chunks", () => {
    const { peer } = serve(echoTarget, { maxContentOctets: broken });
    peer.send(`${POST}\r\nabc`);
    peer.send("POST /b HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    peer.send(get("/after"));
    expect(peer.received.match(/HTTP\/1\.1 500 /g)).toHaveLength(2);
    expect(peer.received.endsWith(ok("/after"))).toBe(true);
  });

  test("who is asked about content may answer with an HttpError", () => {
    const { peer, errors } = serve(echoTarget, {
      onExpectContinue: () => {
        throw new HttpError(403, "ERR_NOT_YOURS", "not yours");
      },
    });
    peer.send(`${POST}Expect: 100-continue\r\n\r\n`);
    expect(peer.received).toMatch(/^HTTP\/1\.1 403 [\s\S]*\r\nConnection: close\r\n[\s\S]*\r\n\r\nnot yours\n$/);
    expect(errors).toEqual([]);
  });
});

function broken(): never {
  throw new RangeError("broken");
}
