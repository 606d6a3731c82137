import type { RequestHead } from "@stack/http";
import { Fields, type Handler } from "@stack/http";
import { MemoryCarrier, settled, VirtualClock, type Wire } from "@stack/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ClientConnection,
  type ClientConnectionOptions,
  resolveClientOptions,
  resolveServerOptions,
  ServerConnection,
  type ServerConnectionOptions,
} from "../../src/index.ts";
import { Answer, host } from "../asked.ts";
import { Shout } from "../shout.ts";

/** A client and a server at the two ends of one wire. */
function join(
  handler: Handler,
  server: Omit<ServerConnectionOptions, "handler"> = {},
  client: ClientConnectionOptions = {},
  kernelOctets = Number.POSITIVE_INFINITY,
) {
  const clock = new VirtualClock();
  const serverOptions = resolveServerOptions({ ...server, handler });
  const clientOptions = resolveClientOptions(client);
  const there = new MemoryCarrier((below) => new ServerConnection(below, serverOptions), { clock, kernelOctets });
  const here = new MemoryCarrier((below) => new ClientConnection(below, clientOptions), { clock, kernelOctets });
  const ask = (head: Partial<RequestHead> = {}, answer: Answer = new Answer()): Answer => {
    answer.sink = here.engine.request({ method: "GET", target: "/", fields: host(), ...head }, answer);
    answer.sink.grant(answer.credit);
    return answer;
  };
  const settleWith = (wire: Wire = {}): Promise<void> => settled(here, there, wire);
  return { clock, here, there, ask, settleWith };
}

/** Says its words behind an upgrade, and hears what is answered. */
class Speaker extends Shout {
  heard = "";

  constructor(words: string) {
    super();
    super.receive(Buffer.from(words));
  }

  override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.heard += Buffer.from(bytes.subarray(start, end)).toString("latin1");
  }
}

/** Sends back what comes, as it comes, trailers too. */
const echo: Handler = async (request, response) => {
  response.status = 201;
  for await (const chunk of request) if (!response.write(chunk)) await response.drained();
  for (const [name, value] of request.trailers) response.trailers.append(name, value);
  response.end();
};

/** Reads all, then answers with it as one value. */
const whole: Handler = async (request, response) => response.send(await request.text());

const CUTS: readonly (readonly [string, Wire])[] = [
  ["as written", {}],
  ["octet by octet", { cut: 1 }],
  ["in sevens", { cut: 7 }],
  ["slowly, over a distance", { cut: 100, latencyMs: 30, octetsPerSecond: 1_000_000 }],
];

describe.each(CUTS)("RFC 9112 §2.1 messages between our client and our server, %s", (_, wire) => {
  test("a response of known length", async () => {
    const { ask, settleWith } = join((request, response) => response.text(`Hello from ${request.path}`));
    const answer = ask({ target: "/there" });
    await settleWith(wire);
    expect([answer.events, answer.content]).toEqual([["200 OK", "end"], "Hello from /there"]);
  });

  test("content and trailers of unknown length, both ways at once", async () => {
    const { ask, settleWith, here } = join(echo);
    const answer = ask({ method: "POST", contentLength: -1 });
    for (const piece of ["one ", "two ", "three"]) {
      answer.write(piece);
      await settleWith(wire);
    }
    expect(answer.content).toBe("one two three");
    answer.sink?.sendTrailers(new Fields({ "X-Sum": "42" }));
    await settleWith(wire);
    expect(answer.events).toEqual(["201 Created", 'end [["X-Sum","42"]]']);
    expect(here.engine.available).toBe(true);
  });

  test("many requests on one connection, some of them pipelined", async () => {
    const { ask, settleWith, here, there } = join(whole, {}, { maxPipelined: 10 });
    const contents: string[] = [];
    for (let round = 0; round < 3; round++) {
      const answers = Array.from({ length: 10 }, (_, i) => {
        const content = `${round}.${i}`;
        const answer = ask({ method: "PUT", contentLength: content.length });
        answer.send(content);
        return answer;
      });
      await settleWith(wire);
      contents.push(...answers.map((answer) => answer.content));
    }
    expect(contents).toEqual(Array.from({ length: 30 }, (_, i) => `${Math.floor(i / 10)}.${i % 10}`));
    expect([here.engine.responses, there.engine.requests]).toEqual([30, 30]);
  });

  test("Expect: 100-continue, granted and refused", async () => {
    const { ask, settleWith, here } = join(whole);
    const granted = ask({ method: "POST", contentLength: 4, expectContinue: true });
    granted.send("Wiki");
    await settleWith(wire);
    expect([granted.events, granted.content]).toEqual([["100", "200 OK", "end"], "Wiki"]);
    expect(here.engine.available).toBe(true);
    const refusing = join(whole, { onExpectContinue: () => 417 });
    const refused = refusing.ask({ method: "POST", contentLength: 4, expectContinue: true });
    refused.send("Wiki");
    await refusing.settleWith(wire);
    expect(refused.events).toEqual(["417 Expectation Failed", "end"]);
    expect([refusing.here.closedWith, refusing.there.closedWith]).toEqual([null, null]);
  });

  test("HEAD, 204 and 304 leave the connection in step", async () => {
    const { ask, settleWith, here } = join((request, response) => {
      response.status = Number(request.target.slice(1));
      response.send("content");
    });
    for (const [method, status] of [
      ["HEAD", 200],
      ["GET", 204],
      ["GET", 304],
      ["GET", 200],
    ]) {
      const answer = ask({ method: String(method), target: `/${status}` });
      await settleWith(wire);
      expect(answer.events.at(-1)).toBe("end");
      expect(answer.content).toBe(method === "GET" && status === 200 ? "content" : "");
    }
    expect(here.engine.available).toBe(true);
  });

  test("an upgrade, with octets that follow at once", async () => {
    const { ask, settleWith } = join((_, response) =>
      response.accept({ Upgrade: "shout" }).handOver(new Shout(), new Uint8Array(0)),
    );
    const answer = ask({ fields: host({ Upgrade: "shout" }) });
    await settleWith(wire);
    expect(answer.events).toEqual(["upgrade 101"]);
    const speaker = new Speaker("hello");
    answer.tunnel?.handOver(speaker, new Uint8Array(0));
    await settleWith(wire);
    expect(speaker.heard).toBe("HELLO");
  });

  test("a server that drains finishes what it began, and the client knows that it is the last", async () => {
    const { ask, settleWith, here, there } = join(whole);
    const answer = ask({ method: "POST", contentLength: 4 });
    await settleWith(wire);
    there.drain();
    answer.send("Wiki");
    await settleWith(wire);
    expect([answer.events, answer.content]).toEqual([["200 OK", "end"], "Wiki"]);
    expect([here.closedWith, there.closedWith]).toEqual([null, null]);
  });
});

describe("RFC 9112 between our client and our server: back-pressure from end to end", () => {
  test("a receiver that does not read stops the handler; memory on the way is bounded", async () => {
    let written = 0;
    const { ask, settleWith, here, there } = join(
      async (_, response) => {
        for (; written < 10_000_000; written += 10_000)
          if (!response.write(new Uint8Array(10_000).fill(0x61))) await response.drained();
        response.end();
      },
      {},
      {},
      65_536,
    );
    const answer = ask({}, new Answer(0));
    await settleWith();
    // Held by the client, in the server's kernel, and in the server's output: some 64 KiB each.
    expect(written).toBeLessThanOrEqual(300_000);
    expect([here.paused, there.pending > 0]).toEqual([true, true]);
    let octets = 0;
    answer.onContent = (_, start, end) => {
      octets += end - start;
    };
    while (answer.events.at(-1) !== "end") {
      answer.sink?.grant(500_000);
      await settleWith();
    }
    expect(octets).toBe(10_000_000);
  });

  test("a handler that does not read stops the producer", async () => {
    const gate: (() => void)[] = [];
    const { ask, settleWith, here } = join(
      async (request, response) => {
        await new Promise<void>((resolve) => gate.push(resolve));
        response.send(`${(await request.bytes()).length}`);
      },
      { maxContentOctets: 10_000_000 },
      {},
      65_536,
    );
    const answer = ask({ method: "POST", contentLength: 5_000_000 });
    let sent = 0;
    const produce = (): void => {
      while (sent < 5_000_000) {
        sent += 10_000;
        if (!answer.sink?.sendContent(new Uint8Array(10_000), sent === 5_000_000)) return;
      }
    };
    answer.resume = produce;
    answer.sink?.attach(answer);
    produce();
    await settleWith();
    expect(sent).toBeLessThanOrEqual(300_000);
    expect(here.pending).toBeGreaterThan(0);
    gate.shift()?.();
    await settleWith();
    expect(answer.content).toBe("5000000");
  });
});

describe("RFC 9112 between our client and our server: any message, any cut", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const pieces = fc.array(fc.array(octet, { maxLength: 60 }), { maxLength: 6 });
  const message = fc.record({ pieces, chunked: fc.boolean(), expectContinue: fc.boolean() });

  test("what is sent comes back", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        async (messages, cuts) => {
          const { ask, settleWith, here } = join(echo);
          const wire: Wire = { cut: () => cuts.next().value as number };
          for (const { pieces, chunked, expectContinue } of messages) {
            const content = Buffer.from(pieces.flat());
            const answer = ask({ method: "POST", contentLength: chunked ? -1 : content.length, expectContinue });
            for (const piece of pieces) answer.sink?.sendContent(Uint8Array.from(piece), false);
            answer.sink?.sendContent(new Uint8Array(0), true);
            await settleWith(wire);
            expect(answer.content).toBe(content.toString("latin1"));
            expect(answer.events.at(-1)).toBe("end");
            expect(here.engine.available).toBe(true);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("octets that are no HTTP end in an error or a refusal, whole or cut, and no engine throws", () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(
          fc.constantFrom(
            "GET / HTTP/1.1\r\n",
            "HTTP/1.1 200 OK\r\n",
            "Host: a.example\r\n",
            "Content-Length: 3\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Connection: close\r\n",
            "\r\n",
            "3\r\nabc\r\n",
            "0\r\n",
            "abc",
            "HTTP/1.1 100 Continue\r\n",
            "\n",
            "\0",
          ),
          { maxLength: 12 },
        )
        .map((parts) => Uint8Array.from(parts.join(""), (unit) => unit.charCodeAt(0))),
    );
    fc.assert(
      fc.property(garbage, (bytes) => {
        const results = [Number.MAX_SAFE_INTEGER, 1].map((cut) => {
          const clock = new VirtualClock();
          const options = resolveServerOptions({ handler: (request, response) => response.send(request.target) });
          const server = new MemoryCarrier((below) => new ServerConnection(below, options), { clock });
          const client = new MemoryCarrier((below) => new ClientConnection(below), { clock });
          const answer = new Answer();
          client.engine.request({ method: "GET", target: "/", fields: host() }, answer).grant(1_000_000);
          client.turn();
          client.read();
          let refusals = "";
          for (let at = 0; at < bytes.length; at += cut) {
            server.deliver(bytes.subarray(at, at + cut));
            client.deliver(bytes.subarray(at, at + cut));
            server.turn();
            client.turn();
          }
          for (const carrier of [server, client]) {
            carrier.deliverEnd();
            clock.advance(400_000);
            expect(carrier.isClosed).toBe(true);
          }
          for (let out = server.read(); out !== null; out = server.read()) refusals += Buffer.from(out).toString();
          return [answer.events, answer.content, refusals.match(/HTTP\/1\.1 \d+/g)];
        });
        expect(results[1]).toEqual(results[0]);
      }),
      { numRuns: 500 },
    );
  });
});
