import { Fields, type Handler } from "@stack/http";
import { describe, expect, test } from "vitest";
import type { ClientConnection } from "../../src/index.ts";
import { Answer, type Asked, asked } from "../asked.ts";
import { get, serve } from "../served.ts";
import { data, headers, type Lines, ping, rstStream, settings, windowUpdate } from "../wire.ts";

const CANCEL = 8;
const OK: Lines = [[":status", "200"]];

/** `ask` is called while octets are being read: what it asks for waits until they all are. */
function reading(ask: (connection: ClientConnection) => void): Asked & { read(...frames: string[]): string[] } {
  let armed = false;
  const made = asked({
    onIdle: (connection) => {
      if (!armed) return;
      armed = false;
      ask(connection);
    },
  });
  const read = (...frames: string[]): string[] => {
    armed = true;
    return made.server.send(settings(), ...frames).frames();
  };
  return { ...made, read };
}

function request(connection: ClientConnection): Answer {
  const answer = new Answer();
  const fields = new Fields({ Host: "a.example" });
  answer.sink = connection.request({ method: "GET", target: "/", fields }, answer);
  answer.sink.grant(1_000);
  return answer;
}

describe("RFC 9113 §6.4: RST_STREAM is not sent on an idle stream", () => {
  test("a request that is given up before it left is not spoken of: the connection serves the others", () => {
    const answers: Answer[] = [];
    const made = reading((connection) => {
      const answer = request(connection);
      answer.sink?.reset(CANCEL);
      answers.push(answer, request(connection));
    });
    expect(made.read()).toEqual([
      "SETTINGS ACK",
      "HEADERS 3 :method=GET :scheme=http :authority=a.example :path=/ END_STREAM",
    ]);
    made.server.send(headers(3, OK, { end: true })).expectFrames();
    expect(answers.map(({ events }) => events.at(-1))).toEqual(["ERR_PEER_GONE unprocessed", "end"]);
    expect(made.connection.idle).toBe(true);
  });

  test("nor is a promise that is taken back before it was said (§8.4)", () => {
    const page: Handler = (asking, response) => {
      response.push(asking.promise("/a"))?.reset(CANCEL);
      response.push(asking.promise("/b"))?.end("b");
      response.send("page");
    };
    const { client, connection } = serve(page, { push: true });
    client
      .send(get(1))
      .expectFrames(
        "PUSH_PROMISE 1 4 :method=GET :scheme=http :authority=a.example :path=/b",
        "HEADERS 1 :status=200 content-length=4",
        "HEADERS 4 :status=200 content-length=1",
        'DATA 4 "b" END_STREAM',
        'DATA 1 "page" END_STREAM',
      );
    expect(connection.streams.size).toBe(0);
  });

  test("a promise that was said is reset like any stream", () => {
    const { client } = serve(
      (asking, response) => {
        const pushed = response.push(asking.promise("/a"));
        response.write("page");
        asking.signal.addEventListener("abort", () => pushed?.reset(CANCEL));
      },
      { push: true },
    );
    client.send(get(1)).frames();
    client.send(rstStream(1, CANCEL), ping("12345678")).expectFrames("RST_STREAM 2 CANCEL", 'PING "12345678" ACK');
  });
});

describe("RFC 9113 §5.1: a stream whose HEADERS have not left is idle to the server", () => {
  test.each([
    ["HEADERS", headers(1, OK, { end: true })],
    ["DATA", data(1, "x")],
    ["RST_STREAM", rstStream(1, CANCEL)],
    ["WINDOW_UPDATE", windowUpdate(1, 100)],
    ["WINDOW_UPDATE by 0", windowUpdate(1, 0)],
  ])("%s on it ends the connection", (_, wire) => {
    const answers: Answer[] = [];
    const { read } = reading((connection) => answers.push(request(connection)));
    expect(read(wire)).toEqual(["SETTINGS ACK", "GOAWAY 0 PROTOCOL_ERROR"]);
    expect(answers[0]?.events).toEqual(["ERR_HTTP2_CONNECTION unprocessed"]);
  });
});
