import type { Handler, HttpRequest } from "@stack/http";
import { describe, expect, test } from "vitest";
import { echoTarget, get, ok, refusal, type Served, serve } from "../served.ts";

const CLOSE = "Connection: close\r\n";

function post(target: string, content: string, length = content.length): string {
  return `POST ${target} HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${length}\r\n\r\n${content}`;
}

function chunked(target: string, ...chunks: string[]): string {
  const wire = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");
  return `POST ${target} HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${wire}0\r\n\r\n`;
}

describe("RFC 9112 §9.3 content that the handler does not read", () => {
  test.each([
    ["GET", `GET /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 28\r\n\r\nGET /inside HTTP/1.1\r\nHost: `],
    ["HEAD", `HEAD /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 28\r\n\r\nGET /inside HTTP/1.1\r\nHost: `],
    ["DELETE", `DELETE /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 28\r\n\r\nGET /inside HTTP/1.1\r\nHost: `],
    ["chunked", chunked("/1", get("/inside"), "more")],
  ])("S26: little content of %s is read away, and never read as a request", (_, wire) => {
    for (const cut of [Number.MAX_SAFE_INTEGER, 1, 5]) {
      const { peer, requests } = serve(echoTarget, { cut });
      peer.send(wire + get("/2"));
      expect(requests.map((request) => request.split(" ")[1])).toEqual(["/1", "/2"]);
      expect(peer.takeText().endsWith(ok("/2"))).toBe(true);
      expect(peer.ended).toBe(false);
    }
  });

  test("S27: an early answer with more content to come than is read away says close, and ends", () => {
    const { peer, requests } = serve(echoTarget, { maxDrainOctets: 100 });
    peer.send(post("/1", get("/inside"), 101)).expectText(ok("/1", CLOSE));
    expect(peer.ended).toBe(true);
    peer.send("x".repeat(1_000) + get("/2")).expectText("");
    expect(requests).toEqual(["POST /1"]);
  });

  test("S27: chunked content that turns out longer than is read away ends the connection", () => {
    // In reads of 50 octets: the bound is looked at between two of them.
    const { peer, requests } = serve(echoTarget, { maxDrainOctets: 100, cut: 50 });
    peer.send(chunked("/1", "x".repeat(90), "x".repeat(90), get("/inside")) + get("/2"));
    peer.expectText(ok("/1"));
    expect([peer.ended, requests]).toEqual([true, ["POST /1"]]);
  });

  test("S27: an answer given when part of the content was read: the rest is read away", async () => {
    const { peer, requests } = serve(async (request, response) => {
      for await (const chunk of request) {
        response.send(`${chunk.length > 0}`);
        return;
      }
    });
    peer.send(post("/1", "x".repeat(20)).slice(0, -10));
    await peer.settled();
    peer.send("x".repeat(10));
    await peer.settled();
    expect(peer.takeText()).toContain("\r\n\r\ntrue");
    expect(requests).toEqual(["POST /1"]);
  });

  const failures: readonly (readonly [string, Handler, string])[] = [
    [
      "throws",
      () => {
        throw new Error("broken");
      },
      "500",
    ],
    ["rejects", async () => Promise.reject(new Error("broken")), "500"],
    ["never answers its promise", async () => {}, "500"],
    [
      "answers 404 without reading",
      (_, response) => {
        response.status = 404;
        response.send();
      },
      "404",
    ],
    [
      "redirects",
      (_, response) => {
        response.redirect("/else");
      },
      "303",
    ],
  ];
  test.each(failures)("S32: a handler that %s: the content is no request afterwards", async (_, handler, status) => {
    for (const [content, ends] of [
      [get("/inside"), false],
      [get("/inside").repeat(100), true],
    ] as const) {
      const { peer, requests } = serve(handler, { maxDrainOctets: 1_000 });
      peer.send(post("/1", content) + get("/2"));
      await peer.settled();
      expect(peer.takeText().startsWith(`HTTP/1.1 ${status} `)).toBe(true);
      expect(requests).toEqual(ends ? ["POST /1"] : ["POST /1", "GET /2"]);
      expect(peer.ended).toBe(ends);
    }
  });

  test("S94: content that is announced larger than allowed is refused before the handler is called", () => {
    const { peer, requests, refused } = serve(echoTarget, { maxContentOctets: 10 });
    peer.send(post("/1", "x".repeat(11)) + get("/2"));
    peer.expectText(refusal("413 Content Too Large", "the content is larger than 10 octets"));
    expect([requests, refused, peer.ended]).toEqual([[], ["ERR_HTTP1_CONTENT_TOO_LARGE 413"], true]);
  });

  test("S94: chunked content that turns out larger is 413 for its reader, and the connection ends", async () => {
    const { peer, requests } = serve(async (request, response) => response.send(await request.text()), {
      maxContentOctets: 10,
    });
    peer.send(chunked("/1", "123456", "123456", get("/inside")) + get("/2"));
    await peer.settled();
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 413 Content Too Large\r\n[\s\S]*larger than 10 octets/);
    expect([requests, peer.ended]).toEqual([["POST /1"], true]);
  });

  test("S94: who forwards chunks as they come gets none beyond the limit, is told so, and the connection ends", () => {
    let forwarded = 0;
    const told: unknown[] = [];
    const { peer, requests } = serve(
      (request, response) => {
        const source = request.content.forward({
          onContent: (_bytes, start, end) => void (forwarded += end - start),
          onEnd: () => told.push("end"),
          onError: (error) => {
            told.push((error as Error & { code?: string }).code);
            response.status = 413;
            response.send();
          },
        });
        source.grant(Number.POSITIVE_INFINITY);
      },
      { maxContentOctets: 10 },
    );
    peer.send(chunked("/1", "12345", "67890", "1", "234") + get("/2"));
    expect([forwarded, told, requests, peer.ended]).toEqual([10, ["ERR_CONTENT_TOO_LARGE"], ["POST /1"], true]);
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 413 [\s\S]*Connection: close\r\n/);
  });

  test.each([
    ["the end of the content", ""],
    ["what is no chunk", "XX"],
  ])("who ends the exchange while chunks come is not called again for %s, and nothing more is said", (_, broken) => {
    for (const end of ["reset", "refuse"]) {
      const { peer, carrier, errors, refused } = serve(
        (request, response) => {
          const refuse = (): void => {
            response.status = 413;
            response.send();
          };
          const source = request.content.forward({
            onContent: () => (end === "reset" ? response.reset() : undefined),
            onEnd: () => expect.fail("it has ended already"),
            onError: () => (end === "refuse" ? refuse() : undefined),
          });
          source.grant(Number.POSITIVE_INFINITY);
        },
        { maxContentOctets: 10 },
      );
      peer.send(`${chunked("/1", "12345", "67890", "1").slice(0, -5)}${broken}0\r\n\r\n${get("/2")}`);
      expect([errors, refused]).toEqual([[], []]);
      expect(peer.received.match(/HTTP\/1\.1 \d+/g)).toEqual(end === "reset" ? null : ["HTTP/1.1 413"]);
      expect([peer.ended, carrier.closedWith]).toMatchObject(
        end === "reset" ? [false, { code: "ERR_PEER_GONE" }] : [true, undefined],
      );
    }
  });

  test("S94: the limit may depend on the request", async () => {
    const { peer } = serve(async (request, response) => response.send(await request.text()), {
      maxContentOctets: (request) => (request.path === "/upload" ? 1_000 : 10),
    });
    peer.send(post("/upload", "x".repeat(100)));
    await peer.settled();
    peer.expectText(ok("x".repeat(100)));
    peer.send(post("/", "x".repeat(100)));
    expect(peer.takeText().slice(0, 12)).toBe("HTTP/1.1 413");
  });
});

describe("RFC 9112 §9.3 content that the handler reads on behind its answer", () => {
  /** Answers at once, then reads; the outcome of both. */
  function early(read: (request: HttpRequest) => Promise<unknown>): { handler: Handler; outcome: () => unknown } {
    let outcome: unknown = "nothing";
    const handler: Handler = (request, response) => {
      const reading = read(request);
      response.send(request.target);
      return reading.then(
        (value) => {
          outcome = value;
        },
        (error: { code?: string }) => {
          outcome = error.code;
        },
      );
    };
    return { handler, outcome: () => outcome };
  }

  test.each([
    ["of a known length", post("/1", "one, two")],
    ["in chunks", chunked("/1", "one, ", "two")],
    ["longer than is read away", post("/1", "x".repeat(100))],
  ])("all of it comes, %s, and the next request behind it", async (_, wire) => {
    for (const cut of [Number.MAX_SAFE_INTEGER, 1, 7]) {
      const { handler, outcome } = early((request) => request.text());
      const { peer, requests } = serve(handler, { cut, maxDrainOctets: 10 });
      peer.send(wire.slice(0, -8));
      peer.expectText(ok("/1"));
      peer.send(wire.slice(-8) + get("/2"));
      await peer.settled();
      expect(outcome()).toMatch(/^(one, two|x{100})$/);
      expect([requests, peer.ended]).toEqual([["POST /1", "GET /2"], false]);
    }
  });

  test("a client that ends before it, or stops sending, is told of to the reader", async () => {
    for (const [finish, code] of [
      [({ peer }: Served) => peer.end(), "ERR_HTTP1_INCOMPLETE"],
      [({ clock }: Served) => clock.advance(30_000), "ERR_HTTP1_TOO_SLOW"],
      [({ carrier }: Served) => carrier.lose(null), "ERR_PEER_GONE"],
    ] as const) {
      const { handler, outcome } = early((request) => request.text());
      const served = serve(handler);
      served.peer.send(post("/1", "one", 10)).expectText(ok("/1"));
      finish(served);
      await served.peer.settled();
      expect(outcome()).toBe(code);
      served.peer.expectText("");
    }
  });

  test("a reader that stops half-way keeps nobody longer than a client that stops sending", async () => {
    const { handler, outcome } = early((request) => request.content.stream()[Symbol.asyncIterator]().next());
    const { peer, clock } = serve(handler, { contentTimeoutMs: 60_000 });
    peer.send(post("/1", "x".repeat(100_000), 200_000)).expectText(ok("/1"));
    await peer.settled();
    expect(outcome()).toMatchObject({ done: false });
    peer.send("x".repeat(90_000));
    clock.advance(59_999);
    expect(peer.ended).toBe(false);
    clock.advance(1);
    expect(peer.ended).toBe(true);
  });

  test("a reader that gives up behind the answer ends the connection", async () => {
    const { handler } = early(async (request) => {
      for await (const _ of request) return "enough";
      return "";
    });
    const { peer } = serve(handler);
    peer.send(post("/1", "one", 10)).expectText(ok("/1"));
    await peer.settled();
    expect(peer.ended).toBe(true);
  });

  test.each([
    ["more than is read away", post("/1", "one", 100_000)],
    [
      "content that waits for 100",
      post("/1", "", 3).replace("Content-Length", "Expect: 100-continue\r\nContent-Length"),
    ],
  ])("who begins to read too late is told so: %s", async (_, wire) => {
    let outcome = "nothing";
    const { peer } = serve(async (request, response) => {
      response.send(request.target);
      outcome = await request.text().catch((error: { code: string }) => error.code);
    });
    peer.send(wire).expectText(ok("/1", CLOSE));
    await peer.settled();
    expect(outcome).toBe("ERR_CONTENT_TAKEN");
  });
});

describe("RFC 9112 §7.1 chunked content on a connection", () => {
  test("trailers reach the handler apart from the fields", async () => {
    const { peer } = serve(async (request, response) => {
      const text = await request.text();
      response.send(`${text} ${request.trailers.get("X-Sum")} ${request.fields.get("X-Sum")}`);
    });
    peer.send(
      "POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n0\r\nX-Sum: 42\r\n\r\n",
    );
    await peer.settled();
    peer.expectText(ok("Wiki 42 undefined"));
  });

  test("S38: chunks of one octet cost one octet each, not an object each", async () => {
    const octets = 20_000;
    const { peer } = serve(async (request, response) => {
      let chunks = 0;
      let total = 0;
      for await (const chunk of request) {
        chunks++;
        total += chunk.length;
      }
      response.send(`${total} ${chunks < 10}`);
    });
    peer.send(chunked("/", ...new Array<string>(octets).fill("x")));
    await peer.settled();
    peer.expectText(ok(`${octets} true`));
  });

  test("broken chunks take back the response that was begun in the same turn, and none that was complete", async () => {
    const read: string[] = [];
    const { peer, refused } = serve(async (request, response) => {
      if (request.method === "GET") {
        response.send(request.target);
        return;
      }
      response.write("begun");
      read.push(await request.text().catch((error) => error.code));
    });
    peer.send(`${get("/1")}${chunked("/2", "hello").replace("\r\n0\r\n", "XX")}${get("/3")}`);
    await peer.settled();
    const received = peer.takeText();
    expect(received.startsWith(`${ok("/1")}HTTP/1.1 400 Bad Request\r\n`)).toBe(true);
    expect(received).not.toMatch(/begun|chunked\r|\/3/);
    expect([refused, read, peer.ended]).toEqual([["ERR_HTTP1_CHUNK_DATA_END 400"], ["ERR_HTTP1_CHUNK_DATA_END"], true]);
  });

  test("broken chunks are 400, and nothing after them is read", async () => {
    const { peer, refused, requests } = serve(async (request, response) => response.send(await request.text()));
    peer.send(
      `POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWikiX\r\n0\r\n\r\n${get("/2")}`,
    );
    await peer.settled();
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect([refused, requests]).toEqual([["ERR_HTTP1_CHUNK_DATA_END 400"], ["POST /"]]);
  });
});
