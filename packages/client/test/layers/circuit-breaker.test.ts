import {
  type CircuitBreakerOptions,
  type CircuitChange,
  CircuitOpenError,
  type Client,
  ClientError,
  circuitBreaker,
  createClient,
  FAILURE_STATUSES,
} from "@stack/client";
import { createMock, type Mock } from "@stack/client/mock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const URL = "http://api.example/";

let time: number;
let mock: Mock;
let client: Client;
let status: number;
let changes: string[];
let refused: string[];
/** Answers wait for it. */
let gate: Promise<void>;

beforeEach(() => {
  time = 1_000_000;
  status = 200;
  changes = [];
  refused = [];
  gate = Promise.resolve();
  mock = createMock(async (_, response) => {
    response.status = status;
    await gate;
    response.send("");
  });
});
afterEach(async () => {
  expect(client.figures).toMatchObject({ requests: 0, queued: 0 });
  await client.close();
});

function start(options: CircuitBreakerOptions = {}): void {
  const onChange = ({ origin, from, to, requests, failures }: CircuitChange): void => {
    changes.push(`${origin} ${from} ${to} ${failures}/${requests}`);
  };
  const onRefused = (origin: string): void => void refused.push(origin);
  const clock = { now: () => time };
  const layers = [circuitBreaker({ minRequests: 4, clock, onChange, onRefused, ...options })];
  client = createClient({ connect: mock.connect, layers });
}

/** Statuses, or codes of errors, of calls one after another. */
async function calls(
  count: number,
  url: string = URL,
  signal: AbortSignal | null = null,
): Promise<(number | string)[]> {
  const ends: (number | string)[] = [];
  for (let i = 0; i < count; i++) ends.push(await call(url, signal));
  return ends;
}

async function call(url: string = URL, signal: AbortSignal | null = null): Promise<number | string> {
  try {
    const response = await client.get(url, { signal });
    await response.bytes();
    return response.status;
  } catch (error) {
    return error instanceof ClientError ? error.code : String(error);
  }
}

const OPEN = "ERR_CLIENT_CIRCUIT_OPEN";

describe("circuitBreaker: from CLOSED to OPEN", () => {
  test("half of at least minRequests have failed", async () => {
    start();
    await calls(2);
    status = 503;
    expect(await calls(4)).toEqual([503, 503, OPEN, OPEN]);
    expect(changes).toEqual(["http://api.example CLOSED OPEN 2/4"]);
    expect(refused).toEqual(["http://api.example", "http://api.example"]);
    expect(mock.requests.length).toBe(4);
  });

  test("not with fewer requests, and not with fewer failures", async () => {
    start({ minRequests: 10, failureRate: 0.6 });
    status = 500;
    await calls(5);
    status = 200;
    expect(await calls(20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(changes).toEqual([]);
  });

  test("the window slides: what is older does not count", async () => {
    start({ windowMs: 10_000 });
    status = 500;
    await calls(3);
    time += 11_000;
    expect(await calls(3)).toEqual([500, 500, 500]);
    time += 5_000;
    expect(await calls(2)).toEqual([500, OPEN]);
    expect(changes).toEqual(["http://api.example CLOSED OPEN 4/4"]);
  });

  test("nor when the clock is set back", async () => {
    start();
    status = 500;
    await calls(3);
    time -= 500_000;
    expect(await calls(4)).toEqual([500, 500, 500, 500]);
  });

  test.each(FAILURE_STATUSES)("%i is a failure", async (code) => {
    start();
    status = code;
    expect((await calls(5)).at(-1)).toBe(OPEN);
  });

  test.each([400, 404, 429, 501])("%i is none, unless it is said so", async (code) => {
    start();
    status = code;
    expect((await calls(5)).at(-1)).toBe(code);
    await client.close();
    start({ statuses: [code] });
    expect((await calls(5)).at(-1)).toBe(OPEN);
  });

  test("who cannot be reached, ends, or says nonsense has failed", async () => {
    start();
    mock.refuse(1);
    expect(await call()).toBe("ERR_CLIENT_CONNECT");
    mock.fail({ kind: "reset" }).fail({ kind: "cut", after: 5 }).fail({ kind: "garbage", octets: "nonsense\r\n\r\n" });
    expect(await calls(4)).toEqual(["ERR_CLIENT_DISCONNECTED", "ERR_CLIENT_DISCONNECTED", "ERR_CLIENT_PROTOCOL", OPEN]);
  });

  test("who is given up by the caller, or asked for what is no request, has not", async () => {
    start();
    const aborted = AbortSignal.abort(new Error("enough"));
    expect(await calls(10, URL, aborted)).toEqual(Array.from({ length: 10 }, () => "ERR_CLIENT_ABORTED"));
    expect(await call()).toBe(200);
    expect(changes).toEqual([]);
  });

  test("each origin has its own", async () => {
    start();
    status = 500;
    expect((await calls(5)).at(-1)).toBe(OPEN);
    for (const other of ["http://api.example:8080/", "http://www.example/"]) expect(await call(other)).toBe(500);
  });

  test("requests of an earlier time say nothing: neither while it is open, nor once it was closed again", async () => {
    start({ openMs: 1_000 });
    let release = (): void => {};
    gate = new Promise((resolve) => (release = resolve));
    status = 500;
    const early = Array.from({ length: 8 }, () => call());
    await expect.poll(() => mock.requests.length, { timeout: 20_000 }).toBe(8);
    gate = Promise.resolve();
    expect((await calls(5)).at(-1)).toBe(OPEN);
    time += 1_000;
    status = 200;
    expect(await call()).toBe(200);
    release();
    expect(await Promise.all(early)).toEqual(Array.from({ length: 8 }, () => 500));
    expect(await call()).toBe(200);
    expect(changes.length).toBe(3);
  });

  test("what a listener throws is reported, and not the call's", async () => {
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    try {
      const reported = new Promise((resolve) => process.once("uncaughtException", resolve));
      start({
        onChange: () => {
          throw new Error("a full disk");
        },
      });
      status = 500;
      expect(await calls(5)).toEqual([500, 500, 500, 500, OPEN]);
      expect(await reported).toMatchObject({ message: "a full disk" });
    } finally {
      for (const other of others) process.on("uncaughtException", other);
    }
  });
});

describe("circuitBreaker: OPEN", () => {
  test("the error is typed: nothing was sent, and when it will be; no secret is in it", async () => {
    start({ openMs: 5_000 });
    status = 500;
    await calls(4);
    time += 1_000;
    const error = await client.get(`${URL}secret?token=secret`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({
      name: "ClientError",
      code: OPEN,
      stage: "request",
      origin: "http://api.example",
      unprocessed: true,
      retryAt: 1_005_000,
      message: "http://api.example: too many requests failed; it is asked again in 4000 ms",
    });
  });
});

describe("circuitBreaker: HALF_OPEN", () => {
  async function opened(options: CircuitBreakerOptions = {}): Promise<void> {
    start({ openMs: 5_000, ...options });
    status = 500;
    await calls(4);
    changes.length = 0;
    mock.reset();
  }

  test("one request goes, all others wait for its end; what succeeds closes", async () => {
    await opened();
    time += 4_999;
    expect(await call()).toBe(OPEN);
    time += 1;
    let release = (): void => {};
    gate = new Promise((resolve) => (release = resolve));
    status = 200;
    const probe = call();
    const error = await client.get(URL).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: OPEN, retryAt: time });
    expect(String(error)).toContain("once the one that was let through has ended");
    release();
    expect(await probe).toBe(200);
    expect(mock.requests.length).toBe(1);
    expect(changes.map((change) => change.split(" ").slice(1, 3).join(" "))).toEqual([
      "OPEN HALF_OPEN",
      "HALF_OPEN CLOSED",
    ]);
    expect(await calls(3)).toEqual([200, 200, 200]);
    status = 500;
    expect(await calls(6)).toEqual([500, 500, 500, OPEN, OPEN, OPEN]); // it was counted anew: 3 of 6
  });

  test("what fails opens, for twice as long, up to a bound; and anew after it was closed", async () => {
    await opened({ maxOpenMs: 15_000 });
    for (const ms of [5_000, 10_000, 15_000, 15_000]) {
      time += ms - 1;
      expect(await call()).toBe(OPEN);
      time += 1;
      expect(await call()).toBe(500);
    }
    time += 15_000;
    status = 200;
    expect(await call()).toBe(200);
    status = 500;
    expect(await calls(4)).toEqual([500, 500, 500, 500]);
    time += 5_000;
    expect(await call()).toBe(500);
  });

  test("a probe that the caller gives up says nothing: the next one is let through", async () => {
    await opened();
    time += 5_000;
    expect(await call(URL, AbortSignal.abort(new Error("enough")))).toBe("ERR_CLIENT_ABORTED");
    status = 200;
    expect(await call()).toBe(200);
    expect(changes.length).toBe(2);
  });
});

describe("circuitBreaker: bounds", () => {
  test("a bounded number of origins is known; open ones are forgotten last", async () => {
    start({ maxOrigins: 3 });
    status = 500;
    await calls(4);
    for (let i = 0; i < 10; i++) await call(`http://h${i}.example/`);
    expect(await call()).toBe(OPEN);
    await client.close();
    start({ maxOrigins: 1 });
    await calls(4);
    await call("http://other.example/");
    expect(await call()).toBe(500);
  });

  test("a bound that is none is a RangeError, an unknown option a TypeError", async () => {
    start();
    for (const wrong of [
      { failureRate: 0 },
      { failureRate: 2 },
      { minRequests: 0 },
      { windowMs: Number.NaN },
      { openMs: -1 },
    ])
      expect(() => circuitBreaker(wrong)).toThrow(RangeError);
    expect(() => circuitBreaker({ threshold: 1 } as CircuitBreakerOptions)).toThrow(TypeError);
  });
});
