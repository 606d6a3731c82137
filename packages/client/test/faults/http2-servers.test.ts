import { type Client, createClient } from "@stack/client";
import { ERROR_CODE } from "@stack/http2-frames";
import { afterEach, describe, expect, test } from "vitest";
import { data, headers, rstStream } from "../../../http2/test/wire.ts";
import { type FramePeer, http2Server } from "./http2-server.ts";
import type { TcpServer } from "./tcp-server.ts";

let client: Client;
let server: TcpServer;

afterEach(async () => {
  await client.close({ graceMs: 0 });
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await server.close();
});

/** The stream of a HEADERS line, or 0. */
function streamOf(line: string): number {
  return Number(/^HEADERS (\d+)/.exec(line)?.[1] ?? 0);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("RFC 9113 §8.1: a response that is whole before its request is", () => {
  test("instead of 100: the stream is reset, and not left half open", async () => {
    const lines: string[] = [];
    server = await http2Server((line, peer) => {
      lines.push(line);
      const id = streamOf(line);
      if (id > 0) peer.say(headers(id, [[":status", "417"]], { end: true }));
    });
    client = createClient({ version: "prior-knowledge" });
    const response = await client.post(server.origin, { content: "x", expectContinue: true });
    expect(response.status).toBe(417);
    await until(() => lines.includes("RST_STREAM 1 CANCEL"));
    expect(lines.filter((line) => line.startsWith("DATA"))).toEqual([]);
  });
});
