import { type HttpResponse, imfFixdate } from "@stack/http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { get, ok, serve } from "../served.ts";

/** A response as a handler makes it, and what of it decides its wire. */
interface Said {
  readonly method: "GET" | "HEAD";
  readonly status: number;
  readonly fields: readonly (readonly [string, string])[];
  readonly content: string | null;
  readonly asOctets: boolean;
  readonly minor: 0 | 1;
}

const said: fc.Arbitrary<Said> = fc.record({
  method: fc.constantFrom("GET" as const, "HEAD" as const),
  status: fc.constantFrom(200, 204, 304, 404),
  fields: fc.array(
    fc.tuple(fc.constantFrom("Content-Type", "X-A"), fc.constantFrom("text/plain", "text/html", "other")),
    { maxLength: 2 },
  ),
  content: fc.constantFrom(null, "", "abc", "abd", "äb", "x".repeat(5_000)),
  asOctets: fc.boolean(),
  minor: fc.constantFrom(1 as const, 1 as const, 0 as const),
});

/** The wire by the rules alone, without a memory of what was said before (RFC 9112 §6, RFC 9110 §8.6). */
function wireOf({ method, status, fields, content, minor }: Said, second: number): string {
  const octets = Buffer.from(content ?? "", "utf8").toString("latin1");
  const reason = { 200: "OK", 204: "No Content", 304: "Not Modified", 404: "Not Found" }[status];
  const bare = method === "HEAD" || status === 204 || status === 304;
  let head = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (const [name, value] of fields) head += `${name}: ${value}\r\n`;
  if (!bare || (status !== 204 && status !== 304 && octets.length > 0)) head += `Content-Length: ${octets.length}\r\n`;
  if (minor === 0) head += "Connection: keep-alive\r\n";
  return `${head}Date: ${imfFixdate(second)}\r\n\r\n${bare ? "" : octets}`;
}

function say(response: HttpResponse, { status, fields, content, asOctets }: Said): void {
  response.status = status;
  response.fields.appendAll(fields);
  if (content === null) response.end();
  else response.send(asOctets ? new TextEncoder().encode(content) : content);
}

describe("RFC 9112 §6 Responses that are said again", () => {
  test("what was said before changes no octet of what is said now", () => {
    const script = fc.array(fc.tuple(said, fc.integer({ min: 1, max: 4 }), fc.constantFrom(0, 0, 1_000)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(script, (steps) => {
        let now: Said | undefined;
        const { peer, clock } = serve((_, response) => say(response, now as Said));
        for (const [step, times, wait] of steps) {
          now = step;
          for (let i = 0; i < times; i++) {
            const keeps = step.minor === 0 ? "Connection: keep-alive\r\n" : "";
            peer.send(`${step.method} / HTTP/1.${step.minor}\r\nHost: a\r\n${keeps}\r\n`);
            expect(peer.takeText()).toBe(wireOf(step, clock.epochSeconds));
          }
          clock.advance(wait);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("fields that are changed after they were sent change nothing of the next response", () => {
    const { peer } = serve((_, response) => {
      response.fields.set("X-A", "1");
      response.send("abc");
      response.fields.set("X-A", "2");
    });
    const once = ok("abc").replace("Content-Length", "X-A: 1\r\nContent-Length");
    for (let i = 0; i < 4; i++) peer.send(get("/")).expectText(once);
  });

  test("a response that is the connection's last says so, however often it was said without", () => {
    const { peer, carrier } = serve((_, response) => response.send("abc"));
    for (let i = 0; i < 4; i++) peer.send(get("/")).expectText(ok("abc"));
    peer.send(get("/", "Connection: close\r\n")).expectText(ok("abc", "Connection: close\r\n"));
    expect([peer.ended, carrier.engine.idle]).toEqual([true, false]);
  });

  test("a wrong Content-Length is refused each time", () => {
    const { peer, errors } = serve((_, response) => {
      response.fields.set("Content-Length", "4");
      response.send("abc");
    });
    for (let i = 0; i < 4; i++) expect(peer.send(get("/")).takeText()).toMatch(/^HTTP\/1\.1 500 /);
    expect(errors.length).toBe(4);
  });
});
