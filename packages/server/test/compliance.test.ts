/**
 * What a handler may rely on, and what a client gets, over each version of HTTP: the same.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { runInNewContext } from "node:vm";
import { cookiePairs, HttpError, type HttpRequest, type HttpResponse, parseHttpDate } from "@stack/http";
import { describe, expect, test } from "vitest";
import type { Server, ServerOptions } from "../src/index.ts";
import { type Served, serve as serveOver, VERSIONS } from "./versions.ts";

const MIB = 2 ** 20;

describe.each(VERSIONS)("$name, $client", (over) => {
  const serve = (setUp: (server: Server) => void, options?: ServerOptions): Promise<Served> =>
    serveOver(over, setUp, options);

  /** Serves one handler for every method of one path. */
  const handle = (
    handler: (request: HttpRequest, response: HttpResponse) => void | Promise<void>,
    options?: ServerOptions,
  ): Promise<Served> => serve((server) => server.handle("/:rest", handler).handle("/", handler), options);

  /** Exactly one value of a field. */
  const only = (lines: readonly string[] | undefined): string | undefined => {
    expect(lines ?? []).toHaveLength(1);
    return lines?.[0];
  };

  describe("what is no content is a failure of the handler, at once, and no response that is never over", () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ["an object", { a: 1 }],
      ["a number", 5],
      ["null", null],
      ["an ArrayBuffer", new ArrayBuffer(3)],
      ["a Blob", new Blob(["x"])],
      ["numbers of 16 bits", new Uint16Array(2)],
    ];
    const ways: readonly (readonly [string, (response: HttpResponse, content: never) => void | Promise<void>])[] = [
      ["send", (response, content) => response.send(content)],
      ["text", (response, content) => response.text(content)],
      ["write", (response, content) => void response.write(content)],
      ["stream", (response, content) => response.stream([content])],
    ];
    test.each(ways)("%s", async (way, send) => {
      const failures: unknown[] = [];
      let content: unknown;
      const { ask } = await handle((_, response) => send(response, content as never), {
        onError: (error) => failures.push(error),
      });
      for (const [what, value] of wrong) {
        content = value;
        // A stream's head has left, so that it can but break off.
        const told = await ask()
          .then(
            ({ done }) => done.then(({ status }) => status),
            () => 0,
          )
          .catch(() => 0);
        expect([what, way === "stream" && told === 0 ? 500 : told]).toEqual([what, 500]);
        expect(String(failures.pop())).toContain("TypeError: content is text or octets (a Uint8Array)");
      }
    });

    test("octets of another realm are octets", async () => {
      const { ask } = await handle((_, response) => response.send(runInNewContext("new Uint8Array([104, 105])")));
      expect((await (await ask()).done).text).toBe("hi");
    });

    test.each([200.5, 199, 600, Number.NaN])("nor is the status %d one", async (status) => {
      const { ask } = await handle(
        (_, response) => {
          response.status = status;
          response.send("hi");
        },
        { onError: () => {} },
      );
      expect((await (await ask()).done).status).toBe(500);
    });
  });

  describe("the request", () => {
    test("method, target, version, scheme, authority, peer", async () => {
      const { ask, port } = await handle((request, response) => {
        const { method, target, path, search, version, scheme, authority, peer } = request;
        const { address, secure, alpn } = peer;
        response.json({ method, target, path, search, version, scheme, authority, address, secure, alpn });
      });
      const { done } = await ask({ method: "PROPFIND", target: "/a%20b?c=d&e" });
      expect(JSON.parse((await done).text)).toEqual({
        method: "PROPFIND",
        target: "/a%20b?c=d&e",
        path: "/a%20b",
        search: "c=d&e",
        version: over.version,
        scheme: over.secure ? "https" : "http",
        authority: `127.0.0.1:${port}`,
        address: "127.0.0.1",
        secure: over.secure,
        alpn: over.secure && over.version === "2" ? "h2" : "",
      });
    });

    test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])("%s, with content", async (method) => {
      const { ask } = await handle(async (request, response) =>
        response.text(`${request.method} ${request.content.length} ${await request.text()}`),
      );
      const { done } = await ask({ method, content: "pi\u00e8ce" });
      expect((await done).text).toBe(`${method} 6 pi\u00e8ce`);
    });

    test("without content: its length is 0, and reading it gives nothing", async () => {
      const { ask } = await handle(async (request, response) =>
        response.json([request.content.length, await request.text(), request.trailers.size]),
      );
      expect((await (await ask()).done).text).toBe('[0,"",0]');
      expect((await (await ask({ method: "POST" })).done).text).toBe('[0,"",0]');
    });

    test("content of unknown length, piece by piece, and trailers behind it", async () => {
      const pieces: string[] = [];
      const { ask } = await handle(async (request, response) => {
        expect(request.content.length).toBe(-1);
        for await (const piece of request) pieces.push(Buffer.from(piece).toString());
        response.json([pieces.join(""), request.trailers.get("Checksum")]);
      });
      const exchange = await ask({ content: null, fields: [["Trailer", "Checksum"]] });
      for (const piece of ["one ", "two ", "three"]) exchange.write(piece);
      exchange.end({ Checksum: "abc" });
      expect(JSON.parse((await exchange.done).text)).toEqual(["one two three", "abc"]);
    });

    test("fields: any case, repeated ones in order, octets above ASCII", async () => {
      const { ask } = await handle((request, response) => {
        const { fields } = request;
        response.json([fields.get("X-MIXED-case"), fields.getAll("x-list"), fields.get("X-List"), fields.get("none")]);
      });
      const { done } = await ask({
        fields: [
          ["X-Mixed-Case", 'Value; Of="It"'],
          ["X-List", "a, b"],
          ["X-List", "c"],
        ],
      });
      const [mixed, list, joined, none] = JSON.parse((await done).text);
      expect([mixed, joined, none]).toEqual(['Value; Of="It"', "a, b, c", null]);
      expect(list.join(", ")).toBe("a, b, c");
    });

    test("cookies: one string, however many field lines they came in", async () => {
      const { ask } = await handle((request, response) => {
        const cookie = request.fields.get("cookie") ?? "";
        response.json([cookie, cookiePairs(cookie)]);
      });
      const { done } = await ask({ fields: [["Cookie", "a=1; b=2; c=a=b"]] });
      expect(JSON.parse((await done).text)).toEqual([
        "a=1; b=2; c=a=b",
        [
          ["a", "1"],
          ["b", "2"],
          ["c", "a=b"],
        ],
      ]);
    });

    test("parameters of a route, and the query", async () => {
      const { ask } = await serve((server) =>
        server.get("/hello/:name", (request, response) =>
          response.json([request.params.get("name"), [...request.query]]),
        ),
      );
      const { done } = await ask({ target: "/hello/J%C3%BCrgen?a=1&b=%20" });
      expect(JSON.parse((await done).text)).toEqual([
        "J\u00fcrgen",
        [
          ["a", "1"],
          ["b", " "],
        ],
      ]);
    });

    test("8 MiB, every octet", async () => {
      const content = numbered(8 * MIB);
      const { ask } = await handle(
        async (request, response) => {
          const hash = createHash("sha256");
          for await (const piece of request) hash.update(piece);
          response.text(hash.digest("hex"));
        },
        { maxContentOctets: 16 * MIB },
      );
      const exchange = await ask({ content: null });
      for (let at = 0; at < content.length; at += 50_000)
        if (!exchange.write(content.subarray(at, at + 50_000))) await exchange.room();
      exchange.end();
      expect((await exchange.done).text).toBe(createHash("sha256").update(content).digest("hex"));
    });

    test("a handler that reads nothing holds the client up", async () => {
      let read = (): void => {};
      const mayRead = new Promise<void>((resolve) => {
        read = resolve;
      });
      const { ask } = await handle(
        async (request, response) => {
          await mayRead;
          response.text(String((await request.bytes()).length));
        },
        { maxContentOctets: 128 * MIB },
      );
      const exchange = await ask({ content: null });
      const piece = new Uint8Array(65_536);
      let written = 0;
      let full = false;
      while (!full) {
        written += piece.length;
        expect(written).toBeLessThan(64 * MIB); // the kernel's buffers and our window, however large they are
        if (exchange.write(piece)) continue;
        full = await Promise.race([exchange.room().then(() => false), quiet()]);
      }
      read();
      exchange.end();
      expect((await exchange.done).text).toBe(String(written));
    });
  });

  describe("the response", () => {
    test("status, content, its type and length in octets, Date", async () => {
      const { ask } = await handle((_, response) => {
        response.status = 201;
        response.text("pi\u00e8ce");
      });
      const { status, text, fields } = await (await ask()).done;
      expect([status, text]).toEqual([201, "pi\u00e8ce"]);
      expect(only(fields["content-type"])).toBe("text/plain; charset=utf-8");
      expect(only(fields["content-length"])).toBe("6");
      const age = Date.now() / 1000 - Number(parseHttpDate(only(fields.date) ?? "", Date.now() / 1000));
      expect(Math.abs(age)).toBeLessThan(60);
    });

    test("a field whose value is the name of another", async () => {
      const { ask } = await handle((_, response) => {
        response.fields.set("Access-Control-Expose-Headers", "content-length");
        response.fields.set("Vary", "date");
        response.text("four");
      });
      const { status, fields, text } = await (await ask({})).done;
      expect([status, only(fields["content-length"]), only(fields.vary), text]).toEqual([200, "4", "date", "four"]);
      expect(fields.date).toHaveLength(1);
    });

    test("a Date that the handler sets stays", async () => {
      const { ask } = await handle((_, response) => {
        response.fields.set("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        response.send("x");
      });
      expect(only((await (await ask()).done).fields.date)).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    });

    test("nothing: Content-Length 0", async () => {
      const { ask } = await handle((_, response) => response.send());
      const { status, octets, fields } = await (await ask()).done;
      expect([status, octets, only(fields["content-length"])]).toEqual([200, 0, "0"]);
    });

    test.each([
      ["GET", 204],
      ["GET", 304],
      ["HEAD", 200],
    ])("%s, %i: no content, whatever the handler sends; the connection goes on", async (method, status) => {
      const { ask } = await handle((request, response) => {
        response.status = request.path === "/next" ? 200 : status;
        response.text("content");
      });
      const { octets, fields, status: got } = await (await ask({ method })).done;
      expect([got, octets]).toEqual([status, 0]);
      if (status === 204) expect(fields["content-length"]).toBeUndefined();
      else expect(only(fields["content-length"] ?? ["7"])).toBe("7"); // RFC 9110 §8.6: what GET would have had
      expect((await (await ask({ target: "/next" })).done).text).toBe("content");
    });

    test("HEAD of a stream: its head, and none of it", async () => {
      const { ask } = await handle(async (_, response) => {
        response.fields.set("X-Head", "here");
        await response.stream(["one", "two"]);
      });
      const { octets, fields, trailers } = await (await ask({ method: "HEAD" })).done;
      expect([octets, only(fields["x-head"]), trailers]).toEqual([0, "here", {}]);
    });

    test("HEAD of a stream that never ends is answered like any other, and the stream is not read", async () => {
      let read = 0;
      const { ask } = await serve((server) => {
        server.get("/endless", (_, response) => {
          const pull = (controller: ReadableStreamDefaultController<string>): void => {
            read++;
            controller.enqueue("again ");
          };
          return response.stream(new ReadableStream({ pull }, { highWaterMark: 0 }));
        });
        server.get("/next", (_, response) => response.text("ok"));
      });
      const { status, octets } = await (await ask({ method: "HEAD", target: "/endless" })).done;
      expect([status, octets, read]).toEqual([200, 0, 0]);
      expect((await (await ask({ target: "/next" })).done).text).toBe("ok");
    });

    test("several Set-Cookie, each a line; other repeated fields in order", async () => {
      const { ask } = await handle((_, response) => {
        response.fields.append("Set-Cookie", "a=1").append("Vary", "A").append("Set-Cookie", "b=2; Path=/");
        response.fields.append("Vary", "B");
        response.send("x");
      });
      const { fields } = await (await ask()).done;
      expect(fields["set-cookie"]).toEqual(["a=1", "b=2; Path=/"]);
      expect(fields.vary?.join(", ")).toBe("A, B");
    });

    test.each([
      [
        "pieces that are written",
        async (response: HttpResponse) => {
          for (const piece of ["one ", "two ", "three"]) response.write(piece);
          response.end();
        },
      ],
      ["an iterable", (response: HttpResponse) => response.stream(["one ", "two ", "three"])],
      ["an async iterable", (response: HttpResponse) => response.stream(later(["one ", "two ", "three"]))],
      ["a web stream", (response: HttpResponse) => response.stream(webStream(["one ", "two ", "three"]))],
    ])("%s: no length is announced, all of it comes", async (_, send) => {
      const { ask } = await handle((_request, response) => send(response));
      const { text, fields } = await (await ask()).done;
      expect([text, fields["content-length"]]).toEqual(["one two three", undefined]);
    });

    test("pieces come as they are written, not when the response is complete", async () => {
      let go = (): void => {};
      const { ask } = await handle((_, response) => {
        response.write("first");
        go = () => response.end("second");
      });
      const exchange = await ask();
      await until(() => exchange.text === "first");
      go();
      expect((await exchange.done).text).toBe("firstsecond");
    });

    test("with a length that is announced", async () => {
      const { ask } = await handle((_, response) => {
        response.fields.set("Content-Length", "10");
        response.write("01234");
        response.end("56789");
      });
      const { text, fields } = await (await ask()).done;
      expect([text, only(fields["content-length"])]).toEqual(["0123456789", "10"]);
    });

    test("trailers behind content, and behind none", async () => {
      const { ask } = await handle((request, response) => {
        response.fields.set("Trailer", "Checksum");
        if (request.path === "/content") response.write("content");
        response.trailers.set("Checksum", "abc");
        response.end();
      });
      for (const target of ["/content", "/none"]) {
        const { text, trailers } = await (await ask({ target })).done;
        expect([text, trailers.checksum]).toEqual([target === "/content" ? "content" : "", ["abc"]]);
      }
    });

    test("103 Early Hints, twice, before the final response", async () => {
      const { ask } = await handle((_, response) => {
        response.inform(103, { Link: "</a.css>; rel=preload" });
        response.inform(103, { Link: "</b.css>; rel=preload" });
        response.text("done");
      });
      const { informational, status, text } = await (await ask()).done;
      expect(informational.map(({ status, fields }) => [status, only(fields.link)])).toEqual([
        [103, "</a.css>; rel=preload"],
        [103, "</b.css>; rel=preload"],
      ]);
      expect([status, text]).toEqual([200, "done"]);
    });

    test("8 MiB, every octet", async () => {
      const content = numbered(8 * MIB);
      const { ask } = await handle(async (_, response) => {
        for (let at = 0; at < content.length; at += 50_000)
          if (!response.write(content.subarray(at, at + 50_000))) await response.drained();
        response.end();
      });
      const { content: got } = await (await ask()).done;
      expect(got.equals(content)).toBe(true);
    });

    test("a client that reads nothing holds the handler up", async () => {
      let given = 0;
      const { ask } = await handle(async (_, response) => {
        const piece = new Uint8Array(65_536);
        while (given < 48 * MIB) {
          given += piece.length;
          if (!response.write(piece)) await response.drained();
        }
        response.end();
      });
      const exchange = await ask({ paused: true });
      await exchange.head;
      await settled(() => given);
      expect(given).toBeLessThan(32 * MIB);
      exchange.read();
      expect((await exchange.done).octets).toBe(48 * MIB);
    });

    test("redirects, JSON", async () => {
      const { ask } = await serve((server) =>
        server
          .get("/old", (_, response) => response.redirect("/new", 308))
          .get("/json", (_, response) => response.json({ a: [1, null] })),
      );
      const { status, fields } = await (await ask({ target: "/old" })).done;
      expect([status, only(fields.location)]).toEqual([308, "/new"]);
      const json = await (await ask({ target: "/json" })).done;
      expect([only(json.fields["content-type"]), json.text]).toEqual(["application/json", '{"a":[1,null]}']);
    });
  });

  describe("both at once", () => {
    test("100 is sent when the handler reads, not before", async () => {
      const { ask } = await handle(async (request, response) => response.send(await request.bytes()));
      const exchange = await ask({ content: null, length: 2, fields: [["Expect", "100-continue"]] });
      await until(() => exchange.informational.length > 0);
      exchange.write("ok");
      exchange.end();
      const { informational, status, text } = await exchange.done;
      expect([informational.map(({ status }) => status), status, text]).toEqual([[100], 200, "ok"]);
    });

    test("a handler that refuses announced content sends no 100", async () => {
      const { ask } = await handle((_, response) => {
        response.status = 403;
        response.text("no");
      });
      const exchange = await ask({ content: null, length: 2, fields: [["Expect", "100-continue"]] });
      const { status, informational } = await exchange.head;
      expect([status, informational]).toEqual([403, []]);
    });

    test("a hook refuses before the handler is called", async () => {
      const called: string[] = [];
      const { ask } = await handle(({ path }) => void called.push(path), { onExpectContinue: () => 417 });
      const exchange = await ask({ content: null, length: 2, fields: [["Expect", "100-continue"]] });
      const { status, informational } = await exchange.head;
      expect([status, informational, called]).toEqual([417, [], []]);
    });

    test("an answer before the request is complete: the client has it while it still sends", async () => {
      const { ask } = await handle((_, response) => response.text("enough"));
      const exchange = await ask({ content: null });
      exchange.write("a little");
      const { status } = await exchange.head;
      await until(() => exchange.text === "enough");
      expect(status).toBe(200);
      exchange.cancel();
    });

    // Our client of HTTP/1.1 leaves when it has its answer (RFC 9112 §9.5).
    const leaves = over.name === "HTTP/1.1" && over.client === "our client";
    test.runIf(!leaves)("a handler that reads on behind its answer gets all of it", async () => {
      let read = "";
      const { ask } = await handle(async (request, response) => {
        const reading = request.text();
        response.text("accepted");
        read = await reading;
      });
      const exchange = await ask({ content: null });
      exchange.write("one, ");
      await until(() => exchange.text === "accepted");
      exchange.write("two");
      exchange.end();
      await until(() => read === "one, two");
      expect((await exchange.done).status).toBe(200);
    });

    test("an echo, piece by piece while both go on", async () => {
      const { ask } = await handle((request, response) => response.stream(request.content));
      const exchange = await ask({ content: null });
      let text = "";
      for (const piece of ["one ", "two ", "three"]) {
        exchange.write(piece);
        text += piece;
        await until(() => exchange.text === text);
      }
      exchange.end();
      expect((await exchange.done).text).toBe(text);
    });

    test("twenty requests together, each with its own answer", async () => {
      const { ask } = await handle(async (request, response) => {
        const text = await request.text();
        await null;
        response.text(`${request.path} ${text}`);
      });
      const asked = await Promise.all(
        Array.from({ length: 20 }, (_, i) => ask({ target: `/${i}`, content: "x".repeat(i) })),
      );
      const answers = await Promise.all(asked.map(({ done }) => done));
      expect(answers.map(({ text }) => text)).toEqual(answers.map((_, i) => `/${i} ${"x".repeat(i)}`));
    });
  });

  describe("failures", () => {
    test("a handler that throws or rejects, or says nothing, is 500 without the reason; the connection goes on", async () => {
      const { ask, errors } = await serve((server) =>
        server
          .get("/throw", () => {
            throw new Error("secret");
          })
          .get("/reject", async () => {
            throw new Error("secret");
          })
          .get("/nothing", async () => {})
          .get("/teapot", () => {
            throw new HttpError(418, "ERR_TEAPOT", "short and stout");
          }),
      );
      for (const target of ["/throw", "/reject", "/nothing"]) {
        const { status, text } = await (await ask({ target })).done;
        expect([target, status]).toEqual([target, 500]);
        expect(text).not.toContain("secret");
      }
      expect(errors).toHaveLength(3);
      const { status, text } = await (await ask({ target: "/teapot" })).done;
      expect([status, text]).toEqual([418, "short and stout\n"]);
    });

    test("a hook that throws is 500, too, and costs its own request only", async () => {
      const fault = (): never => {
        throw new Error("a fault of the hook");
      };
      for (const options of [{ onExpectContinue: fault }, { maxContentOctets: fault }]) {
        const errors: unknown[] = [];
        const { ask } = await handle((_, response) => response.text("ok"), {
          ...options,
          onError: (error, request) => errors.push([(error as Error).message, request?.method]),
        });
        const other = await ask({});
        const exchange = await ask({ method: "POST", content: null, length: 2, fields: [["Expect", "100-continue"]] });
        const { status, informational } = await exchange.head;
        expect([status, informational, errors]).toEqual([500, [], [["a fault of the hook", "POST"]]]);
        expect((await other.done).text).toBe("ok");
      }
    });

    test("one that fails behind its head breaks the response off: it never looks whole", async () => {
      const { ask, errors } = await handle(async (_, response) => {
        response.write("half of");
        await null;
        throw new Error("secret");
      });
      const exchange = await ask();
      await expect(exchange.done).rejects.toThrow();
      expect(errors).toHaveLength(1);
    });

    test("content that does not keep its Content-Length breaks off, too", async () => {
      const { ask, errors } = await handle((_, response) => {
        response.fields.set("Content-Length", "10");
        response.write("01234");
        response.end();
      });
      await expect((await ask()).done).rejects.toThrow();
      expect(errors).toMatchObject([{ code: "ERR_CONTENT_LENGTH" }]);
    });

    test("S42: a field that would break the message is refused where it is set", async () => {
      const { ask, errors } = await handle((_, response) => {
        response.fields.set("X-Split", "a\r\nSet-Cookie: b=c");
      });
      const { status, fields } = await (await ask()).done;
      expect([status, fields["set-cookie"]]).toEqual([500, undefined]);
      expect(errors).toMatchObject([{ code: "ERR_INVALID_FIELD" }]);
    });

    test("404 and 405 with Allow", async () => {
      const { ask } = await serve((server) => server.get("/x", (_, response) => response.text("x")));
      expect((await (await ask({ target: "/y" })).done).status).toBe(404);
      const { status, fields } = await (await ask({ target: "/x", method: "DELETE" })).done;
      expect(status).toBe(405);
      expect(only(fields.allow)).toContain("GET");
    });
  });

  describe("limits", () => {
    const echo = async (request: HttpRequest, response: HttpResponse): Promise<void> =>
      response.send(await request.bytes());

    test("S94: content over maxContentOctets is 413, announced or not; at the limit it is not", async () => {
      const { ask } = await handle(echo, { maxContentOctets: 10 });
      expect((await (await ask({ content: "0123456789" })).done).text).toBe("0123456789");
      expect((await (await ask({ content: "01234567890" })).head).status).toBe(413);
      const exchange = await ask({ content: null });
      exchange.write("01234567890");
      expect((await exchange.head).status).toBe(413);
      exchange.cancel();
    });

    test("S94: the limit can depend on the request's head", async () => {
      const { ask } = await handle(echo, { maxContentOctets: ({ path }) => (path === "/large" ? 100 : 1) });
      expect((await (await ask({ target: "/large", content: "abc" })).done).status).toBe(200);
      expect((await (await ask({ target: "/small", content: "abc" })).head).status).toBe(413);
    });

    test("S93: a header section that is too large is 431", async () => {
      const called: string[] = [];
      const { ask, refused } = await handle(({ path }, response) => {
        called.push(path);
        response.text("x");
      });
      const exchange = await ask({ target: "/large", fields: [["X-Large", "x".repeat(33_000)]] });
      expect((await exchange.head).status).toBe(431);
      expect((await (await ask({ target: "/next" })).done).text).toBe("x");
      expect([called, refused.map((what) => what.split(" ")[1])]).toEqual([["/next"], ["431"]]);
    });

    test("S93: so is one of too many fields", async () => {
      const { ask } = await handle((_, response) => response.text("x"));
      const fields = Array.from({ length: 140 }, (_, i) => [`X-${i}`, "x"] as const);
      expect((await (await ask({ fields })).head).status).toBe(431);
    });

    test("8,000 octets of a target, and a field of 8 KiB, are not too large", async () => {
      const { ask } = await handle((request, response) =>
        response.text(`${request.target.length} ${request.fields.get("X-Large")?.length}`),
      );
      const { done } = await ask({ target: `/${"a".repeat(7_999)}`, fields: [["X-Large", "x".repeat(8_192)]] });
      expect((await done).text).toBe("8000 8192");
    });
  });

  describe("leaving", () => {
    test("a client that gives up: the request's signal aborts, its content ends in an error, writes tell", async () => {
      const told: unknown[] = [];
      const { ask } = await handle(async (request, response) => {
        request.signal.addEventListener("abort", () => told.push((request.signal.reason as { code: string }).code));
        response.write("begin");
        try {
          for await (const _ of request) told.push("content");
        } catch (error) {
          told.push((error as { code: string }).code);
        }
        told.push(response.write("more"));
        await response.drained().catch((error) => told.push((error as { code: string }).code));
      });
      const exchange = await ask({ content: null });
      exchange.write("x");
      await until(() => exchange.text === "begin" && told.length > 0);
      exchange.cancel();
      await until(() => told.length === 5);
      const [, gone] = told;
      // What the version knows of it: a stream that was reset, a connection that ended, or is gone.
      expect(gone).toMatch(over.version === "2" ? /^ERR_HTTP2_STREAM_RESET$/ : /^ERR_(HTTP1_INCOMPLETE|PEER_GONE)$/);
      expect(told).toEqual(["content", gone, gone, false, gone]);
    });

    test("a handler that gives up: the client has no whole response", async () => {
      const { ask } = await handle((_, response) => {
        response.write("begin");
        response.reset();
      });
      await expect((await ask()).done).rejects.toThrow();
    });

    test("a handler that waits is not slow, however long it takes", async () => {
      const { ask } = await handle((_, response) => void setTimeout(() => response.text("thought"), 400), {
        contentTimeoutMs: 100,
        minOctetsPerSecond: 1e6,
        rateWindowMs: 100,
      });
      expect((await (await ask()).done).text).toBe("thought");
    });

    test("S90: content that stops coming ends the request, not the server", async () => {
      const { ask, refused } = await handle(async (request, response) => response.send(await request.bytes()), {
        contentTimeoutMs: 600,
      });
      const exchange = await ask({ content: null });
      exchange.write("x");
      await until(() => refused.length > 0);
      const end = await exchange.head.then(
        ({ status }) => status,
        () => "reset",
      );
      expect(end).toBe(over.version === "2" ? "reset" : 408);
      expect((await (await ask({ content: "whole" })).done).text).toBe("whole");
    });
  });

  describe("draining", () => {
    test("what is in flight is answered, to its last octet; nothing is cut", async () => {
      let answer = (): void => {};
      const { ask, server } = await handle(async (request, response) => {
        if (request.path === "/first") return response.text("first");
        response.write("begin");
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        response.end("end");
      });
      await (await ask({ target: "/first" })).done; // its connection is idle, or shared
      const exchange = await ask({ target: "/slow" });
      await until(() => exchange.text === "begin");
      const closing = server.close({ graceMs: 20_000 });
      answer();
      expect((await exchange.done).text).toBe("beginend");
      expect(await closing).toEqual([]);
    });

    test("one deadline for all: what is still open then is cut, named, and its handler told", async () => {
      const aborted: string[] = [];
      const { ask, server } = await handle((request, response) => {
        request.signal.addEventListener("abort", () => aborted.push(request.path));
        response.write("begin");
      });
      const exchanges = await Promise.all(["/a", "/b", "/c"].map((target) => ask({ target })));
      await until(() => exchanges.every(({ text }) => text === "begin"));
      const cut = await server.close({ graceMs: 50 });
      expect(cut).toHaveLength(over.version === "2" ? 1 : 3);
      for (const { address, port } of cut) expect([address, port > 0]).toEqual(["127.0.0.1", true]);
      // node:http2 takes the end of a connection that said GOAWAY for the end of its streams.
      if (over.client !== "node:http2") for (const { done } of exchanges) await expect(done).rejects.toThrow();
      expect(aborted.sort()).toEqual(["/a", "/b", "/c"]);
    });

    test("afterwards nobody is let in", async () => {
      const { ask, server } = await handle((_, response) => response.text("x"));
      await (await ask()).done;
      await server.close({ graceMs: 1_000 });
      await expect(ask().then(({ done }) => done)).rejects.toThrow();
    });
  });
});

/** Content in which every octet's place shows. */
function numbered(octets: number): Buffer {
  const content = Buffer.alloc(octets);
  for (let at = 0; at + 4 <= octets; at += 4) content.writeUInt32BE((at * 2654435761) >>> 0, at);
  return content;
}

async function* later(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) {
    await null;
    yield piece;
  }
}

function webStream(pieces: readonly string[]): ReadableStream<string> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

/** Waits, turn by turn of the event loop, until something holds; the test's own timeout is the bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until a count is the same over many turns of the event loop. */
async function settled(count: () => number): Promise<void> {
  for (let last = -1, same = 0; same < QUIET_TURNS; ) {
    same = count() === last ? same + 1 : 0;
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** True, after long enough for octets on the loopback to come to rest. */
async function quiet(): Promise<true> {
  for (let i = 0; i < QUIET_TURNS; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  return true;
}

const QUIET_TURNS = 100;
