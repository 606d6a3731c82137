import { createHash } from "node:crypto";
import { RawClient } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Running, start } from "./running.ts";

let running: Running;

beforeAll(async () => {
  running = await start();
});
afterAll(() => running.stop());

async function page(host: string): Promise<{ head: string; content: string; client: RawClient }> {
  const wire = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  const client = new RawClient(running.port).send(wire);
  await client.untilClosed();
  client.destroy();
  const { head, content } = answer(client.received);
  return { head, content: Buffer.from(content, "latin1").toString("utf8"), client };
}

describe("the page", () => {
  test("says what is running", async () => {
    const { head, content } = await page("a.test");
    expect(head).toContain("Content-Type: text/html; charset=utf-8\r\n");
    for (const text of ["stack-server", "0.1.0", "HTTP/1.1", `${process.pid}`, `127.0.0.1:${running.port}`, "Node.js"])
      expect(content).toContain(text);
    expect(content).not.toMatch(/\{\{\w+\}\}/);
  });

  test("lists every route, with a curl line that goes to where the page came from", async () => {
    const { content } = await page("stack.test:8080");
    for (const path of [
      "/plaintext",
      "/json",
      "/hello/:name",
      "/echo",
      "/stream",
      "/delay/:ms",
      "/status/:code",
      "/tile/:n",
      "/api/todos",
      "/events",
      "/healthz",
    ])
      expect(content).toContain(`>${path}<`);
    const commands = [...content.matchAll(/<code>(curl [^<]*)<\/code><\/pre>/g)].map((match) => match[1] as string);
    expect(commands).toHaveLength(12);
    for (const command of commands) expect(command).toContain("http://stack.test:8080/");
  });

  test("needs nothing from elsewhere, and its policy forbids it", async () => {
    const { head, content } = await page("a.test");
    expect(content).not.toMatch(/(?:src|href)="(?!#|\/|data:)/);
    expect(content).not.toMatch(/@import|url\((?!#)/);
    const policy = /^Content-Security-Policy: (.*)\r$/m.exec(head)?.[1] as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    for (const element of ["style", "script"]) {
      const source = new RegExp(`<${element}[^>]*>([\\s\\S]*?)</${element}>`).exec(content)?.[1] as string;
      expect(policy).toContain(`${element}-src 'sha256-${createHash("sha256").update(source).digest("base64")}'`);
    }
  });

  test("S155: a host that could not be pasted into a shell or a page is not shown", async () => {
    for (const host of ["$(reboot)", "a;b", "a'b", "a&b"]) {
      const { content, head } = await page(host);
      if (!head.startsWith("HTTP/1.1 200")) continue; // refused: shown even less
      expect(content).toContain(`http://127.0.0.1:${running.port}/plaintext`);
      expect(content).not.toContain(host);
    }
  });
});
