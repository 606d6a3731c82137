import { describe, expect, test } from "vitest";
import { folderWith, presence, run } from "./program.ts";
import { LARGE, PORTS, served } from "./served.ts";

const nghttp = presence("nghttp", "nghttp2-client");
const h2load = presence("h2load", "nghttp2-client");

describe.skipIf(nghttp.skipped).each(PORTS)(`nghttp, $name${nghttp.note}`, ({ secure }) => {
  test("content, to its last octet", async () => {
    const { origin } = await served(secure);
    const { code, stdout } = await run("nghttp", ["--no-verify-peer", `${origin}/large`]);
    expect([code, stdout.length, stdout.every((octet) => octet === 0x78)]).toEqual([0, LARGE, true]);
  });

  test("the frames of a connection: SETTINGS and their acknowledgements, HEADERS, DATA, GOAWAY", async () => {
    const { origin } = await served(secure);
    const { stdout } = await run("nghttp", ["--no-verify-peer", "-nv", `${origin}/trailers`]);
    const told = stdout.toString("latin1");
    expect(told).toMatch(/recv SETTINGS frame <length=\d+, flags=0x00, stream_id=0>/);
    expect(told).toMatch(/recv SETTINGS frame <length=0, flags=0x01, stream_id=0>\n\s+; ACK/);
    expect(told).toMatch(/recv \(stream_id=\d+\) :status: 200/);
    expect(told).toMatch(/recv DATA frame <length=7, flags=0x00, stream_id=\d+>/);
    expect(told).toMatch(/recv \(stream_id=\d+\) checksum: abc\n.*recv HEADERS frame <length=\d+, flags=0x05/);
    expect(told).toMatch(/send GOAWAY frame [^\n]*\n\s+\(last_stream_id=0, error_code=NO_ERROR/);
    expect(told).not.toMatch(/INVALID|RST_STREAM/);
  });

  test("many requests on one connection", async () => {
    const { origin, server } = await served(secure);
    const targets = Array.from({ length: 50 }, (_, i) => `${origin}/?${i}`);
    const { code, stdout } = await run("nghttp", ["--no-verify-peer", ...targets]);
    expect([code, stdout.toString()]).toEqual([0, "over 2".repeat(50)]);
    expect(server.figures.requests).toBe(50);
  });

  test("an upload, with trailers, through a small window", async () => {
    const { origin } = await served(secure);
    const file = `${folderWith({ content: new Uint8Array(1_000_000) })}/content`;
    const { stdout } = await run("nghttp", [
      "--no-verify-peer",
      "--window-bits=10",
      "--trailer=checksum: abc",
      `--data=${file}`,
      `${origin}/count`,
    ]);
    expect(stdout.toString()).toBe("1000000 abc");
  });

  test("a large field block, in CONTINUATION frames, with padding", async () => {
    const { origin } = await served(secure);
    const { stdout } = await run("nghttp", ["--no-verify-peer", "--continuation", "--padding=100", `${origin}/`]);
    expect(stdout.toString()).toBe("over 2");
  });

  test("no table for our encoder", async () => {
    const { origin } = await served(secure);
    const targets = Array.from({ length: 5 }, (_, i) => `${origin}/?${i}`);
    const { code, stdout } = await run("nghttp", ["--no-verify-peer", "--header-table-size=0", ...targets]);
    expect([code, stdout.toString()]).toEqual([0, "over 2".repeat(5)]);
  });
});

describe.skipIf(h2load.skipped).each(PORTS)(`h2load, $name${h2load.note}`, ({ secure }) => {
  const figures = async (...args: string[]): Promise<string> =>
    (await run("h2load", args)).stdout
      .toString()
      .split("\n")
      .filter((line) => /^(requests|status codes):/.test(line))
      .join("\n");

  test("2,000 requests over 8 connections, 50 streams at once on each: every one answered", async () => {
    const { origin } = await served(secure);
    const told = await figures("-n2000", "-c8", "-m50", `${origin}/`);
    expect(told).toMatch(/2000 succeeded, 0 failed, 0 errored, 0 timeout/);
    expect(told).toMatch(/2000 2xx, 0 3xx, 0 4xx, 0 5xx/);
  });

  test("large downloads through windows of 64 KiB", async () => {
    const { origin } = await served(secure);
    const told = await figures("-n8", "-c2", "-m4", "-w16", "-W16", `${origin}/large`);
    expect(told).toMatch(/8 succeeded, 0 failed, 0 errored/);
  });

  test("uploads", async () => {
    const { origin } = await served(secure);
    const file = `${folderWith({ content: new Uint8Array(100_000) })}/content`;
    const told = await figures("-n200", "-c2", "-m10", `-d${file}`, `${origin}/echo`);
    expect(told).toMatch(/200 succeeded, 0 failed, 0 errored/);
  });

  test("more streams at once than we allow: it waits, nothing is refused", async () => {
    const { origin, refused } = await served(secure);
    const told = await figures("-n1000", "-c1", "-m500", `${origin}/`);
    expect(told).toMatch(/1000 succeeded, 0 failed, 0 errored/);
    expect(refused).toEqual([]);
  });
});
