import { type Client, ClientError, createClient, type RetryOptions, retry } from "@stack/client";
import { createServer } from "@stack/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

// Answers what is in the plan, then 200; counts what came.
let plan: { readonly status: number; readonly retryAfter?: string }[] = [];
let came = 0;
const server = createServer();
for (const method of ["get", "post", "put"] as const)
  server[method]("/", async (request, response) => {
    came++;
    const next = plan.shift() ?? { status: 200 };
    response.status = next.status;
    if (next.retryAfter !== undefined) response.fields.set("Retry-After", next.retryAfter);
    response.send(await request.text());
  });
let url = "";
beforeAll(async () => {
  url = (await server.listen(0)).url;
});
afterAll(() => server.close());
beforeEach(() => {
  plan = [];
  came = 0;
});

describe("retry", () => {
  test.each([408, 425, 429, 500, 502, 503, 504])("%i is tried again, after a pause that doubles", async (status) => {
    plan = [{ status }, { status }];
    const { response, pauses } = await call("GET");
    expect(response.status).toBe(200);
    expect(pauses).toEqual([100, 200]); // half of 200, half of 400
  });

  test.each([404, 501])("%i is final", async (status) => {
    plan = [{ status }];
    expect((await call("GET")).response.status).toBe(status);
    expect(came).toBe(1);
  });

  test("the last response is given when attempts are used up", async () => {
    plan = [{ status: 503 }, { status: 503 }, { status: 502 }];
    const { response } = await call("GET");
    expect([response.status, came]).toEqual([502, 3]);
  });

  test("RFC 9110 §9.2.2: POST is not sent twice, unless the user says so; PUT is, with its content", async () => {
    plan = [{ status: 503 }];
    expect((await call("POST")).response.status).toBe(503);
    plan = [{ status: 503 }];
    expect((await call("POST", { methods: ["POST"] })).response.status).toBe(200);
    plan = [{ status: 503 }];
    expect((await call("PUT", {}, () => ["con", "tent"])).text).toBe("content");
  });

  test("content that cannot be made again is not", async () => {
    plan = [{ status: 503 }];
    expect((await call("PUT", {}, ["once"])).response.status).toBe(503);
    expect(came).toBe(1);
  });

  test("RFC 9110 §10.2.3: Retry-After in seconds or as a date is the least pause", async () => {
    plan = [
      { status: 503, retryAfter: "7" },
      { status: 503, retryAfter: "Thu, 01 Jan 1970 00:00:20 GMT" },
    ];
    const { response, pauses } = await call("GET");
    expect(response.status).toBe(200);
    expect(pauses).toEqual([7_000, 13_000]);
  });

  test("a Retry-After that is too long is not waited for; one that is none says nothing", async () => {
    plan = [{ status: 503, retryAfter: "61" }];
    expect((await call("GET")).response.status).toBe(503);
    plan = [{ status: 503, retryAfter: "soon" }];
    expect((await call("GET")).pauses).toEqual([100]);
  });

  test("all attempts have the total time: what would not fit is not waited for", async () => {
    plan = [{ status: 503, retryAfter: "30" }];
    expect((await call("GET", {}, null, 20_000)).response.status).toBe(503);
    expect(came).toBe(1);
  });

  test("the budget: of 20 calls that fail, few are tried again", async () => {
    plan = Array.from({ length: 100 }, () => ({ status: 503 }));
    await using({ budgetRatio: 0.1, budgetBurst: 2 }, async (client) => {
      for (let i = 0; i < 20; i++) (await client.get(url)).cancel();
    });
    expect(came).toBe(23); // 2 saved up, and 0.1 for each call
  });

  test("a connection that is refused is tried again, and its failure is the result", async () => {
    await using({}, async (client, pauses) => {
      const error = await client.get("http://127.0.0.1:1/").then(
        () => expect.unreachable("nobody listens"),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ClientError);
      expect(error).toMatchObject({ code: "ERR_CLIENT_CONNECT" });
      expect(pauses).toEqual([100, 200]);
    });
  });

  test("a signal ends a pause", async () => {
    plan = [{ status: 503 }];
    const controller = new AbortController();
    const clock = {
      now: () => 0,
      after: () => {
        queueMicrotask(() => controller.abort(new Error("enough")));
        return () => undefined;
      },
    };
    await using({ clock }, async (client) => {
      await expect(client.get(url, { signal: controller.signal })).rejects.toMatchObject({
        code: "ERR_CLIENT_ABORTED",
        cause: { message: "enough" },
      });
    });
    expect(came).toBe(1);
  });

  test("a bound that is none is a RangeError", () => {
    expect(() => retry({ maxRetries: -1 })).toThrow(RangeError);
    expect(() => retry({ baseMs: Number.NaN })).toThrow(RangeError);
  });
});

async function call(
  method: string,
  options: RetryOptions = {},
  content: (() => string[]) | string[] | null = null,
  totalMs = Number.POSITIVE_INFINITY,
): Promise<{ response: { status: number }; text: string; pauses: number[] }> {
  return using(options, async (client, pauses) => {
    const response = await client.request(url, { method, content, timeouts: { totalMs } });
    return { response, text: await response.text(), pauses };
  });
}

async function using<T>(options: RetryOptions, work: (client: Client, pauses: number[]) => Promise<T>): Promise<T> {
  const pauses: number[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    after: (ms: number, callback: () => void) => {
      pauses.push(ms);
      now += ms;
      queueMicrotask(callback);
      return () => undefined;
    },
  };
  const client = createClient({ retry: { clock, random: () => 0.5, ...options } });
  const result = await work(client, pauses);
  await client.close();
  return result;
}
