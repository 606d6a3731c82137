/**
 * Windows that grow with the bandwidth-delay product: both directions of a long, fat path, in virtual time.
 */
import { type ContentSource, Fields, type Handler } from "@stack/http";
import { MemoryCarrier, settle, VirtualClock } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { ClientConnection, type ClientConnectionOptions, resolveOptions, ServerConnection } from "../../src/index.ts";

const RTT_MS = 50;
const GIGABIT = 125_000_000; // octets a second
const MIB = 2 ** 20;

interface Path {
  readonly clock: VirtualClock;
  readonly client: MemoryCarrier<ClientConnection>;
  readonly server: MemoryCarrier<ServerConnection>;
  /** Octets of content that arrived, by round trip. */
  readonly arrived: number[];
  count(octets: number): void;
  /** Lets everything happen. */
  run(): void;
}

function path(handler: Handler, options: ClientConnectionOptions = {}, octetsPerSecond: number = GIGABIT): Path {
  const clock = new VirtualClock();
  const resolved = resolveOptions({ ...options, handler, maxContentOctets: 2 ** 30 });
  const server = new MemoryCarrier((carrier) => new ServerConnection(carrier, resolved), { clock });
  const client = new MemoryCarrier((carrier) => new ClientConnection(carrier, options), { clock });
  const arrived: number[] = [];
  return {
    clock,
    client,
    server,
    arrived,
    count: (octets) => {
      const trip = Math.floor(clock.now / RTT_MS);
      arrived[trip] = (arrived[trip] ?? 0) + octets;
    },
    run: () => void settle(client, server, { latencyMs: RTT_MS / 2, octetsPerSecond, maxSteps: 5_000_000 }),
  };
}

/** Asks for `/`, with content or without, and counts what comes. */
function ask({ client, count }: Path, content: Uint8Array | null = null): { ended: boolean } {
  const outcome = { ended: false };
  const sink = client.engine.request(
    {
      method: content === null ? "GET" : "POST",
      target: "/",
      fields: new Fields({ Host: "a.example" }),
      contentLength: content === null ? 0 : content.length,
    },
    {
      onInformational: () => {},
      onHead: () => {},
      onContent: (_, start, end) => count(end - start),
      onEnd: () => {
        outcome.ended = true;
      },
      onUpgrade: () => {},
      onError: (error) => {
        throw error;
      },
    },
  );
  sink.grant(Number.POSITIVE_INFINITY);
  if (content !== null) sink.sendContent(content, true);
  return outcome;
}

/** The share of the link that each round trip used; the first and the last, which are not whole, left out. */
function shares(arrived: readonly number[], octetsPerSecond: number): number[] {
  return Array.from(arrived, (octets) => ((octets ?? 0) * 1000) / (octetsPerSecond * RTT_MS)).slice(1, -1);
}

/** The round trip from which on at least 90 % of the link was used. */
function fullFrom(arrived: readonly number[], octetsPerSecond: number = GIGABIT): number {
  const used = shares(arrived, octetsPerSecond);
  return used.length - [...used].reverse().findIndex((share) => share < 0.9) + 1;
}

const content = new Uint8Array(96 * MIB);

describe("RFC 9113 §5.2: 1 Gbit/s with 50 ms of round trip", () => {
  test("a download by our client role uses 90 % of the link within 20 round trips", () => {
    const way = path((_, response) => response.send(content));
    const outcome = ask(way);
    way.run();
    expect(outcome.ended).toBe(true);
    expect(fullFrom(way.arrived)).toBeLessThanOrEqual(20);
    expect(shares(way.arrived, GIGABIT).filter((share) => share >= 0.9).length).toBeGreaterThanOrEqual(5);
  });

  test("so does an upload to our server", () => {
    const made = path((request, response) => {
      const source: ContentSource = request.content.forward({
        onContent: (_, start, end) => made.count(end - start),
        onEnd: () => response.send("got it"),
        onError: () => {},
      });
      source.grant(Number.POSITIVE_INFINITY);
    });
    const outcome = ask({ ...made, count: () => {} }, content);
    made.run();
    expect(outcome.ended).toBe(true);
    expect(fullFrom(made.arrived)).toBeLessThanOrEqual(20);
    expect(shares(made.arrived, GIGABIT).filter((share) => share >= 0.9).length).toBeGreaterThanOrEqual(5);
  });

  test("eight downloads share it, with the same sum", () => {
    const way = path((_, response) => response.send(content.subarray(0, 12 * MIB)));
    const outcomes = Array.from({ length: 8 }, () => ask(way));
    way.run();
    expect(outcomes.every(({ ended }) => ended)).toBe(true);
    expect(fullFrom(way.arrived)).toBeLessThanOrEqual(20);
  });

  test("S63, S78: windows grow no further than they may, however fat the path", () => {
    const way = path((_, response) => response.send(content.subarray(0, 16 * MIB)), { maxWindowOctets: MIB });
    ask(way);
    way.run();
    // A window per round trip, and what the first octets of the next one bring.
    expect(Math.max(...way.arrived.filter((octets) => octets !== undefined))).toBeLessThanOrEqual(1.5 * MIB);
  });

  test("a link of 10 Mbit/s is full from the beginning", () => {
    const slow = GIGABIT / 100;
    const way = path((_, response) => response.send(content.subarray(0, 2 * MIB)), {}, slow);
    ask(way);
    way.run();
    const trips = (2 * MIB * 1000) / (slow * RTT_MS);
    expect(way.arrived.length).toBeLessThan(trips / 0.9 + 2);
  });
});
