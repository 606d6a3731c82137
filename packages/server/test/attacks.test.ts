import { ATTACKS, CANARY, RawClient, statuses } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createServer, type Server } from "../src/index.ts";

/** The requests that reached a handler: method and path. */
let seen: string[] = [];
let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer({ onError: () => {} });
  server.use((inner) => (request, response) => {
    seen.push(`${request.method} ${request.path}`);
    return inner(request, response);
  });
  server.get("/plaintext", (_, response) => response.text("Hello, World!"));
  server.post("/echo", async (request, response) => response.send(await request.bytes()));
  port = (await server.listen(0)).port;
});

afterAll(() => server.close({ graceMs: 0 }));

describe.each(ATTACKS)("$id: $name", ({ wire, status, harmless }) => {
  test(
    harmless === true ? "is answered, and the request behind it too" : "is refused, and nothing behind it is read",
    async () => {
      seen = [];
      const client = new RawClient(port).send(wire).send(CANARY);
      if (harmless === true) {
        await client.until(() => seen.includes("GET /canary") && statuses(client.received).length === 2);
        expect(status).toContain(statuses(client.received)[0]);
        expect(statuses(client.received)[1]).toBe(404);
        client.destroy();
        return;
      }
      await client.untilClosed();
      expect(statuses(client.received).length, client.received.slice(0, 300) + client.failure).toBe(1);
      expect(status).toContain(statuses(client.received)[0]);
      expect(client.received).toContain("Connection: close\r\n");
      expect(seen).not.toContain("GET /canary");
      client.destroy();
    },
  );
});

test("after all attacks the server serves as before, and holds no connection", async () => {
  const client = new RawClient(port).send("GET /plaintext HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await client.untilClosed();
  expect(client.received).toContain("Hello, World!");
  expect(server.figures.errors).toBe(0);
});
