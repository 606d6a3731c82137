import { describe, expect, test } from "vitest";
import { TRANSITIONS } from "../../src/index.ts";
import { ILLEGAL, INPUTS, input, next, STATES, state } from "../../src/stream-state.ts";
import { echoed, echoTarget, fieldsOf, get, post, type Served, serve, Waiting } from "../served.ts";
import { continuation, data, headers, priority, pushPromise, rstStream, windowUpdate } from "../wire.ts";

describe("RFC 9113 §5.1: the table", () => {
  test("what the machine does is what the table says", () => {
    for (const from of STATES)
      for (const on of INPUTS) {
        const to = TRANSITIONS[from][on];
        expect(next(state(from), input(on)), `${from} ${on}`).toBe(to === undefined ? ILLEGAL : state(to));
      }
  });

  test("it is the figure of the section", () => {
    const rows = STATES.flatMap((from) => Object.entries(TRANSITIONS[from]).map(([on, to]) => `${from} ${on} ${to}`));
    expect(rows).toEqual([
      "IDLE SEND_HEADERS OPEN",
      "IDLE RECV_HEADERS OPEN",
      "IDLE SEND_PUSH_PROMISE RESERVED_LOCAL",
      "IDLE RECV_PUSH_PROMISE RESERVED_REMOTE",
      "RESERVED_LOCAL SEND_HEADERS HALF_CLOSED_REMOTE",
      "RESERVED_LOCAL RST_STREAM CLOSED",
      "RESERVED_REMOTE RECV_HEADERS HALF_CLOSED_LOCAL",
      "RESERVED_REMOTE RST_STREAM CLOSED",
      "OPEN SEND_HEADERS OPEN",
      "OPEN RECV_HEADERS OPEN",
      "OPEN SEND_END_STREAM HALF_CLOSED_LOCAL",
      "OPEN RECV_END_STREAM HALF_CLOSED_REMOTE",
      "OPEN RST_STREAM CLOSED",
      "HALF_CLOSED_LOCAL RECV_HEADERS HALF_CLOSED_LOCAL",
      "HALF_CLOSED_LOCAL RECV_END_STREAM CLOSED",
      "HALF_CLOSED_LOCAL RST_STREAM CLOSED",
      "HALF_CLOSED_REMOTE SEND_HEADERS HALF_CLOSED_REMOTE",
      "HALF_CLOSED_REMOTE SEND_END_STREAM CLOSED",
      "HALF_CLOSED_REMOTE RST_STREAM CLOSED",
    ]);
  });
});

/** How stream 1 of a server gets into each state. */
const WAYS: Record<string, () => Served> = {
  idle: () => serve(() => {}),
  open: () =>
    said(
      serve(() => {}),
      post(1),
    ),
  "half-closed (remote)": () =>
    said(
      serve(() => {}),
      get(1),
    ),
  "half-closed (local)": () => said(serve(echoTarget), post(1)),
  "closed: both messages are complete": () => said(serve(echoTarget), get(1)),
  "closed: the client has reset it": () =>
    said(
      serve(() => {}),
      get(1),
      rstStream(1, 8),
    ),
  "closed: we have reset it": () =>
    said(
      serve((_, response) => response.reset()),
      post(1),
    ),
};

function said(served: Served, ...wire: string[]): Served {
  served.client.send(...wire).frames();
  return served;
}

const FRAMES: Record<string, string> = {
  DATA: data(1, "x"),
  HEADERS: headers(1, fieldsOf("GET", "/"), { end: true }),
  trailers: headers(1, [["x-trailer", "1"]], { end: true }),
  PRIORITY: priority(1),
  RST_STREAM: rstStream(1, 8),
  WINDOW_UPDATE: windowUpdate(1, 1),
  CONTINUATION: continuation(1, ""),
  PUSH_PROMISE: pushPromise(1, 2, fieldsOf("GET", "/")),
};

const IGNORED: string[] = [];
const RESET = ["RST_STREAM 1 STREAM_CLOSED"];
const PROTOCOL = ["GOAWAY 0 PROTOCOL_ERROR"];
const PROTOCOL_1 = ["GOAWAY 1 PROTOCOL_ERROR"];
const CLOSED = ["GOAWAY 1 STREAM_CLOSED"];

describe.each<[string, Record<string, string[]>]>([
  [
    "idle",
    // biome-ignore format: a row each
    {
      DATA: PROTOCOL, trailers: ["RST_STREAM 1 PROTOCOL_ERROR"], PRIORITY: IGNORED, RST_STREAM: PROTOCOL,
      WINDOW_UPDATE: PROTOCOL, CONTINUATION: PROTOCOL, PUSH_PROMISE: PROTOCOL,
    },
  ],
  [
    "open",
    // biome-ignore format: a row each
    {
      DATA: IGNORED, trailers: IGNORED, PRIORITY: IGNORED, RST_STREAM: IGNORED, WINDOW_UPDATE: IGNORED,
      HEADERS: ["RST_STREAM 1 PROTOCOL_ERROR"], CONTINUATION: PROTOCOL_1, PUSH_PROMISE: PROTOCOL_1,
    },
  ],
  [
    "half-closed (remote)",
    // biome-ignore format: a row each
    {
      DATA: RESET, HEADERS: RESET, trailers: RESET, PRIORITY: IGNORED, RST_STREAM: IGNORED, WINDOW_UPDATE: IGNORED,
      CONTINUATION: PROTOCOL_1, PUSH_PROMISE: PROTOCOL_1,
    },
  ],
  [
    "half-closed (local)",
    // biome-ignore format: a row each
    {
      DATA: IGNORED, trailers: IGNORED, PRIORITY: IGNORED, RST_STREAM: IGNORED, WINDOW_UPDATE: IGNORED,
      CONTINUATION: PROTOCOL_1, PUSH_PROMISE: PROTOCOL_1,
    },
  ],
  [
    "closed: both messages are complete",
    // biome-ignore format: a row each
    {
      DATA: CLOSED, HEADERS: CLOSED, trailers: CLOSED, PRIORITY: IGNORED, RST_STREAM: IGNORED, WINDOW_UPDATE: IGNORED,
      CONTINUATION: PROTOCOL_1, PUSH_PROMISE: PROTOCOL_1,
    },
  ],
  [
    "closed: the client has reset it",
    // biome-ignore format: a row each
    {
      DATA: RESET, HEADERS: CLOSED, trailers: CLOSED, PRIORITY: IGNORED, RST_STREAM: IGNORED, WINDOW_UPDATE: IGNORED,
      CONTINUATION: PROTOCOL_1, PUSH_PROMISE: PROTOCOL_1,
    },
  ],
  [
    "closed: we have reset it",
    // The client may have sent anything before it knew.
    // biome-ignore format: a row each
    {
      DATA: IGNORED, HEADERS: IGNORED, trailers: IGNORED, PRIORITY: IGNORED, RST_STREAM: IGNORED,
      WINDOW_UPDATE: IGNORED, CONTINUATION: PROTOCOL_1, PUSH_PROMISE: PROTOCOL_1,
    },
  ],
])("S75: RFC 9113 §5.1: frames on a stream that is %s", (name, answers) => {
  test.each(Object.entries(answers))("%s", (frame, answer) => {
    const { client, carrier } = (WAYS[name] as () => Served)();
    client.send(FRAMES[frame] as string).expectFrames(...answer);
    const ends = answer[0]?.startsWith("GOAWAY") === true;
    expect(carrier.ended).toBe(ends);
    // A stream's own error leaves the others alone.
    if (!ends) client.send(get(99, "/after")).frames();
    expect(carrier.engine.requests > 0 || ends).toBe(true);
  });
});

describe("RFC 9113 §5.1: the life of a stream", () => {
  test("a request's end and a response's end close it, in either order", () => {
    const waiting = new Waiting();
    const { client, connection } = serve(waiting.handler);
    client.send(post(1, "/first"), data(1, "x"));
    waiting.answer("/first");
    client.expectFrames(...echoed(1, "/first"));
    expect(connection.streams.size).toBe(1);
    client.send(data(1, "", { end: true })).expectFrames();
    expect(connection.streams.size).toBe(0);
    client.send(post(3, "/second"), data(3, "x", { end: true }));
    expect(connection.streams.size).toBe(1);
    waiting.answer("/second");
    client.expectFrames(...echoed(3, "/second"));
    expect(connection.streams.size).toBe(0);
  });

  test("a reset by the client ends it: the handler is told, what it still says stays here", async () => {
    const waiting = new Waiting();
    const { client, connection, errors } = serve(waiting.handler);
    client.send(get(1));
    const { signal } = waiting.request();
    client.send(rstStream(1, 8));
    expect([signal.aborted, signal.reason]).toMatchObject([true, { code: "ERR_HTTP2_STREAM_RESET", by: "peer" }]);
    waiting.answer();
    await client.expectLater();
    expect([connection.streams.size, errors]).toEqual([0, []]);
  });

  test("a reset by the handler: what was queued is forgotten", () => {
    const { client, connection } = serve((_, response) => {
      response.write("x".repeat(100));
      response.reset();
    });
    client.send(get(1)).expectFrames("RST_STREAM 1 INTERNAL_ERROR");
    expect(connection.streams.size).toBe(0);
  });

  test("a response that breaks off after its head is reset, never ended", async () => {
    const { client, errors } = serve(async (_, response) => {
      response.write("begun");
      await Promise.resolve();
      throw new Error("broken");
    });
    await client.send(get(1)).expectLater("HEADERS 1 :status=200", 'DATA 1 "begun"', "RST_STREAM 1 INTERNAL_ERROR");
    expect(errors).toMatchObject([{ message: "broken" }]);
  });
});
