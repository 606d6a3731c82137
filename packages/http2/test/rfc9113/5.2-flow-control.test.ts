import { describe, expect, test } from "vitest";
import { connect, get, post, type Served, serve, Waiting } from "../served.ts";
import { data, PREFACE, rstStream, SETTINGS_ACK, settings, windowUpdate } from "../wire.ts";

const INITIAL_WINDOW_SIZE = 4;
const octets = (count: number): string => "x".repeat(count);

describe("RFC 9113 §5.2.1, §6.9: what we may send", () => {
  /** A stream whose response is larger than its window. */
  const large = (count: number, ...pairs: [number, number][]): Served => {
    const served = serve((_, response) => response.send(octets(count)), {}, ...pairs);
    served.client.send(get(1));
    return served;
  };

  test("the stream's window: 65,535 octets unless SETTINGS says otherwise", () => {
    const { client } = large(100_000, [INITIAL_WINDOW_SIZE, 1_000]);
    client.expectFrames("HEADERS 1 :status=200 content-length=100000", "DATA 1 1000 octets");
    client.send(windowUpdate(1, 500)).expectFrames("DATA 1 500 octets");
  });

  test("the connection's window: 65,535 octets, whatever SETTINGS says", () => {
    const { client } = large(100_000, [INITIAL_WINDOW_SIZE, 1_000_000]);
    client.frames();
    expect(client.octets(1)).toBe(65_535);
    client.send(windowUpdate(0, 10)).expectFrames('DATA 1 "xxxxxxxxxx"');
    client.send(windowUpdate(1, 1_000_000)).expectFrames();
    client.send(windowUpdate(0, 1_000_000)).frames();
    expect(client.octets(1)).toBe(100_000);
  });

  test("the smaller of the two counts", () => {
    const { client } = large(200_000);
    client.frames();
    client.send(windowUpdate(0, 100)).expectFrames();
    client.send(windowUpdate(1, 10)).expectFrames('DATA 1 "xxxxxxxxxx"');
  });

  test("an end without content needs no window", async () => {
    const { client } = serve(
      async (_, response) => {
        response.write("x");
        await Promise.resolve();
        response.end();
      },
      {},
      [INITIAL_WINDOW_SIZE, 1],
    );
    await client.send(get(1)).expectLater("HEADERS 1 :status=200", 'DATA 1 "x"', 'DATA 1 "" END_STREAM');
  });

  test("§6.9.2: a change of SETTINGS_INITIAL_WINDOW_SIZE moves the windows of streams that are open", () => {
    const { client } = large(100_000, [INITIAL_WINDOW_SIZE, 1_000]);
    client.frames();
    client.send(settings([INITIAL_WINDOW_SIZE, 1_500])).expectFrames("SETTINGS ACK", "DATA 1 500 octets");
  });

  test("§6.9.2: a window can become negative; it must be paid back first", () => {
    const { client } = large(100_000, [INITIAL_WINDOW_SIZE, 1_000]);
    client.frames();
    client.send(settings([INITIAL_WINDOW_SIZE, 200])).expectFrames("SETTINGS ACK");
    client.send(windowUpdate(1, 800)).expectFrames();
    client.send(windowUpdate(1, 100)).expectFrames("DATA 1 100 octets");
  });

  test("§6.9.2: several changes in one frame count one after the other", () => {
    const { client } = large(100_000, [INITIAL_WINDOW_SIZE, 1_000]);
    client.frames();
    client.send(settings([INITIAL_WINDOW_SIZE, 0], [INITIAL_WINDOW_SIZE, 1_100]));
    client.expectFrames("SETTINGS ACK", "DATA 1 100 octets");
  });

  test("S72: §6.9.1: the connection's window over 2^31-1 ends the connection", () => {
    const { client, carrier, connection } = large(100_000);
    client.frames();
    client.send(windowUpdate(0, 0x7fffffff)).expectFrames(); // 0 was left of it
    client.send(windowUpdate(0, 1)).expectFrames("GOAWAY 1 FLOW_CONTROL_ERROR");
    client.peer.end();
    expect([carrier.closedWith, connection.streams.size, connection.deadline]).toEqual([null, 0, Infinity]);
  });

  test("S55: §6.9.1: a stream's window over 2^31-1 ends the stream", () => {
    const { client, connection } = large(100_000, [INITIAL_WINDOW_SIZE, 0]);
    client.expectFrames("HEADERS 1 :status=200 content-length=100000");
    client.send(windowUpdate(1, 0x7fffffff), windowUpdate(1, 1));
    expect(client.frames().at(-1)).toBe("RST_STREAM 1 FLOW_CONTROL_ERROR");
    expect(connection.streams.size).toBe(0);
  });

  test("§6.9.2: a change that takes a stream's window over 2^31-1 ends the connection", () => {
    const { client } = large(100_000, [INITIAL_WINDOW_SIZE, 0]);
    client.send(windowUpdate(1, 0x7fffffff)).frames();
    client.send(settings([INITIAL_WINDOW_SIZE, 65_536])).expectFrames("GOAWAY 1 FLOW_CONTROL_ERROR");
  });

  test.each([
    ["the connection's", windowUpdate(0, 0), "GOAWAY 1 PROTOCOL_ERROR"],
    ["a stream's", windowUpdate(1, 0), "RST_STREAM 1 PROTOCOL_ERROR"],
  ])("S55: WINDOW_UPDATE by 0: %s", (_, wire, answer) => {
    const { client } = serve(() => {});
    client.send(get(1), wire).expectFrames(answer);
  });

  test("WINDOW_UPDATE by 0 of an idle stream ends the connection: there is nothing to reset", () => {
    const { client } = serve(() => {});
    client.send(windowUpdate(1, 0)).expectFrames("GOAWAY 0 PROTOCOL_ERROR");
  });
});

describe("RFC 9113 §5.2, §6.9: what we let the client send", () => {
  test("windows are opened again when content was read, half of one at a time", async () => {
    const { client } = serve(async (request, response) => response.send(`${(await request.bytes()).length}`));
    client.send(post(1), data(1, octets(16_384)), data(1, octets(16_383))).expectFrames();
    client.send(data(1, "x"));
    expect(client.frames()).toEqual(["WINDOW_UPDATE 1 32768", "WINDOW_UPDATE 0 32768"]);
    await client.send(data(1, "x", { end: true })).peer.settled();
    expect(client.frames()).toEqual(["HEADERS 1 :status=200 content-length=5", 'DATA 1 "32769" END_STREAM']);
  });

  test("content that nobody reads opens no window: what a client can make us hold is bounded", () => {
    const { client } = serve(() => {});
    client.send(post(1));
    for (let sent = 0; sent < 65_535; sent += 13_107) client.send(data(1, octets(13_107)));
    client.expectFrames();
    client.send(data(1, "x")).expectFrames("GOAWAY 1 FLOW_CONTROL_ERROR");
  });

  test("§6.9.1: more than a stream's window is the stream's own error, where the connection's allows it", () => {
    const { client } = serve(() => {}, { initialWindowOctets: 1_000 });
    client.send(post(1), data(1, octets(1_000))).expectFrames();
    client.send(data(1, "x")).expectFrames("RST_STREAM 1 FLOW_CONTROL_ERROR");
    client.send(post(3), data(3, octets(1_000))).expectFrames();
  });

  test("padding counts, and is given back at once", async () => {
    const { client } = serve(async (request, response) => response.send(`${(await request.bytes()).length}`));
    client.send(post(1));
    for (let i = 0; i < 127; i++) client.send(data(1, "x", { pad: 255 }));
    client.expectFrames();
    client.send(data(1, "x", { pad: 255 }), data(1, "", { end: true }));
    expect(client.frames()).toEqual(
      ["WINDOW_UPDATE 1 32768", "WINDOW_UPDATE 0 32768"].map((l) => l.replace("32768", "32896")),
    );
  });

  describe("the connection's window survives streams that end before their content was read", () => {
    const rounds = 20; // of 16,000 octets: several windows
    const held = octets(16_000);

    test.each<[string, (id: number) => string[]]>([
      ["answered without a look at the content", (id) => [post(id, "/now") + data(id, held, { end: true })]],
      [
        "answered before the content was complete",
        (id) => [post(id, "/now"), data(id, held), data(id, "", { end: true })],
      ],
      ["reset by the client", (id) => [post(id, "/held"), data(id, held), rstStream(id, 8)]],
      ["reset by the handler", (id) => [post(id, "/reset"), data(id, held, { end: true })]],
      ["malformed, more than announced", (id) => [post(id, "/held", [["content-length", "1"]]), data(id, held)]],
      [
        "malformed, less than announced",
        (id) => [post(id, "/held", [["content-length", "99999"]]), data(id, held, { end: true })],
      ],
      ["sent to a stream that was reset", (id) => [post(id, "/reset"), data(id, held), data(id, held)]],
      ["sent to a stream that is half-closed", (id) => [get(id, "/held"), data(id, held)]],
    ])("%s", async (_, wire) => {
      const { client } = serve(async (request, response) => {
        if (request.target === "/read") response.send(`${(await request.bytes()).length}`);
        else if (request.target === "/now") response.send("ok");
        else if (request.target === "/reset") response.reset();
      });
      let id = 1;
      for (let i = 0; i < rounds; i++, id += 2) {
        for (const frame of wire(id)) client.send(frame);
        await client.peer.settled();
      }
      // Everything that was taken is given back, but for less than half a window.
      let sent = 0;
      let given = 0;
      for (const line of client.frames()) {
        if (line.startsWith("GOAWAY")) throw new Error(line);
        const update = /^WINDOW_UPDATE 0 (\d+)$/.exec(line);
        if (update !== null) given += Number(update[1]);
      }
      for (let i = 0; i < rounds; i++) sent += 16_000;
      expect(given).toBeGreaterThan(sent - 32_768);
      client.send(post(id, "/read"), data(id, held), data(id, held, { end: true }));
      await client.peer.settled();
      expect(client.frames().at(-1)).toBe(`DATA ${id} "32000" END_STREAM`);
    });
  });

  test("content is held for the reader of a stream whose response is complete", async () => {
    const waiting = new Waiting();
    const { client } = serve(waiting.handler);
    client.send(post(1), data(1, "one, "), data(1, "two", { end: true }));
    const content = waiting.request().content.stream()[Symbol.asyncIterator]();
    waiting.answer();
    await client.peer.settled();
    const read: string[] = [];
    for (;;) {
      const { done, value } = await content.next();
      if (done === true) break;
      read.push(Buffer.from(value).toString());
    }
    expect(read.join("")).toBe("one, two");
  });

  test("a window smaller than the default", async () => {
    const { client } = serve(async (request, response) => response.send(`${(await request.bytes()).length}`), {
      initialWindowOctets: 1_000,
    });
    client.send(post(1), data(1, octets(500)));
    expect(client.frames()).toContain("WINDOW_UPDATE 1 500");
  });

  test("a window larger than the default, of streams and of the connection", () => {
    const { client, connection } = connect(() => {}, { initialWindowOctets: 1_000_000 });
    client.send(PREFACE, settings(), SETTINGS_ACK);
    expect(client.frames().slice(1)).toEqual(["WINDOW_UPDATE 0 934465", "SETTINGS ACK"]);
    client.send(post(1));
    for (let i = 0; i < 50; i++) client.send(data(1, octets(16_000)));
    client.expectFrames();
    expect(connection.streams.size).toBe(1);
  });
});
