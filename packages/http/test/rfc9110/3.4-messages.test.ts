import { describe, expect, test } from "vitest";
import { compose, dispatch, Fields, type Handler, HttpError, type Layer, PeerGoneError } from "../../src/index.ts";
import { exchange } from "../recorder.ts";

describe("RFC 9110 §3.4: the response, as one value", () => {
  test("send, text and json frame the whole", () => {
    const one = exchange();
    one.response.status = 201;
    one.response.fields.set("X", "y");
    one.response.send("z");
    expect(one.sink.log).toEqual(['whole 201 [["X","y"]] "z"']);
    const two = exchange();
    two.response.text("hi");
    expect(two.sink.log).toEqual(['whole 200 [["Content-Type","text/plain; charset=utf-8"]] "hi"']);
    const three = exchange();
    three.response.fields.set("content-type", "application/problem+json");
    three.response.json({ a: 1 });
    expect(three.sink.log).toEqual(['whole 200 [["content-type","application/problem+json"]] "{\\"a\\":1}"']);
  });
  test("a request is answered once", () => {
    const { response } = exchange();
    response.send("a");
    expect(() => response.send("b")).toThrow(expect.objectContaining({ code: "ERR_HEAD_SENT" }));
    expect(() => response.write("b")).toThrow(expect.objectContaining({ code: "ERR_RESPONSE_ENDED" }));
    expect(() => response.end()).toThrow(expect.objectContaining({ code: "ERR_RESPONSE_ENDED" }));
    expect(() => response.inform(103)).toThrow(expect.objectContaining({ code: "ERR_HEAD_SENT" }));
  });
  test("trailers make it a head, content and trailers", () => {
    const { response, sink } = exchange();
    response.trailers.set("Digest", "d");
    response.send("x");
    expect(sink.log).toEqual(["head 200 []", 'content "x"', 'trailers [["Digest","d"]]']);
  });
  test.each([
    [["/", 200], RangeError, "a redirect has a status from 300 to 399, not 200"],
    [[302, "/"], TypeError, "redirect(location, status): the location is text, and first"],
    [[undefined], TypeError, "the location is text"],
  ])("a redirect with %j is told, and nothing is sent", (given, kind, message) => {
    const { response, sink } = exchange();
    expect(() => response.redirect(...(given as [string]))).toThrow(kind);
    expect(() => response.redirect(...(given as [string]))).toThrow(message);
    expect(sink.log).toEqual([]);
  });

  test("S52: a redirect's Location is encoded, never a second field", () => {
    const { response, sink } = exchange();
    response.redirect("/a b\r\nSet-Cookie: x?q=ü%20%2F", 302);
    expect(sink.log).toEqual(['whole 302 [["Location","/a%20b%0D%0ASet-Cookie:%20x?q=%C3%BC%20%2F"]] ""']);
  });
  test("informational responses come before the head, 101 is not one of them", () => {
    const { response, sink } = exchange();
    response.inform(103, { Link: "</a.css>; rel=preload" });
    response.send();
    expect(sink.log).toEqual(['informational 103 [["Link","</a.css>; rel=preload"]]', 'whole 200 [] ""']);
    expect(() => exchange().response.inform(101)).toThrow(RangeError);
    expect(() => exchange().response.inform(200)).toThrow(RangeError);
  });
});

describe("the response, as writes and as a stream", () => {
  test("writes: the head before the first, end after the last", () => {
    const { response, sink } = exchange();
    expect(response.write("a")).toBe(true);
    response.write(Uint8Array.of(98));
    response.end("c");
    expect(sink.log).toEqual(["head 200 []", 'content "a"', 'content "b"', 'content "c" end']);
    expect(response.ended).toBe(true);
  });
  test("back-pressure: write says false, drained waits for the sink", async () => {
    const { response, sink } = exchange();
    sink.full = true;
    expect(response.write("a")).toBe(false);
    let drained = false;
    const waiting = response.drained().then(() => {
      drained = true;
    });
    await Promise.resolve();
    expect(drained).toBe(false);
    sink.producer?.resume();
    await waiting;
    expect(drained).toBe(true);
  });
  test.each([
    [
      "an async iterable",
      () =>
        (async function* () {
          yield "a";
          yield Uint8Array.of(98);
        })(),
    ],
    ["an array", () => ["a", "b"]],
    [
      "a web stream",
      () =>
        new ReadableStream<string>({
          start(c) {
            c.enqueue("a");
            c.enqueue("b");
            c.close();
          },
        }),
    ],
  ])("stream: %s", async (_, source) => {
    const { response, sink } = exchange();
    await response.stream(source());
    expect(sink.log).toEqual(["head 200 []", 'content "a"', 'content "b"', 'content "" end']);
  });
  test("a source that fails resets the response: it never looks whole", async () => {
    const { response, sink } = exchange();
    const failing = async function* (): AsyncGenerator<string> {
      yield "a";
      throw new Error("disk");
    };
    await expect(response.stream(failing())).rejects.toThrow("disk");
    expect(sink.log.at(-1)).toBe("reset 0");
  });
  test("a peer that goes away closes the source", async () => {
    const { response, sink } = exchange();
    let closed = false;
    const endless = async function* (): AsyncGenerator<string> {
      try {
        for (;;) yield "a";
      } finally {
        closed = true;
      }
    };
    sink.full = true;
    const streaming = response.stream(endless());
    await Promise.resolve();
    await Promise.resolve();
    sink.producer?.stopped(new PeerGoneError());
    await expect(streaming).rejects.toBeInstanceOf(PeerGoneError);
    expect(closed).toBe(true);
  });
  test("a peer that goes away while the source has nothing to say is not waited for", async () => {
    const { response, sink } = exchange();
    let cancelled: unknown = null;
    const silent = new ReadableStream<string>({ cancel: (reason) => void (cancelled = reason) }, { highWaterMark: 0 });
    const streaming = response.stream(silent);
    await Promise.resolve();
    const gone = new PeerGoneError();
    sink.producer?.stopped(gone);
    await expect(streaming).rejects.toBe(gone);
    expect(cancelled).toBe(gone);
  });
  test("one that thinks is left as soon as it speaks again, and what it says then is no one's", async () => {
    const { response, sink } = exchange();
    let say = (): void => {};
    let closed = false;
    const thinking = async function* (): AsyncGenerator<string> {
      try {
        await new Promise<void>((resolve) => {
          say = resolve;
        });
        yield "late";
      } finally {
        closed = true;
      }
    };
    const streaming = response.stream(thinking());
    await Promise.resolve();
    sink.producer?.stopped(new PeerGoneError());
    await expect(streaming).rejects.toBeInstanceOf(PeerGoneError);
    say();
    await new Promise((resolve) => setImmediate(resolve));
    expect([closed, sink.log]).toEqual([true, ["head 200 []"]]);
  });
  test("a response without content does not read its source, and closes it (RFC 9110 §9.3.2)", async () => {
    const { response, sink } = exchange();
    let log = "";
    const source = new ReadableStream<string>(
      {
        pull: () => void (log += "read "),
        cancel: () => void (log += "closed"),
      },
      { highWaterMark: 0 },
    );
    sink.takesContent = false;
    response.trailers.set("X", "y");
    await response.stream(source);
    expect([sink.log, log]).toEqual([["head 200 []", 'trailers [["X","y"]]'], "closed"]);
  });
  test("a source for a peer that is gone already, or for a response that was sent, is closed, too", async () => {
    for (const gone of [true, false]) {
      const { response, sink } = exchange();
      if (gone) {
        response.write("a");
        sink.producer?.stopped(new PeerGoneError());
      } else response.send("a");
      let cancelled = false;
      const source = new ReadableStream<string>({
        cancel: () => {
          cancelled = true;
        },
      });
      await expect(response.stream(source)).rejects.toMatchObject({ code: gone ? "ERR_PEER_GONE" : "ERR_HEAD_SENT" });
      expect(cancelled).toBe(true);
    }
  });
  test("after the peer is gone nothing throws and nothing is sent", () => {
    const { response, sink } = exchange();
    response.write("a");
    sink.producer?.stopped(new PeerGoneError());
    expect(response.write("b")).toBe(false);
    response.end("c");
    expect(sink.log).toEqual(["head 200 []", 'content "a"']);
  });
});

describe("the request", () => {
  test.each([
    ["/a/b?c=d", "/a/b", "c=d"],
    ["/", "/", ""],
    ["/?", "/", ""],
    ["*", "*", ""],
    ["http://example.com/x?y", "/x", "y"],
    ["http://example.com", "/", ""],
    ["http://example.com?y", "/", "y"],
    ["/a?b?c", "/a", "b?c"],
    ["http://example.com/%2F?y", "/%2F", "y"],
  ])("RFC 9112 §3.2: the path of %s is %s", (target, path, search) => {
    const { request } = exchange(target);
    expect(request.path).toBe(path);
    expect(request.search).toBe(search);
  });
  test("the query is parsed when asked for, safe with __proto__", () => {
    const { request } = exchange("/?a=1&__proto__=2&a=3");
    expect(request.query.getAll("a")).toEqual(["1", "3"]);
    expect(request.query.get("__proto__")).toBe("2");
  });
  test("signal aborts with the reason when the peer goes away", () => {
    const { request, source } = exchange();
    const { signal } = request;
    expect(signal.aborted).toBe(false);
    const reason = new PeerGoneError();
    source.leave(reason);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
    expect(request.signal).toBe(signal);
  });
});

describe("dispatch: every request gets an answer", () => {
  async function run(handler: Handler): Promise<{ log: string[]; reported: unknown[] }> {
    const { request, response, sink } = exchange();
    const reported: unknown[] = [];
    dispatch(handler, request, response, (error) => reported.push(error));
    await new Promise((resolve) => setImmediate(resolve));
    return { log: sink.log, reported };
  }
  const failed =
    'whole 500 [["Content-Type","text/plain; charset=utf-8"]] "the server failed to answer this request\\n"';

  test("a throw is 500, reported, and its message stays here", async () => {
    const { log, reported } = await run(() => {
      throw new Error("secret");
    });
    expect(log).toEqual([failed]);
    expect(reported).toHaveLength(1);
  });
  test("a rejection is 500", async () => {
    expect(
      (
        await run(async () => {
          throw new Error("secret");
        })
      ).log,
    ).toEqual([failed]);
  });
  test("a promise settled without a response is 500 ERR_NO_RESPONSE", async () => {
    const { log, reported } = await run(async () => {});
    expect(log).toEqual([failed]);
    expect(reported[0]).toMatchObject({ code: "ERR_NO_RESPONSE" });
  });
  test("an HttpError below 500 answers with its status and message and is no failure of ours", async () => {
    const { log, reported } = await run(() => {
      throw new HttpError(404, "ERR_X", "no such item");
    });
    expect(log).toEqual(['whole 404 [["Content-Type","text/plain; charset=utf-8"]] "no such item\\n"']);
    expect(reported).toEqual([]);
  });
  test("S126: one of 500 and more has its status, is reported, and its message stays here", async () => {
    const failure = new HttpError(503, "ERR_X", "db.internal:5432 refuses password hunter2");
    const { log, reported } = await run(() => {
      throw failure;
    });
    expect(log).toEqual([failed.replace("500", "503")]);
    expect(reported).toEqual([failure]);
  });
  test("fields of the response that failed do not describe the one that is sent", async () => {
    const { log } = await run((_, response) => {
      response.fields.set("Content-Length", "10");
      response.fields.set("ETag", '"x"');
      throw new Error("late");
    });
    expect(log).toEqual([failed]);
  });
  test("a failure after the head resets", async () => {
    const { log } = await run(async (_, response) => {
      response.write("a");
      throw new Error("late");
    });
    expect(log).toEqual(["head 200 []", 'content "a"', "reset 0"]);
  });
  test("a response whose fields cannot be sent is 500, not a hang", () => {
    const { request, response, sink } = exchange();
    sink.refuses = new TypeError("bad field");
    const reported: unknown[] = [];
    dispatch(
      (_, r) => {
        try {
          r.send("x");
        } finally {
          sink.refuses = null;
        }
      },
      request,
      response,
      (error) => reported.push(error),
    );
    expect(sink.log).toEqual([failed]);
    expect(reported).toHaveLength(1);
  });
  test("a peer that went away is nobody's failure", async () => {
    const { reported } = await run(async () => {
      throw new PeerGoneError();
    });
    expect(reported).toEqual([]);
  });
  test("a synchronous return may answer later", async () => {
    const { log } = await run((_, response) => {
      setImmediate(() => response.send("later"));
    });
    expect(log).toEqual(['whole 200 [] "later"']);
  });
});

describe("layers", () => {
  test("the first is the outermost", () => {
    const mark =
      (name: string): Layer =>
      (inner) =>
      (request, response) => {
        response.fields.append("Via", name);
        return inner(request, response);
      };
    const { request, response, sink } = exchange();
    void compose([mark("a"), mark("b")], (_, r) => r.send())(request, response);
    expect(sink.log).toEqual(['whole 200 [["Via","a"],["Via","b"]] ""']);
    expect(new Fields().size).toBe(0);
  });
});
