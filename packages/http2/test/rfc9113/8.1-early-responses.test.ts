import { describe, expect, test } from "vitest";
import { connect, echoed, echoTarget, post, serve, Waiting } from "../served.ts";
import { data, PREFACE, rstStream, SETTINGS_ACK, settings } from "../wire.ts";

const octets = (count: number): string => "x".repeat(count);

describe("RFC 9113 §8.1: a response that is complete before its request", () => {
  test("the rest is read away, and the stream ends with the request", () => {
    const { client, connection } = serve(echoTarget);
    client.send(post(1)).expectFrames(...echoed(1));
    for (let i = 0; i < 4; i++) client.send(data(1, octets(16_384)));
    const opened = ["WINDOW_UPDATE 1 32768", "WINDOW_UPDATE 0 32768"];
    client.expectFrames(...opened, ...opened);
    client.send(data(1, "", { end: true })).expectFrames();
    expect(connection.streams.size).toBe(0);
  });

  test("S26: over 64 KiB of it the stream is reset with NO_ERROR, and what still comes is ignored", () => {
    const { client, connection, refused } = serve(echoTarget);
    client.send(post(1)).frames();
    for (let i = 0; i < 4; i++) client.send(data(1, octets(16_384)));
    client.frames();
    client.send(data(1, "x")).expectFrames("RST_STREAM 1 NO_ERROR");
    expect(connection.streams.size).toBe(0);
    client.send(data(1, octets(10_000)), data(1, "x", { end: true })).expectFrames();
    expect(refused).toEqual([]);
  });

  test("a client with a large window in flight is not punished for what it had sent", () => {
    const { client, carrier } = connect(echoTarget, { initialWindowOctets: 4_194_304 });
    client.send(PREFACE, settings(), SETTINGS_ACK, post(1)).frames();
    for (let i = 0; i < 2_500; i++) client.send(data(1, octets(1_024))); // more than any budget of frames
    const portion = "WINDOW_UPDATE 0 524288"; // credited back, an eighth of the window at a time
    client.expectFrames("RST_STREAM 1 NO_ERROR", portion, portion, portion, portion);
    expect(carrier.ended).toBe(false);
  });

  test("S55: one that goes on beyond the window that it had is", () => {
    const { client } = serve(echoTarget);
    client.send(post(1)).frames();
    for (let i = 0; i < 2_500; i++) client.send(data(1, octets(1_024)));
    expect(client.frames().at(-1)).toBe("GOAWAY 1 ENHANCE_YOUR_CALM");
  });

  test("a handler that goes on reading gets all of it", async () => {
    let read = "";
    const { client } = serve(async (request, response) => {
      response.send("accepted");
      read = await request.text();
    });
    client.send(post(1), data(1, "one, ")).frames();
    client.send(data(1, "two"), data(1, ", three", { end: true }));
    await client.peer.settled();
    expect(read).toBe("one, two, three");
  });

  test("one that begins to read too late is told so", async () => {
    const waiting = new Waiting();
    const { client } = serve(waiting.handler);
    client.send(post(1), data(1, "one"));
    waiting.answer();
    client.frames();
    await expect(waiting.request().text()).rejects.toMatchObject({ code: "ERR_CONTENT_TAKEN" });
  });

  test("the request's signal does not abort: the response was complete", () => {
    const waiting = new Waiting();
    const { client } = serve(waiting.handler);
    client.send(post(1));
    const { signal } = waiting.request();
    waiting.answer();
    client.frames();
    client.send(rstStream(1, 8)).expectFrames();
    expect(signal.aborted).toBe(false);
  });
});
