import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TILES } from "../src/tile.ts";
import { VERSIONS } from "./asked.ts";
import { type Running, start } from "./running.ts";

describe.each(VERSIONS)("/tile/:n over %s", (_, ask) => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.stop());

  test("a hundred small pictures, no two alike", async () => {
    const pictures = new Set<string>();
    for (let n = 0; n < TILES; n++) {
      const { status, fields, content } = await ask(running.port, "GET", `/tile/${n}`);
      expect([status, fields["content-type"], fields["cache-control"]]).toEqual([200, "image/svg+xml", "no-store"]);
      expect(fields["content-security-policy"]).toBe("default-src 'none'");
      expect(content).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*<\/svg>$/);
      expect(content.length).toBeLessThan(200);
      pictures.add(content);
    }
    expect(pictures.size).toBe(TILES);
  });

  test.each(["100", "-1", "00", "1.5", "x", "__proto__"])("there is no tile %s", async (n) => {
    expect((await ask(running.port, "GET", `/tile/${n}`)).status).toBe(404);
  });

  test("waits as long as it is asked to, a second at most", async () => {
    const start = performance.now();
    expect((await ask(running.port, "GET", "/tile/7?ms=60")).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(55);
    for (const ms of ["1001", "-1", "x"]) expect((await ask(running.port, "GET", `/tile/7?ms=${ms}`)).status).toBe(400);
  });
});
