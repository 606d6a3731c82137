/** Our two roles with each other: what one sends the other takes, however the octets are cut. */
import { Fields, type Handler } from "@stack/http";
import { type Cut, MemoryCarrier, settled, VirtualClock } from "@stack/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ClientConnection, resolveOptions, ServerConnection, type ServerConnectionOptions } from "../../src/index.ts";
import { Answer } from "../asked.ts";

interface Joined {
  readonly client: MemoryCarrier<ClientConnection>;
  readonly server: MemoryCarrier<ServerConnection>;
  ask(method?: string, content?: string | null, fields?: Record<string, string>): Answer;
  settle(cut?: Cut): Promise<void>;
}

function join(handler: Handler, options: Omit<ServerConnectionOptions, "handler"> = {}): Joined {
  const clock = new VirtualClock();
  const resolved = resolveOptions({ ...options, handler });
  const server = new MemoryCarrier((carrier) => new ServerConnection(carrier, resolved), { clock });
  const client = new MemoryCarrier((carrier) => new ClientConnection(carrier), { clock });
  return {
    client,
    server,
    ask: (method = "GET", content = "", fields = {}) => {
      const answer = new Answer();
      answer.sink = client.engine.request(
        {
          method,
          target: "/",
          fields: new Fields({ Host: "a.example", ...fields }),
          contentLength: content === null ? -1 : content.length,
        },
        answer,
      );
      answer.sink.attach(answer);
      answer.sink.grant(Number.POSITIVE_INFINITY);
      if (content !== null && content !== "") answer.send(content);
      return answer;
    },
    settle: (cut) => settled(client, server, cut === undefined ? {} : { cut }),
  };
}

/** Sends back what comes, as it comes, trailers too. */
const echo: Handler = async (request, response) => {
  for await (const chunk of request) if (!response.write(chunk)) await response.drained();
  for (const [name, value] of request.trailers) response.trailers.append(name, value);
  response.end();
};

describe.each<[string, Cut | undefined]>([
  ["whole", undefined],
  ["octet by octet", 1],
  ["in pieces of 7", 7],
])("RFC 9113 §8: a client and a server, %s", (_, cut) => {
  test("content and trailers, both ways", async () => {
    const { ask, settle } = join(echo);
    const answer = ask("POST", null);
    answer.send("one ", false);
    answer.send("two", false);
    answer.sink?.sendTrailers(new Fields({ "X-Sum": "7" }));
    await settle(cut);
    expect([answer.content, answer.events.at(-1)]).toEqual(["one two", 'end [["x-sum","7"]]']);
  });

  test("informational responses, a head without content, an empty response", async () => {
    const { ask, settle } = join((request, response) => {
      if (request.method === "HEAD") response.inform(103, { Link: "</a>" });
      response.send(request.method === "HEAD" ? "content" : "");
    });
    const [head, empty] = [ask("HEAD"), ask("GET")];
    await settle(cut);
    expect(head.events.map((event) => event.split(" ")[0])).toEqual(["103", "200", "end"]);
    expect([head.content, empty.content, empty.events.at(-1)]).toEqual(["", "", "end"]);
  });

  test("Expect: 100-continue", async () => {
    const { ask, settle } = join(async (request, response) => response.send(await request.bytes()));
    const answer = ask("POST", null, { Expect: "100-continue" });
    await settle(cut);
    expect(answer.events).toEqual(["100 []"]);
    answer.send("now");
    await settle(cut);
    expect([answer.content, answer.events.at(-1)]).toEqual(["now", "end"]);
  });

  test("a request that the client gives up, a response that the server breaks off", async () => {
    const told: unknown[] = [];
    const { ask, settle, client, server } = join((request, response) => {
      response.write("begin");
      if (request.method === "DELETE") response.reset();
      else request.signal.addEventListener("abort", () => told.push((request.signal.reason as { code: string }).code));
    });
    const [given, broken] = [ask("GET"), ask("DELETE")];
    await settle(cut);
    given.sink?.reset(0);
    await settle(cut);
    expect(told).toEqual(["ERR_HTTP2_STREAM_RESET"]);
    expect([given.error?.message !== undefined, broken.error]).toMatchObject([
      true,
      { code: "ERR_HTTP2_STREAM_RESET" },
    ]);
    expect([client.engine.streams.size, server.engine.streams.size]).toEqual([0, 0]);
  });

  test("a server that drains: what is open is answered, then both ends are closed in good order", async () => {
    let answer = (): void => {};
    const { ask, settle, client, server } = join((_, response) => {
      answer = () => response.send("last");
    });
    const last = ask();
    await settle(cut);
    server.drain();
    await settle(cut);
    expect(client.engine.reusable).toBe(false);
    answer();
    await settle(cut);
    expect([last.content, client.closedWith, server.closedWith]).toEqual(["last", null, null]);
  });
});

describe("fuzz: a client and a server", () => {
  test("any contents on any number of streams come back as they were, however they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(30_000), fc.integer({ min: 100, max: 30_000 })), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 500, max: 20_000 }),
        async (streams, cut) => {
          const { ask, settle } = join(echo);
          const answers = streams.map(([octets, piece], i) => {
            const content = String.fromCharCode(97 + i).repeat(octets);
            const answer = ask("POST", null);
            for (let at = 0; at < octets; at += piece) answer.send(content.slice(at, at + piece), false);
            answer.send("");
            return { answer, content };
          });
          await settle(cut);
          for (const { answer, content } of answers) {
            expect(answer.content === content).toBe(true);
            expect(answer.events.at(-1)).toBe("end");
          }
        },
      ),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 10) },
    );
  });
});
