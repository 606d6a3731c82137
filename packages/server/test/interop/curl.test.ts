import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { presence, run } from "./program.ts";
import { LARGE, PORTS, served } from "./served.ts";

const curl = presence("curl", "curl");
const withHttp2 = / HTTP2/.test(spawnSync("curl", ["--version"]).stdout?.toString() ?? "");
const skipped = curl.skipped || (!withHttp2 && process.env.STACK_REQUIRE_PEERS !== "1");

describe.skipIf(skipped).each(PORTS)(`curl, $name${curl.note}`, ({ secure }) => {
  const version = secure ? "--http2" : "--http2-prior-knowledge";
  const ask = async (...args: string[]): Promise<{ code: number | null; text: string; head: string }> => {
    const { code, stdout, stderr } = await run("curl", [
      "-skv",
      "--noproxy",
      "*",
      "--max-time",
      "20",
      version,
      ...args,
    ]);
    const head = stderr
      .split("\n")
      .filter((line) => line.startsWith("< "))
      .map((line) => line.slice(2).trim())
      .join("\n");
    return { code, text: stdout.toString("latin1"), head };
  };

  test("a small response", async () => {
    const { origin } = await served(secure);
    const { code, text, head } = await ask(`${origin}/`);
    expect([code, text]).toEqual([0, "over 2"]);
    expect(head).toMatch(/^HTTP\/2 200 *\ncontent-type: text\/plain; charset=utf-8\ncontent-length: 6\ndate: /);
  });

  test("a large one, and a request for its head", async () => {
    const { origin } = await served(secure);
    expect((await ask(`${origin}/large`)).text).toHaveLength(LARGE);
    const { code, text, head } = await ask("--head", `${origin}/`);
    expect([code, head.split("\n")[0]]).toEqual([0, "HTTP/2 200"]);
    expect(text).toContain("content-length: 6");
  });

  test("an upload of known length, and one of unknown", async () => {
    const { origin } = await served(secure);
    expect((await ask("--data-binary", "0123456789".repeat(1_000), `${origin}/count`)).text).toBe("10000 no trailer");
    const { stdout } = await run(
      "curl",
      ["-sk", "--noproxy", "*", version, "-XPOST", "-T-", `${origin}/count`],
      "x".repeat(3_000_000),
    );
    expect(stdout.toString()).toBe("3000000 no trailer");
  });

  test("trailers, early hints, statuses without content", async () => {
    const { origin } = await served(secure);
    const trailers = await ask(`${origin}/trailers`);
    expect([trailers.text, trailers.head.split("\n").at(-1)]).toEqual(["content", "checksum: abc"]);
    const hints = await ask(`${origin}/hints`);
    expect(hints.head).toMatch(/^HTTP\/2 103 *\nlink: <\/a.css>; rel=preload\n[\s\S]*HTTP\/2 200/);
    expect(hints.text).toBe("hinted");
    for (const status of [204, 304]) {
      const { code, text, head } = await ask(`${origin}/status/${status}`);
      expect([code, text, head.split("\n")[0]]).toEqual([0, "", `HTTP/2 ${status}`]);
    }
  });

  test("Expect: 100-continue", async () => {
    const { origin } = await served(secure);
    const { text, head } = await ask("-H", "Expect: 100-continue", "--data-binary", "hello", `${origin}/count`);
    expect([text, head.match(/^HTTP\/2 \d+/gm)]).toEqual(["5 no trailer", ["HTTP/2 100", "HTTP/2 200"]]);
  });
});

describe.skipIf(skipped)(`curl, many targets at once${curl.note}`, () => {
  // Under TLS only: curl 7.88 uses no connection twice that it knew to be HTTP/2, with nghttpd neither.
  test("on one connection", async () => {
    const { origin, server } = await served(true);
    const argv = ["-sk", "--noproxy", "*", "--http2", "--parallel", "--parallel-max", "20", `${origin}/?[1-40]`];
    const { code, stdout } = await run("curl", argv);
    expect([code, stdout.toString()]).toEqual([0, "over 2".repeat(40)]);
    expect(server.figures.requests).toBe(40);
  });
});

describe.skipIf(skipped)(`curl on a cleartext port without prior knowledge${curl.note}`, () => {
  test("--http2 offers h2c by Upgrade, which RFC 9113 has given up: it is answered over HTTP/1.1", async () => {
    const { origin } = await served(false);
    const { code, stdout } = await run("curl", ["-s", "--noproxy", "*", "--http2", `${origin}/`]);
    expect([code, stdout.toString()]).toEqual([0, "over 1.1"]);
  });
});
