import { getEventListeners } from "node:events";
import {
  type Client,
  type ClientResponse,
  type ContentInit,
  createClient,
  type HedgeOptions,
  hedge,
  type MethodInit,
} from "@stack/client";
import { createMock, type Mock } from "@stack/client/mock";
import { Fields, type HttpRequest, type HttpResponse } from "@stack/http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HandClock } from "./hand-clock.ts";

const URL = "http://api.example/";

describe.each(["http/1.1", "prior-knowledge"] as const)("hedge over %s", (version) => {
  let clock: HandClock;
  let mock: Mock;
  let client: Client;
  /** Requests that came, and wait for an answer. */
  let held: { readonly request: HttpRequest; inform(): void; answer(text: string): void; reset(): void }[];
  let whenHeld: (() => void) | null;
  let outcomes: string[];

  const start = (options: HedgeOptions = { delayMs: 50 }): void => {
    const layer = hedge({
      clock,
      onHedge: (origin, winner) => outcomes.push(`${origin} ${winner}`),
      ...options,
    });
    client = createClient({ version, connect: mock.connect, layers: [layer] });
  };
  /** Resolves when `count` requests wait. */
  const came = async (count: number): Promise<void> => {
    while (held.length < count) await new Promise<void>((resolve) => (whenHeld = resolve));
  };
  /** A call whose second attempt has begun, too. Wrapped: a promise would be waited for. */
  const both = async (init: MethodInit = {}): Promise<{ readonly call: Promise<ClientResponse> }> => {
    start();
    const call = client.get(URL, init);
    await came(1);
    clock.ring();
    await came(2);
    return { call };
  };
  /** One that is over after its first attempt was answered. */
  const answered = async (call: Promise<ClientResponse>): Promise<void> => {
    const count = held.length + 1;
    await came(count);
    held[count - 1]?.answer("");
    await (await call).text();
  };
  beforeEach(() => {
    clock = new HandClock();
    held = [];
    whenHeld = null;
    outcomes = [];
    mock = createMock(async (request: HttpRequest, response: HttpResponse) => {
      await new Promise<void>((resolve) => {
        held.push({
          request,
          inform() {
            response.inform(103, new Fields([["Link", "</a>"]]));
          },
          answer(text) {
            response.text(text);
            resolve();
          },
          reset() {
            response.reset();
            resolve();
          },
        });
        request.signal.addEventListener("abort", () => resolve(), { once: true });
        whenHeld?.();
      });
    });
  });
  afterEach(async () => {
    expect(client.figures).toMatchObject({ requests: 0, queued: 0 });
    expect(clock.waiting).toEqual([]);
    await client.close({ graceMs: 0 });
  });

  test("the second attempt wins, and the first is aborted", async () => {
    start();
    const call = client.get(URL);
    await came(1);
    expect(clock.waiting.map(({ ms }) => ms)).toEqual([50]);
    clock.ring();
    await came(2);
    held[1]?.answer("second");
    expect(await (await call).text()).toBe("second");
    await gone(held[0]?.request);
    expect(outcomes).toEqual(["http://api.example second"]);
    expect(mock.requests.length).toBe(2);
  });

  test("the first attempt wins, and the second is aborted", async () => {
    const { call } = await both();
    held[0]?.answer("first");
    expect(await (await call).text()).toBe("first");
    await gone(held[1]?.request);
    expect(outcomes).toEqual(["http://api.example first"]);
  });

  test("what is answered in time has no second attempt; there is never a third", async () => {
    start();
    const quick = client.get(URL);
    await came(1);
    held[0]?.answer("quick");
    await (await quick).text();
    expect([clock.waiting, outcomes]).toEqual([[], []]);
    const slow = client.get(URL);
    await came(2);
    clock.ring();
    await came(3);
    expect(clock.waiting).toEqual([]);
    held[2]?.answer("");
    await (await slow).text();
  });

  test("progress and informational responses are told of the first attempt only", async () => {
    start({ delayMs: 50, methods: ["PUT"] });
    const told: string[] = [];
    const call = client.put(URL, {
      content: "content",
      onUploadProgress: (octets) => told.push(`${octets} octets`),
      onInformational: (status) => told.push(`${status}`),
    });
    await came(1);
    clock.ring();
    await came(2);
    held[1]?.inform();
    held[1]?.answer("second");
    expect(await (await call).text()).toBe("second");
    expect(told).toEqual(["7 octets"]);
  });

  test("both answer at once: one response is given, nothing of the other is left", async () => {
    const { call } = await both();
    held[0]?.answer("one");
    held[1]?.answer("two");
    expect(["one", "two"]).toContain(await (await call).text());
    expect(outcomes.length).toBe(1);
  });

  test.each(["POST", "PATCH", "PUT", "DELETE", "LOCK"])("%s is sent once", async (method) => {
    start();
    const call = client.request(URL, { method });
    expect(clock.waiting).toEqual([]);
    await answered(call);
    expect(mock.requests.length).toBe(1);
  });

  test("a method that is not idempotent is refused as an option; bounds that are none too", async () => {
    start();
    expect(() => hedge({ methods: ["GET", "POST"] })).toThrow(RangeError);
    expect(() => hedge({ methods: ["get"] })).toThrow(RangeError);
    expect(() => hedge({ delayMs: -1 })).toThrow(RangeError);
    expect(() => hedge({ percentile: 95 })).toThrow(RangeError);
    expect(() => hedge({ delay: 1 } as HedgeOptions)).toThrow(TypeError);
  });

  test.each<[string, ContentInit, number]>([
    ["text", "content", 2],
    ["a function", () => ["con", "tent"], 2],
    ["what can be made once", ["con", "tent"], 1],
  ])("content that is %s", async (_, content, attempts) => {
    start({ delayMs: 50, methods: ["PUT"] });
    const call = client.put(URL, { content });
    await came(1);
    clock.ring();
    await came(attempts);
    const texts = await Promise.all(held.map(({ request }) => request.text()));
    expect(texts).toEqual(Array.from({ length: attempts }, () => "content"));
    held[0]?.answer("");
    await (await call).text();
    expect(mock.requests.length).toBe(attempts);
  });

  test("second attempts keep to a budget", async () => {
    start({ delayMs: 50, budgetRatio: 0.1, budgetBurst: 2 });
    for (let i = 0; i < 40; i++) {
      const before = held.length;
      const call = client.get(URL);
      await came(before + 1);
      clock.ring();
      held[before]?.answer("");
      await (await call).text();
    }
    expect(outcomes.length).toBeGreaterThanOrEqual(5);
    expect(outcomes.length).toBeLessThanOrEqual(6); // 2 saved up, and 0.1 for each call
  });

  test("what fails before there is a second attempt fails at once", async () => {
    start();
    mock.refuse(1);
    await expect(client.get(URL)).rejects.toMatchObject({ code: "ERR_CLIENT_CONNECT" });
    expect(mock.requests.length).toBe(0);
  });

  test("an attempt that fails waits for the other", async () => {
    const { call } = await both();
    held[0]?.reset();
    held[1]?.answer("second");
    expect(await (await call).text()).toBe("second");
    expect(outcomes).toEqual(["http://api.example second"]);
  });

  test("when both fail, a failure is given", async () => {
    const { call } = await both();
    held[0]?.reset();
    held[1]?.reset();
    const code = version === "http/1.1" ? "ERR_CLIENT_DISCONNECTED" : "ERR_CLIENT_RESET";
    await expect(call).rejects.toMatchObject({ name: "ClientError", code });
    expect(outcomes).toEqual(["http://api.example none"]);
  });

  test("the caller's signal ends both, and stays with nobody", async () => {
    const { signal, abort } = controller();
    const { call } = await both({ signal });
    abort();
    await expect(call).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED", cause: { message: "enough" } });
    await Promise.all(held.map(({ request }) => gone(request)));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await expect(client.get(URL, { signal })).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED" });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("it counts for the content too, and no longer", async () => {
    start();
    const large = "x".repeat(300_000);
    for (const how of ["read", "cancel", "leave", "abort"]) {
      const { signal, abort } = controller();
      const before = held.length;
      const call = client.get(URL, { signal, decode: false });
      await came(before + 1);
      held[before]?.answer(large);
      const response = await call;
      expect(getEventListeners(signal, "abort").length).toBeGreaterThan(0);
      if (how === "read") expect((await response.text()).length).toBe(large.length);
      else if (how === "cancel") response.cancel();
      else if (how === "leave") for await (const _ of response.stream()) break;
      else {
        const text = response.text();
        abort();
        await expect(text).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED", cause: { message: "enough" } });
      }
      expect([how, getEventListeners(signal, "abort").length]).toEqual([how, 0]);
    }
  });

  test("the total time is one for both", async () => {
    start({ delayMs: 60_000 });
    const call = client.get(URL, { timeouts: { totalMs: 30_000 } }); // of which no machine takes so much
    await came(1);
    clock.ring(); // 60,000 ms: nothing is left for another attempt
    held[0]?.answer("first");
    await (await call).text();
    expect(mock.requests.length).toBe(1);
  });

  test("the delay is a percentile of the times seen, once there are enough", async () => {
    start({ percentile: 0.9, minSamples: 10, minDelayMs: 3 });
    for (let i = 1; i <= 10; i++) {
      const call = client.get(URL);
      await came(i);
      expect(clock.waiting).toEqual([]);
      clock.time += i * 10;
      held[i - 1]?.answer("");
      await (await call).text();
    }
    const call = client.get(URL);
    expect(clock.waiting.map(({ ms }) => ms)).toEqual([100]);
    await answered(call);
    const elsewhere = client.get("http://other.example/");
    expect(clock.waiting).toEqual([]);
    await answered(elsewhere);
  });
});

/** Its client has given it up. */
async function gone(request: HttpRequest | undefined): Promise<void> {
  if (request === undefined) throw new Error("no such request");
  const { signal } = request;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  expect(signal.aborted).toBe(true);
}

function controller(): { readonly signal: AbortSignal; abort(): void } {
  const own = new AbortController();
  return { signal: own.signal, abort: () => own.abort(new Error("enough")) };
}
