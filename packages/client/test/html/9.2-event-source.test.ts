import { type Client, type ClientError, createClient, type LayerClock } from "@stack/client";
import { type EventSourceOptions, events, MAX_LAST_EVENT_ID } from "@stack/client/event-source";
import { createMock, type Mock } from "@stack/client/mock";
import { formatEvent, type HttpResponse } from "@stack/http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const URL = "http://events.example/stream";

/** What each connection gets in turn; the last one again and again. */
type Reply = string | ((response: HttpResponse) => void | Promise<void>);

let mock: Mock;
let client: Client;
let replies: Reply[];
beforeEach(() => {
  mock = createMock(async (_, response) => {
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? "";
    response.fields.set("Content-Type", "text/event-stream");
    if (typeof reply === "string") response.send(reply);
    else await reply(response);
  });
  client = createClient({ connect: mock.connect });
});
afterEach(async () => {
  expect(client.figures).toMatchObject({ requests: 0, queued: 0 });
  await client.close({ graceMs: 0 }); // what is left of a stream that was given up is not waited for
});

/** All events until 204 or a failure, and the pauses in between. */
async function all(options: EventSourceOptions = {}, most = 100): Promise<Outcome> {
  const outcome: Outcome = { data: [], ids: [], types: [], pauses: [], causes: [], failure: null };
  const clock: LayerClock = {
    now: () => 0,
    after: (ms, callback) => {
      outcome.pauses.push(ms);
      queueMicrotask(callback);
      return () => undefined;
    },
  };
  const onReconnect = (_: number, cause: ClientError | null): void => void outcome.causes.push(cause?.code ?? "end");
  try {
    for await (const event of events(client, URL, { clock, onReconnect, random: () => 0, ...options })) {
      outcome.data.push(event.data);
      outcome.ids.push(event.lastEventId);
      outcome.types.push(event.type);
      expect(event.origin).toBe("http://events.example");
      if (outcome.data.length === most) break;
    }
  } catch (error) {
    outcome.failure = error as ClientError;
  }
  return outcome;
}

interface Outcome {
  readonly data: string[];
  readonly ids: string[];
  readonly types: string[];
  readonly pauses: number[];
  readonly causes: string[];
  failure: ClientError | null;
}

const stop = (response: HttpResponse): void => {
  response.status = 204;
  response.send("");
};
const status =
  (code: number): Reply =>
  (response) => {
    response.status = code;
    response.send("");
  };

describe("HTML §9.2.2 The EventSource interface", () => {
  test("asks for a stream of events, not coded and not stored; a field of one's own wins", async () => {
    replies = [stop];
    await all({ fields: { Authorization: "Bearer a", Accept: "text/event-stream; version=2" } });
    expect(Object.fromEntries([...(mock.requests[0]?.fields ?? [])].map(([n, v]) => [n.toLowerCase(), v]))).toEqual({
      host: "events.example",
      accept: "text/event-stream; version=2",
      "accept-encoding": "identity",
      authorization: "Bearer a",
      "cache-control": "no-cache",
    });
  });

  test("events come in order, with type and id", async () => {
    replies = ["id: 7\nevent: price\ndata: 1\ndata: 2\n\n: comment\ndata: 3\n\ndata: cut off", stop];
    const { data, ids, types, failure } = await all();
    expect([data, ids, types, failure]).toEqual([["1\n2", "3"], ["7", "7"], ["price", "message"], null]);
  });

  test("an unknown option is a TypeError, a bound that is none a RangeError", async () => {
    replies = [stop];
    const wrong = { maxEventOctets: 1 } as EventSourceOptions;
    await expect(events(client, URL, wrong).next()).rejects.toThrow(TypeError);
    await expect(events(client, URL, { minReconnectMs: -1 }).next()).rejects.toThrow(RangeError);
    expect(mock.requests).toEqual([]);
  });
});

describe("HTML §9.2.3 Processing model", () => {
  test("after the end it asks again, from the last event on; 204 stops", async () => {
    replies = ["data: 1\nid: a\n\n", "data: 2\n\nid: \u20ac\n\n", "data: 3\n\n", stop];
    const { data, ids, causes, failure } = await all({ lastEventId: "start" });
    expect([data, ids, failure]).toEqual([["1", "2", "3"], ["a", "a", "\u20ac"], null]);
    expect(causes).toEqual(["end", "end", "end"]);
    const euro = Buffer.from("\u20ac").toString("latin1"); // UTF-8 on the wire
    expect(mock.requests.map(({ fields }) => fields.get("last-event-id"))).toEqual(["start", "a", euro, euro]);
  });

  test("an id of nothing forgets", async () => {
    replies = ["data: 1\nid: a\n\nid\ndata: 2\n\n", stop];
    await all();
    expect(mock.requests[1]?.fields.has("last-event-id")).toBe(false);
  });

  test("so after failures on the way; what came before them counts", async () => {
    replies = ["never seen", "cut off", "data: 1\nid: a\n\n", stop];
    mock.refuse(1);
    mock.fail({ kind: "reset" });
    mock.fail({ kind: "cut", after: 20 });
    const { data, causes, pauses } = await all();
    expect(data).toEqual(["1"]);
    expect(causes).toEqual(["ERR_CLIENT_CONNECT", "ERR_CLIENT_DISCONNECTED", "ERR_CLIENT_DISCONNECTED", "end"]);
    expect(pauses).toEqual([3_000, 6_000, 12_000, 3_000]);
  });

  test.each([
    [200, "text/html"],
    [200, "text/event-stream, text/html"],
    [200, ""],
  ])("%i with Content-Type %j is no stream of events", async (_, type) => {
    replies = [
      (response) => {
        response.fields.delete("Content-Type");
        if (type !== "") response.fields.set("Content-Type", type);
        response.send("data: 1\n\n");
      },
    ];
    const { data, failure } = await all();
    expect([data, failure?.code, mock.requests.length]).toEqual([[], "ERR_CLIENT_EVENT_STREAM", 1]);
  });

  test("an id is sent back without the white space around it, which no field value has (RFC 9110 §5.5)", async () => {
    replies = ["id:  a b \ndata: 1\n\n", "id: \t \ndata: 2\n\n", stop];
    const { ids, failure } = await all();
    expect([ids, failure]).toEqual([[" a b ", "\t "], null]);
    expect(mock.requests.map(({ fields }) => fields.get("last-event-id"))).toEqual([undefined, "a b", ""]);
  });

  test.each([
    "Text/Event-Stream;charset=windows-1252",
    "text/event-stream;",
    "text/event-stream;x bogus", // as in web-platform-tests, eventsource/format-mime-valid-bogus
    "text/event-stream;charset=",
    "text/event-stream, text/event-stream",
  ])("parameters of the type mean nothing, also those that are none: %j", async (type) => {
    replies = [
      (response) => {
        response.fields.set("Content-Type", type);
        response.send("data: \u00e4\n\n");
      },
      stop,
    ];
    expect((await all()).data).toEqual(["\u00e4"]);
  });

  test.each([201, 205, 404, 500, 503])("%i ends it", async (code) => {
    replies = [status(code)];
    const { failure } = await all();
    expect(failure).toMatchObject({ name: "ClientError", code: "ERR_CLIENT_EVENT_STREAM" });
    expect(failure?.message).toContain(String(code));
    expect(mock.requests.length).toBe(1);
  });

  test("unless it is told to ask again", async () => {
    replies = [status(503), status(502), "data: 1\n\n", stop];
    const { data, pauses } = await all({ retryStatuses: [502, 503] });
    expect([data, pauses]).toEqual([["1"], [3_000, 6_000, 3_000]]);
  });

  test("what would come again is not tried again", async () => {
    await expect(events(client, "ftp://events.example/").next()).rejects.toMatchObject({ code: "ERR_CLIENT_URL" });
  });
});

describe("HTML §9.2.3 Reconnection", () => {
  test.each([
    ["the server's", "retry: 5000\n\n", 5_000],
    ["not less than the least", "retry: 0\n\n", 100],
    ["not more than the most", `retry: ${"9".repeat(300)}\n\n`, 60_000],
    ["one's own, if the server's is none", "retry: 1.5\nretry: -1\nretry: soon\n\n", 3_000],
  ])("the pause is %s", async (_, text, ms) => {
    replies = [`${text}data: 1\n\n`, stop];
    expect((await all()).pauses).toEqual([ms]);
  });

  test("it doubles up to the most, and begins anew with an event; jitter is up to a half", async () => {
    replies = ["", "", "", "", "data: 1\n\n", "", stop];
    const { pauses } = await all({ reconnectMs: 1_000, maxReconnectMs: 4_000, random: () => 1 });
    expect(pauses).toEqual([1_500, 3_000, 6_000, 6_000, 1_500, 1_500]);
  });

  test("S132: a server that ends at once makes no storm, however often", async () => {
    replies = [...Array.from({ length: 1_100 }, () => "retry: 0\n\n"), stop];
    const { pauses } = await all({ minReconnectMs: 0 });
    expect(pauses.length).toBe(1_100);
    expect(pauses.every((ms) => ms === 0)).toBe(true);
    replies = [...Array.from({ length: 12 }, () => "retry: 0\n\n"), stop];
    expect((await all()).pauses.at(-1)).toBe(60_000);
  });

  test("it gives up after maxFailures connections in a row without an event", async () => {
    replies = ["", "", "data: 1\n\n", "", "", ""];
    const { data, failure } = await all({ maxFailures: 2 });
    expect([data, failure?.code, mock.requests.length]).toEqual([["1"], "ERR_CLIENT_EVENT_STREAM", 6]);
  });

  test("and says what the last failure was", async () => {
    mock.refuse(3);
    expect((await all({ maxFailures: 2 })).failure?.code).toBe("ERR_CLIENT_CONNECT");
  });

  test("a signal ends a pause, and a stream", async () => {
    replies = [""];
    const pausing = new AbortController();
    const { failure } = await all({
      signal: pausing.signal,
      onReconnect: () => pausing.abort(new Error("enough")),
      clock: { now: () => 0, after: () => () => undefined },
    });
    expect(failure).toMatchObject({ code: "ERR_CLIENT_ABORTED", cause: { message: "enough" } });
    replies = [open];
    const streaming = new AbortController();
    const iterator = events(client, URL, { signal: streaming.signal });
    expect((await iterator.next()).value?.data).toBe("1");
    const next = iterator.next();
    streaming.abort(new Error("enough"));
    await expect(next).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED", cause: { message: "enough" } });
  });

  test("a connection that is silent for too long is given up, and another made", async () => {
    replies = [open, stop];
    let fire: (() => void) | null = null;
    const clock: LayerClock = {
      now: () => 0,
      after: (ms, callback) => {
        if (ms === 15_000 && fire === null) fire = callback;
        if (ms !== 15_000) queueMicrotask(callback);
        return () => {
          if (fire === callback) fire = null;
        };
      },
    };
    const causes: (string | undefined)[] = [];
    const onReconnect = (_: number, cause: ClientError | null): void => void causes.push(cause?.code);
    const iterator = events(client, URL, { idleMs: 15_000, clock, onReconnect });
    expect((await iterator.next()).value?.data).toBe("1");
    expect(fire).toBeNull(); // nobody asks, so nothing is late
    const next = iterator.next();
    expect(fire).not.toBeNull();
    (fire as (() => void) | null)?.();
    expect((await next).done).toBe(true);
    expect(causes).toEqual(["ERR_CLIENT_CONTENT_TIMEOUT"]);
  });
});

describe("bounds", () => {
  test.each([
    ["a line", `: ${"x".repeat(2_000)}`, { maxLineOctets: 1_000 }],
    ["an event", `${"data: x\n".repeat(2_000)}\n`, { maxDataOctets: 1_000 }],
    ["a line that never ends", "data: ".padEnd(3_000_000, "x"), {}],
  ])("S132: %s that is too large ends it, after what came before", async (_, text, limits) => {
    replies = [`data: 1\n\n${text}`];
    const { data, failure } = await all(limits);
    expect(data).toEqual(["1"]);
    expect(failure).toMatchObject({ code: "ERR_CLIENT_EVENT_STREAM", cause: { code: "ERR_EVENT_LIMIT" } });
    expect(mock.requests.length).toBe(1);
  });

  test.each([
    ["too long", "x".repeat(MAX_LAST_EVENT_ID + 1)],
    ["a control", "a\u0001b"],
  ])("S132: an id that no field can hold ends it: %s", async (_, id) => {
    replies = [`data: 1\nid: ${id}\n\n`, stop];
    const { data, failure } = await all();
    expect([data, failure?.code, mock.requests.length]).toEqual([["1"], "ERR_CLIENT_EVENT_STREAM", 1]);
  });

  test("the server is held back while the loop is busy", async () => {
    let written = 0;
    const text = `data: ${"x".repeat(10_000)}\n\n`;
    let held: () => void = () => undefined;
    const holding = new Promise<void>((resolve) => {
      held = resolve;
    });
    replies = [
      async (response) => {
        while (written < 3_000_000) {
          written += text.length;
          if (response.write(text)) continue;
          held();
          await response.drained();
        }
        response.end();
      },
      stop,
    ];
    const iterator = events(client, URL, { clock: AT_ONCE });
    expect((await iterator.next()).value?.data.length).toBe(10_000);
    await holding;
    expect(written).toBeLessThan(1_000_000);
    let count = 1;
    for await (const { data } of iterator) count += data.length / 10_000;
    expect(count).toBe(300);
  });

  test("who leaves the loop ends the connection", async () => {
    replies = [open];
    const { data } = await all({}, 1);
    expect(data).toEqual(["1"]);
    expect(client.figures.requests).toBe(0);
  });

  test("limits and times of the client that are for content with an end do not count", async () => {
    const strict = createClient({
      connect: mock.connect,
      maxContentOctets: 10,
      timeouts: { totalMs: 0, contentMs: 0 },
    });
    replies = [formatEvent({ data: "x".repeat(1_000) }), stop];
    const came: number[] = [];
    for await (const { data } of events(strict, URL, { clock: AT_ONCE })) came.push(data.length);
    expect(came).toEqual([1_000]);
    await strict.close();
  });
});

/** No pause lasts. */
const AT_ONCE: LayerClock = {
  now: () => 0,
  after: (_, callback) => {
    queueMicrotask(callback);
    return () => undefined;
  },
};

/** One event, and then nothing. */
function open(response: HttpResponse): Promise<void> {
  response.write("data: 1\n\n");
  return new Promise(() => undefined);
}
