import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Program, type Running, start, startBelow } from "./running.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const missing = !existsSync(CHROMIUM);
// STACK_REQUIRE_PEERS=1: what is missing fails instead of being skipped.
const skipped = missing && process.env.STACK_REQUIRE_PEERS !== "1";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

describe.skipIf(skipped)(
  `the page in Chromium${missing ? " (missing: apt-get install chromium, or set CHROMIUM)" : ""}`,
  () => {
    let browser: Browser;
    let running: Running;
    let complaints: string[];
    const pages: Page[] = [];

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      running = await startBelow();
    }, 60_000);
    afterEach(async () => {
      for (const page of pages.splice(0)) await page.context().close();
    });
    afterAll(async () => {
      await browser?.close();
      await running?.stop();
    });

    async function open(scheme: "light" | "dark" = "light", width = 1_280): Promise<Page> {
      complaints = [];
      const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } });
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const page = await context.newPage();
      pages.push(page);
      page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("requestfailed", (failed) => complaints.push(`${failed.url()}: ${failed.failure()?.errorText}`));
      page.on("response", (response) => {
        if (!response.ok()) complaints.push(`${response.url()}: ${response.status()}`);
      });
      await page.goto(`http://127.0.0.1:${running.port}/`);
      await page.locator("#live[data-state=live]").waitFor();
      return page;
    }

    const number = async (page: Page, id: string) =>
      Number(((await page.locator(id).textContent()) ?? "").replaceAll(",", ""));
    test.each(["light", "dark"] as const)(
      "opens in %s without a complaint, and its figures move",
      async (scheme) => {
        const page = await open(scheme);
        await expect.poll(() => number(page, "#requests"), { timeout: 20_000 }).toBeGreaterThan(0);
        const before = await number(page, "#requests");
        const uptime = await page.locator("#uptime").textContent();
        await page.locator("#traffic").click();
        await expect.poll(() => number(page, "#requests"), { timeout: 50_000 }).toBeGreaterThanOrEqual(before + 1_000);
        await page.locator("#said", { hasText: "1,000 of 1,000 requests answered" }).waitFor({ state: "attached" });
        await expect.poll(() => page.locator("#uptime").textContent(), { timeout: 20_000 }).not.toBe(uptime);
        expect(await page.locator("#p50").textContent()).toMatch(/^[\d.]+ (µs|ms)$/);
        expect(await page.locator("#p99").textContent()).toMatch(/^[\d.]+ (µs|ms)$/);
        expect(await page.locator("#rss").textContent()).toMatch(/^\d+ MiB$|^\d+\.\d+ MiB$/);
        expect(await number(page, "#connections")).toBeGreaterThanOrEqual(1);
        expect(await page.locator("#errors").textContent()).toBe("0");
        const line = await page.locator("#chart .line").getAttribute("d");
        expect(new Set(line?.match(/(?<= )[\d.]+/g)).size).toBeGreaterThan(1); // it is not flat
        expect(await page.screenshot()).not.toHaveLength(0);
        expect(complaints).toEqual([]);
      },
      60_000,
    );

    /** The tiles, as the page tells of them when all have come. */
    async function tiles(page: Page): Promise<{ protocol: string; count: number; atOnce: number; total: string }> {
      await page.locator("#again:enabled").waitFor();
      const text = async (id: string) => (await page.locator(id).textContent()) ?? "";
      return {
        protocol: await text("#tile-protocol"),
        count: await number(page, "#tile-count"),
        atOnce: await number(page, "#tile-at-once"),
        total: await text("#tile-total"),
      };
    }

    /** What is there to be seen of them: pictures that have pixels, and a time on each. */
    const SEEN = `[...document.querySelectorAll("#mosaic .tile")].filter(
      (tile) => tile.querySelector("img")?.naturalWidth > 0 && /^[\\d,]+$/.test(tile.querySelector("span")?.textContent),
    ).length`;

    test("over HTTP/1.1 its hundred tiles come a few at a time", async () => {
      const page = await open();
      const { protocol, count, atOnce, total } = await tiles(page);
      expect([protocol, count]).toEqual(["http/1.1", 100]);
      expect(atOnce).toBeGreaterThan(1);
      expect(atOnce).toBeLessThanOrEqual(6); // connections that a browser opens to one host
      expect(total).toMatch(/^[\d.]+ (ms|s)$/);
      expect(await page.evaluate(SEEN)).toBe(100);
      const before = running.server.figures.requests;
      await page.locator("#again").click();
      expect((await tiles(page)).count).toBe(100);
      expect(running.server.figures.requests - before).toBe(100);
      expect(await page.getByRole("img", { name: /^100 of 100 tiles came over http\/1\.1 in / }).count()).toBe(1);
      expect(complaints).toEqual([]);
    });

    test("over HTTP/2, from the program as `pnpm start` runs it, they come all at once, and the figures move", async () => {
      const cache = mkdtempSync(join(tmpdir(), "stack-server-"));
      const program = new Program(["--port", "0", "--tls-port", "0", "--log", "json"], { XDG_CACHE_HOME: cache });
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      try {
        const [, url] = await program.says(/listening on (https:\/\/\S+)$/m);
        const page = await context.newPage();
        const failures: string[] = [];
        page.on("console", (message) => failures.push(`${message.type()}: ${message.text()}`));
        page.on("pageerror", (error) => failures.push(error.message));
        await page.goto(url as string);
        await page.locator("#live[data-state=live]").waitFor();
        const facts = await page.locator(".facts").textContent();
        expect(facts).toContain("HTTP/2 over TLS");
        expect(await page.locator(".way").textContent()).toContain("@stack/http2");
        // Nobody vouches for the development certificate: without -k the lines that are shown would fail.
        expect(await page.locator(".curl code").first().textContent()).toBe(`curl -k -i ${url}/plaintext`);
        expect(await page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")).toBe("h2");
        const { protocol, count, atOnce } = await tiles(page);
        expect([protocol, count]).toEqual(["h2", 100]);
        expect(atOnce).toBeGreaterThan(6); // more than HTTP/1.1 ever has
        expect(await page.evaluate(SEEN)).toBe(100);
        await expect.poll(() => number(page, "#requests"), { timeout: 20_000 }).toBeGreaterThanOrEqual(100);
        const before = await number(page, "#requests");
        await page.locator("#again").click();
        expect((await tiles(page)).protocol).toBe("h2");
        await expect.poll(() => number(page, "#requests"), { timeout: 20_000 }).toBeGreaterThanOrEqual(before + 100);
        // The page, its events and both hundreds came on one connection; a browser may have opened a spare one, and left it.
        await expect.poll(() => number(page, "#connections"), { timeout: 30_000 }).toBe(1);
        expect(failures).toEqual([]);
      } finally {
        await context.close();
        await program.kill();
        rmSync(cache, { recursive: true });
      }
    }, 60_000);

    test("says what is running", async () => {
      const page = await open();
      const facts = await page.locator(".facts").textContent();
      for (const text of ["0.1.0", "HTTP/1.1", `127.0.0.1:${running.port}`, `${process.pid}`])
        expect(facts).toContain(text);
      expect(await page.title()).toBe("stack-server 0.1.0");
    });

    test("a curl line is copied", async () => {
      const page = await open();
      await page.getByRole("button", { name: "copy the curl line for POST /echo" }).click();
      expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
        `curl -d 'any content' http://127.0.0.1:${running.port}/echo`,
      );
      expect(complaints).toEqual([]);
    });

    test("every route with a link answers it", async () => {
      const page = await open();
      const links = await page
        .locator("a.path")
        .evaluateAll((found) => found.map((link) => link.getAttribute("href") ?? ""));
      expect(links).toHaveLength(10);
      for (const link of links.filter((target) => target !== "/events")) {
        const response = await page.request.get(`http://127.0.0.1:${running.port}${link}`);
        expect([link, response.status()]).toEqual([link, link === "/status/418" ? 418 : 200]);
      }
    });

    test.each([1_280, 768, 320])("fits %i pixels", async (width) => {
      const page = await open("light", width);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    });

    test.each(["light", "dark"] as const)("can be read in %s: contrast of 4.5 or more (WCAG 1.4.3)", async (scheme) => {
      const page = await open(scheme);
      const ratios = (await page.evaluate(CONTRASTS)) as Record<string, number>;
      expect(Object.keys(ratios).length).toBeGreaterThan(8);
      for (const [pair, ratio] of Object.entries(ratios)) expect([pair, ratio >= 4.5]).toEqual([pair, true]);
    });

    test("can be heard: a language, landmarks, headings in order, and a name for everything that is used", async () => {
      const page = await open();
      expect(await page.locator("html").getAttribute("lang")).toBe("en");
      expect(await page.locator("main, header, footer").count()).toBe(3);
      expect(await page.locator("h1, h2").evaluateAll((found) => found.map(({ tagName }) => tagName))).toEqual([
        "H1",
        "H2",
        "H2",
        "H2",
      ]);
      for (const role of ["button", "link"] as const) {
        const all = await page.getByRole(role).count();
        expect(all).toBeGreaterThan(8);
        expect(await page.getByRole(role, { name: /\S/ }).count()).toBe(all);
      }
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the routes");
    });

    test("when the server goes the page says so, and it is live again when the server is", async () => {
      const page = await open();
      const { port } = running;
      await running.stop();
      await page.locator("#live[data-state=lost]").waitFor();
      expect(await page.locator("#traffic").isDisabled()).toBe(true);
      running = await start({}, port);
      await page.locator("#live[data-state=live]").waitFor({ timeout: 20_000 });
    });
  },
);

/** The contrast of each pair of colours that meet on the page, worked out where they are defined. */
const CONTRASTS = `(() => {
  const style = getComputedStyle(document.documentElement);
  const channels = (name) => style.getPropertyValue(name).trim().match(/[0-9a-f]{2}/gi).slice(0, 3).map((hex) => parseInt(hex, 16) / 255);
  const luminance = (name) => {
    const [r, g, b] = channels(name).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pairs = ["ink paper", "ink card", "ink code", "soft paper", "soft card", "soft code", "accent paper", "accent card", "paper accent", "post card", "bad card", "bad paper"];
  return Object.fromEntries(pairs.map((pair) => {
    const [light, dark] = pair.split(" ").map((name) => luminance("--" + name)).sort((a, b) => b - a);
    return [pair, (light + 0.05) / (dark + 0.05)];
  }));
})()`;
