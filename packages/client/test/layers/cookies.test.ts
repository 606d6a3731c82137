import { getEventListeners } from "node:events";
import { type Client, type CookieJar, createClient } from "@stack/client";
import { createMock, type Mock } from "@stack/client/mock";
import { afterEach, describe, expect, test, vi } from "vitest";

const URL = "http://api.example/";

describe("a cookie jar that does not answer", () => {
  let mock: Mock;
  let client: Client;

  const start = (jar: Partial<CookieJar>): void => {
    mock = createMock((_, response) => {
      response.fields.set("Set-Cookie", "a=1");
      response.send("x".repeat(200_000)); // more than comes unasked: the connection is not free by itself
    });
    client = createClient({ connect: mock.connect, cookies: { cookiesFor: () => "", store: () => {}, ...jar } });
  };
  afterEach(async () => {
    expect(client.figures).toMatchObject({ requests: 0, queued: 0 });
    await client.close({ graceMs: 0 });
  });

  test("has the total time of the call, before the request", async () => {
    start({ cookiesFor: never });
    await expect(client.get(URL, { timeouts: { totalMs: 10 } })).rejects.toMatchObject({
      code: "ERR_CLIENT_TOTAL_TIMEOUT",
      stage: "queue",
      unprocessed: true,
    });
    expect(mock.requests).toEqual([]);
  });

  test("has what is left of it, behind the head", async () => {
    // The time that passes is the test's: it is not over before the head was there.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    start({
      store: () => {
        setImmediate(() => vi.advanceTimersByTime(30_000));
        return never();
      },
    });
    const call = client.get(URL, { timeouts: { totalMs: 30_000 } }).finally(() => vi.useRealTimers());
    await expect(call).rejects.toMatchObject({
      code: "ERR_CLIENT_TOTAL_TIMEOUT",
      stage: "head",
      unprocessed: false,
    });
    expect(mock.requests.length).toBe(1);
  });

  test("the request has what the jar has left", async () => {
    start({ cookiesFor: () => new Promise((resolve) => setImmediate(resolve, "b=2")) });
    const response = await client.get(URL, { timeouts: { totalMs: 10_000 } });
    expect(response.request.options.timeouts.totalMs).toBeLessThan(10_000);
    expect(response.request.fields.get("cookie")).toBe("b=2");
    response.cancel();
  });

  test.each(["cookiesFor", "store"] as const)(
    "ends with the caller's signal, which stays with nobody: %s",
    async (at) => {
      const controller = new AbortController();
      const { signal } = controller;
      start({
        [at]() {
          setImmediate(() => controller.abort(new Error("enough")));
          return never();
        },
      });
      await expect(client.get(URL, { signal })).rejects.toMatchObject({
        code: "ERR_CLIENT_ABORTED",
        cause: { message: "enough" },
      });
      expect(getEventListeners(signal, "abort")).toEqual([]);
    },
  );

  test("a signal that was aborted before", async () => {
    start({ cookiesFor: never });
    await expect(client.get(URL, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "ERR_CLIENT_ABORTED",
    });
  });
});

function never(): Promise<never> {
  return new Promise(() => {});
}
