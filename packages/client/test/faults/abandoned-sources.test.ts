import { createClient } from "@stack/client";
import { expect, test } from "vitest";
import { data, headers, rstStream } from "../../../http2/test/wire.ts";
import { http2Server } from "./http2-server.ts";

const REFUSED_STREAM = 7;

test("what made the content of an attempt that is over fails late: the next attempt goes on", async () => {
  const lines: string[] = [];
  const server = await http2Server((line, peer) => {
    lines.push(line);
    if (line.startsWith("DATA 1 ")) peer.say(rstStream(1, REFUSED_STREAM));
    if (line.startsWith("DATA 3 ") && line.includes("END_STREAM"))
      peer.say(headers(3, [[":status", "200"]]) + data(3, "ok", { end: true }));
  });
  const client = createClient({ version: "prior-knowledge" });

  // As a file's stream, or that of another server, which fails when it is told to stop.
  let failFirst = (_: Error): void => {};
  const first = {
    next: piecesThen(() => new Promise<never>((_, reject) => void (failFirst = reject))),
    return: () => Promise.resolve({ done: true as const, value: undefined }),
  };
  const second = {
    next: piecesThen(async () => {
      failFirst(new Error("told to stop"));
      await new Promise((resolve) => setImmediate(resolve));
      return { done: true as const, value: undefined };
    }),
  };
  const sources = [first, second];
  const content = (): AsyncIterable<string> => {
    const source = sources.shift() as AsyncIterator<string>;
    return { [Symbol.asyncIterator]: () => source };
  };

  expect(await (await client.put(server.origin, { content })).text()).toBe("ok");
  expect(lines.filter((line) => line.startsWith("HEADERS"))).toHaveLength(2);
  await client.close({ graceMs: 0 });
  await server.close();
});

/** One piece, and then what `then` says. */
function piecesThen(then: () => Promise<IteratorResult<string>>): () => Promise<IteratorResult<string>> {
  let pieces = 0;
  return () => (pieces++ === 0 ? Promise.resolve({ done: false, value: "piece" }) : then());
}
