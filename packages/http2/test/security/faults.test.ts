import type { HttpRequest } from "@stack/http";
import { MemoryCarrier } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { resolveOptions, ServerConnection } from "../../src/index.ts";
import { Client } from "../served.ts";
import { headers, PREFACE, settings } from "../wire.ts";

const GET: [string, string][] = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "a.example"],
];

describe("S102: a fault of ours costs its own connection, and is reported", () => {
  function lose(reason: Error | null): { reported: [unknown, HttpRequest | null][]; reasons: unknown[] } {
    const reported: [unknown, HttpRequest | null][] = [];
    const reasons: unknown[] = [];
    const options = resolveOptions({
      handler: (request) => request.signal.addEventListener("abort", () => reasons.push(request.signal.reason)),
      onError: (error, request) => reported.push([error, request]),
    });
    const carrier = new MemoryCarrier((below) => new ServerConnection(below, options));
    new Client(carrier, undefined).send(PREFACE + settings(), headers(1, GET, { end: true }));
    carrier.lose(reason);
    return { reported, reasons };
  }

  test("a connection that an engine's fault closed is reported without a request, and its exchange is cut", () => {
    const fault = new TypeError("undefined is not an octet");
    const { reported, reasons } = lose(fault);
    expect(reported).toEqual([[fault, null]]);
    expect(reasons).toMatchObject([{ code: "ERR_PEER_GONE", cause: fault }]);
  });

  test.each([
    ["in good order", null],
    ["by a reset", Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" })],
    ["by a limit of the carrier's", Object.assign(new Error("no room"), { code: "ERR_TOO_MANY_CONNECTIONS" })],
  ])("one that closed %s is not", (_, reason) => {
    const { reported, reasons } = lose(reason);
    expect([reported, reasons.length]).toEqual([[], 1]);
  });
});
