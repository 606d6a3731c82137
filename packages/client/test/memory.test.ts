import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createServer } from "@stack/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const MIB = 2 ** 20;
const CLIENT = fileURLToPath(new URL("./fixtures/memory-client.mjs", import.meta.url));

/** Octets of a transfer; a soak says more. */
const TRANSFER = Number(process.env.STACK_TRANSFER_MIB ?? 256) * MIB;

const server = createServer({ maxContentOctets: Number.POSITIVE_INFINITY });
const piece = new Uint8Array(65_536);
server.get("/small", (_, response) => response.text("ok"));
server.get("/download/:octets", async (request, response) => {
  const octets = Number(request.params.get("octets"));
  for (let at = 0; at < octets; at += piece.length) if (!response.write(piece)) await response.drained();
  response.end();
});
server.post("/upload", async (request, response) => {
  let octets = 0;
  for await (const each of request.content) octets += each.length;
  response.text(String(octets));
});
let url = "";
beforeAll(async () => {
  url = (await server.listen(0)).url;
});
afterAll(async () => {
  await server.close({ graceMs: 0 });
});

async function measure(mode: string, octets: number): Promise<{ used: number; rss: number }> {
  const args = ["--expose-gc", CLIENT, mode, url, String(octets)];
  const { stdout } = await promisify(execFile)("node", args);
  return JSON.parse(stdout) as { used: number; rss: number };
}

describe.each(["", "2"])("in a process of its own, HTTP/1.1 or 2: %j", (version) => {
  test("10,000 requests leave nothing behind", async () => {
    const { used } = await measure(`requests${version}`, 10_000);
    expect(used).toBeLessThan(MIB);
  }, 120_000);

  test.each(["download", "upload"])(
    "a large %s holds memory flat",
    async (way) => {
      const { used, rss } = await measure(`${way}${version}`, TRANSFER);
      if (process.env.STACK_TRANSFER_MIB !== undefined)
        console.info(`${way}, HTTP/${version || "1.1"}: ${TRANSFER / MIB} MiB, used ${used}, resident ${rss}`);
      expect(used).toBeLessThan(MIB);
      expect(rss).toBeLessThan(64 * MIB);
    },
    600_000,
  );
});

test("nor do 10,000 requests to more origins than are remembered", async () => {
  const { used } = await measure("origins", 10_000);
  expect(used).toBeLessThan(MIB);
}, 120_000);
