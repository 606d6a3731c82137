import { Fields } from "@stack/http";
import { describe, expect, test } from "vitest";
import { Answer, asked } from "../asked.ts";
import { data, headers, type Lines } from "../wire.ts";

const ended = { end: true };

describe("RFC 9113 §8.1.1, RFC 9110 §6.4.1: responses that have no content, whatever their Content-Length says", () => {
  const NONE: [string, string, string][] = [
    ["to HEAD", "HEAD", "200"],
    ["204", "GET", "204"],
    ["304", "GET", "304"],
  ];
  const head = (status: string): Lines => [
    [":status", status],
    ["content-length", "5"],
  ];

  test.each(NONE)("%s: complete without it", (_, method, status) => {
    const { server, ask, connection } = asked();
    const answers = [ask("/", { method }), ask("/", { method })];
    server.frames();
    server.send(headers(1, head(status), ended), headers(3, head(status)), data(3, "", ended)).expectFrames();
    for (const { events } of answers) expect(events).toEqual([`${status} [["content-length","5"]]`, "end"]);
    expect(connection.idle).toBe(true);
  });

  test.each(NONE)("%s: malformed with it", (_, method, status) => {
    const { server, ask } = asked();
    const answer = ask("/", { method });
    server.frames();
    server.send(headers(1, head(status)), data(1, "hello", ended)).expectFrames("RST_STREAM 1 PROTOCOL_ERROR");
    expect([answer.content, answer.events.at(-1)]).toEqual(["", "ERR_HTTP2_STREAM_RESET"]);
  });
});

describe("RFC 9113 §8.1: informational responses", () => {
  const hints = headers(1, [[":status", "103"]]);

  test("S36: sixteen to a request, and no more", () => {
    const { server, ask } = asked();
    const answer = ask();
    server.frames();
    server.send(hints.repeat(16)).expectFrames();
    expect(answer.events).toHaveLength(16);
    server.send(hints).expectFrames("RST_STREAM 1 PROTOCOL_ERROR");
    expect(answer.events.at(-1)).toBe("ERR_HTTP2_STREAM_RESET");
  });

  test("S36: as many as the options say", () => {
    const { server, ask } = asked({ maxInformational: 0 });
    ask();
    server.frames();
    server.send(hints).expectFrames("RST_STREAM 1 PROTOCOL_ERROR");
  });
});

describe("RFC 9113 §8.1.1: the Content-Length of a request is kept", () => {
  test.each<[string, (answer: Answer) => void]>([
    ["more at once", (answer) => answer.send("sixsix")],
    ["more, in pieces", (answer) => [answer.send("five", false), answer.send("xx", false)]],
    ["less", (answer) => answer.send("four")],
  ])("S80: %s is our caller's mistake, and does not leave", (_, send) => {
    const { server, ask } = asked();
    const answer = ask("/", { method: "POST", contentLength: 5 });
    server.frames();
    let code: unknown = null;
    try {
      send(answer);
    } catch (error) {
      ({ code } = error as { code?: unknown });
    }
    expect(code).toBe("ERR_CONTENT_LENGTH");
    expect(server.frames().at(-1)).toBe("RST_STREAM 1 CANCEL");
    expect(server.octets(1)).toBeLessThan(5);
  });
});

describe("RFC 9113 §6.9.1: the connection's window", () => {
  test("is given back for the padding of content whose reader gives up while he reads it", () => {
    class Once extends Answer {
      override onContent(): void {
        this.sink?.reset(8);
      }
    }
    const made = asked();
    let given = 0;
    for (let id = 1; id < 400; id += 2) {
      const answer = new Once();
      const head = { method: "GET", target: "/", fields: new Fields({ Host: "a.example" }) };
      answer.sink = made.connection.request(head, answer);
      answer.sink.grant(1_000);
      made.server.frames();
      made.server.send(headers(id, [[":status", "200"]]), data(id, "x", { pad: 255 }));
      for (const line of made.server.frames()) given += Number(/^WINDOW_UPDATE 0 (\d+)$/.exec(line)?.[1] ?? 0);
    }
    expect(given).toBeGreaterThan(200 * 257 - 32_768); // all but less than half a window
  });
});
