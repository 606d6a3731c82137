import { type Client, type Connect, type ConnectContext, createClient } from "@stack/client";
import { createMock } from "@stack/client/mock";
import { afterEach, describe, expect, test } from "vitest";

const URL = "http://api.example/";

/** Connections that a test opens, or fails to open, when it says so. */
class Openings {
  readonly contexts: ConnectContext[] = [];
  readonly connect: Connect;
  private readonly ends: { open(): void; fail(): void }[] = [];

  constructor() {
    const mock = createMock((request, response) => response.text(request.path));
    this.connect = (target, makeEngine, context) => {
      this.contexts.push(context);
      return new Promise((resolve, reject) => {
        this.ends.push({
          open: () => resolve(mock.connect(target, makeEngine, context)),
          fail: () => reject(new Error("it could not be opened")),
        });
      });
    };
  }

  open(index: number): void {
    this.ends[index]?.open();
  }

  fail(index: number): void {
    this.ends[index]?.fail();
  }
}

describe("who a connection is opened for", () => {
  let client: Client;
  afterEach(() => client.close({ graceMs: 0 }));

  test("has its times, and its failure", async () => {
    const openings = new Openings();
    client = createClient({ connect: openings.connect });
    const patient = client.get(`${URL}patient`, { timeouts: { dnsMs: 3, connectMs: 5_000, tlsMs: 7 } });
    const hasty = client.get(`${URL}hasty`, { timeouts: { dnsMs: 4, connectMs: 6, tlsMs: 8 } });
    expect(openings.contexts.map(({ dnsMs, connectMs, tlsMs }) => [dnsMs, connectMs, tlsMs])).toEqual([
      [3, 5_000, 7],
      [4, 6, 8],
    ]);
    openings.fail(1);
    await expect(hasty).rejects.toMatchObject({ code: "ERR_CLIENT_CONNECT" });
    openings.open(0);
    expect(await (await patient).text()).toBe("/patient");
  });

  test("who came after it had begun does not fail with it", async () => {
    const openings = new Openings();
    client = createClient({ connect: openings.connect, pool: { maxConnectionsPerOrigin: 1 } });
    const [first, second] = [client.get(URL), client.get(URL)];
    openings.fail(0);
    await expect(first).rejects.toMatchObject({ code: "ERR_CLIENT_CONNECT" });
    expect(openings.contexts.length).toBe(2);
    openings.fail(1);
    await expect(second).rejects.toMatchObject({ code: "ERR_CLIENT_CONNECT" });
  });

  test("timings: what was over before the call did not happen for it", async () => {
    const openings = new Openings();
    client = createClient({ connect: openings.connect, pool: { maxConnectionsPerOrigin: 1 } });
    const controller = new AbortController();
    const first = client.get(URL, { signal: controller.signal });
    openings.contexts[0]?.onStage("dns");
    openings.contexts[0]?.onStage("connect"); // the addresses are known
    const asked = performance.now();
    const second = client.get(URL);
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED" });
    openings.open(0);
    const { timings } = await second;
    expect(openings.contexts.length).toBe(1);
    expect(timings.resolved).toBe(-1);
    expect(timings.connected).toBeGreaterThanOrEqual(asked);
    expect(timings.queued).toBeGreaterThanOrEqual(timings.connected);
  });
});
