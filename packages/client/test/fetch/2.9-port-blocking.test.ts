import { createFetch } from "@stack/client/fetch";
import { describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "../faults/tcp-server.ts";
import { failureOf } from "./failure-of.ts";

describe("Fetch §2.9 Port blocking", () => {
  test.each(["http://127.0.0.1:25/", "https://127.0.0.1:6667/", "http://127.0.0.1:0/", "http://127.0.0.1:10080/"])(
    "%s is another protocol's",
    async (url) => {
      const fetch = createFetch();
      expect(await failureOf(fetch(url))).toMatchObject({ name: "TypeError", cause: expect.stringContaining("port") });
    },
  );

  test("S108: nor is one gone to by a redirect", async () => {
    const server = await TcpServer.listen((socket) =>
      onHeads(socket, () =>
        socket.write("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:25/\r\nContent-Length: 0\r\n\r\n"),
      ),
    );
    const fetch = createFetch();
    expect(await failureOf(fetch(server.origin))).toMatchObject({ name: "TypeError", code: "ERR_CLIENT_REDIRECT" });
    await fetch.close({ graceMs: 0 });
    await server.close();
  });

  test("what allow forbids is forbidden beside it", async () => {
    const server = await TcpServer.answering(
      "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n",
    );
    const fetch = createFetch({ redirects: { allow: ({ hostname }) => hostname !== "10.0.0.1" } });
    expect(await failureOf(fetch(server.origin))).toMatchObject({ code: "ERR_CLIENT_REDIRECT" });
    await fetch.close({ graceMs: 0 });
    await server.close();
  });
});
