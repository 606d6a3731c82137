/** nginx ends connections after so many requests, and when it is told to reload: nothing is lost, and nothing done twice. */
import { type Client, type ClientError, createClient } from "@stack/client";
import { Authority } from "@stack/testing/certificates";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { presence } from "../programs.ts";
import { nginx } from "./peers.ts";

const here = presence("nginx", "apt-get install nginx-light");

let authority: Authority;
beforeAll(async () => {
  authority = await Authority.create();
});

const PROTOCOLS = [
  ["h1", "alpn"],
  ["h1 over TLS", "http/1.1"],
  ["h2", "alpn"],
  ["h2c", "prior-knowledge"],
] as const;

describe.skipIf(here.skipped).each(PROTOCOLS)(`nginx${here.note}, %s`, (protocol, version) => {
  async function serving(extra: string): Promise<{ client: Client; origin: string; reload: () => void }> {
    const running = await nginx(await authority.issue({ names: ["127.0.0.1"] }), extra);
    const client = createClient({
      version,
      tls: { ca: authority.cert },
      pool: { maxConnectionsPerOrigin: 8, maxStreams: 5 },
    });
    onTestFinished(async () => {
      await client.close({ graceMs: 0 });
      await running.stop();
    });
    const origin =
      protocol === "h1"
        ? `http://127.0.0.1:${running.plain}`
        : protocol === "h2c"
          ? `http://127.0.0.1:${running.h2c}`
          : `https://127.0.0.1:${running.secure}`;
    return { client, origin, reload: running.reload };
  }

  /** Makes requests, 20 at once, until `isEnough`; counts in `answers` how often each answer came. */
  async function ask(
    answers: Record<string, number>,
    isEnough: (asked: number) => boolean,
    call: (i: number) => Promise<string>,
  ): Promise<void> {
    let asked = 0;
    const loop = async (): Promise<void> => {
      while (!isEnough(asked)) {
        const answer = await call(asked++).catch((error: unknown) => (error as ClientError).code);
        answers[answer] = (answers[answer] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 20 }, loop));
  }

  test("a connection that ends after ten requests takes none with it, POST or GET", async () => {
    const { client, origin } = await serving('keepalive_requests 10; location /post { return 200 "posted"; }');
    const answers: Record<string, number> = {};
    const isEnough = (asked: number): boolean => asked === 1_000;
    await ask(answers, isEnough, async (i) => {
      if (i % 2 === 0) return (await client.get(`${origin}/text`)).text();
      return (await client.post(`${origin}/post`, { content: "x".repeat(i) })).text();
    });
    expect(answers).toEqual({ text: 500, posted: 500 });
  });

  test("a reload takes no GET with it", async () => {
    const { client, origin, reload } = await serving('location /process { return 200 "$pid"; }');
    const answers: Record<string, number> = {};
    const processes: Set<string> = new Set();
    // Each process that has answered is followed by another.
    await ask(
      answers,
      () => processes.size === 5,
      async () => {
        const process = await (await client.get(`${origin}/process`)).text();
        if (processes.size < processes.add(process).size) reload();
        return process;
      },
    );
    expect(Object.keys(answers).filter((answer) => !/^\d+$/.test(answer))).toEqual([]);
    expect(processes.size).toBe(5);
  });
});
