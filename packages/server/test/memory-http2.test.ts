/** What clients of HTTP/2 can make the server hold: figures, from a process of its own. */
import {
  encodeFrameHead,
  encodeSettings,
  encodeWindowUpdate,
  FLAG,
  FRAME_TYPE,
  PREFACE,
  SETTING,
} from "@stack/http2-frames";
import { RawClient } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leastGrowth, MeasuredServer, type Memory } from "./measured-server.ts";

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const LARGEST_WINDOW = 2 ** 31 - 1;

let server: MeasuredServer;

beforeAll(async () => {
  server = await MeasuredServer.start();
});

afterAll(() => server.stop());

function frame(type: number, flags: number, streamId: number, payload = ""): string {
  const head = new Uint8Array(9);
  encodeFrameHead(head, 0, payload.length, type, flags, streamId);
  return Buffer.from(head).toString("latin1") + payload;
}

function windowUpdate(streamId: number, increment: number): string {
  const out = new Uint8Array(13);
  encodeWindowUpdate(out, 0, streamId, increment);
  return Buffer.from(out).toString("latin1");
}

/** A request: `:method` and `:scheme` from the static table, the rest literal. */
function request(streamId: number, path: string, end = true): string {
  const method = end ? "\x82" : "\x83";
  const block = `${method}\x86\x04${String.fromCharCode(path.length)}${path}\x01\x01a`;
  return frame(FRAME_TYPE.HEADERS, FLAG.END_HEADERS | (end ? FLAG.END_STREAM : 0), streamId, block);
}

const PING = frame(FRAME_TYPE.PING, 0, 0, "12345678");
const PONG = frame(FRAME_TYPE.PING, FLAG.ACK, 0, "12345678");

/** A connection that lets the server send as much as it likes, or as little as `window` on each stream. */
function connect(window: number = LARGEST_WINDOW): RawClient {
  const settings = new Uint8Array(15);
  encodeSettings(settings, 0, [[SETTING.INITIAL_WINDOW_SIZE, window]]);
  return new RawClient(server.port).send(
    PREFACE + Buffer.from(settings).toString("latin1") + windowUpdate(0, LARGEST_WINDOW - 65_535),
  );
}

/** Resolves when the server has read all that was sent. */
async function read(client: RawClient): Promise<void> {
  const seen = client.received.length;
  client.send(PING);
  await client.until(() => client.received.includes(PONG, seen - PONG.length));
}

/** What `hold` leaves in the server's memory, octets, when it has done it before and let go: the least of a few tries. */
async function grown(enough: Partial<Memory>, hold: () => Promise<RawClient[]>): Promise<Memory> {
  const letGo = async (clients: readonly RawClient[]): Promise<void> => {
    for (const client of clients) client.destroy();
    while ((await server.connections()) > 0);
  };
  await letGo(await hold());
  return leastGrowth(enough, async () => {
    const before = await server.memory();
    const clients = await hold();
    const after = await server.memory();
    await letGo(clients);
    return { used: after.used - before.used, rss: after.rss - before.rss };
  });
}

describe("S63, S78: a reader that stalls behind 1 GiB grows the process by less than 1 MiB", () => {
  test.each(
    ["/writes", "/iterable", "/web", "/value"].flatMap((path) => [
      { path, how: "reads nothing from the socket", window: LARGEST_WINDOW },
      { path, how: "opens no window", window: 1_000 },
    ]),
  )("$path, a client that $how", async ({ path, window }) => {
    if (path === "/value") server.tell("value");
    const { used, rss } = await grown({ used: MIB, rss: MIB }, async () => {
      const client = connect(window).send(request(1, path));
      await client.until(() => client.received.length > 100);
      if (window === LARGEST_WINDOW) client.socket.pause();
      const given = await server.stalled();
      if (path !== "/value") expect(given).toBeLessThan(64 * MIB); // the kernel's buffers, and what we queue
      return [client];
    });
    expect(used).toBeLessThan(MIB);
    expect(rss).toBeLessThan(MIB);
  });
});

describe("what is held for clients that do nothing", () => {
  test("10,000 idle streams on 100 connections: less than 1.5 KiB each", async () => {
    const { used } = await grown({ used: 10_000 * 1.5 * KIB }, async () => {
      const clients = Array.from({ length: 100 }, () => connect());
      for (const client of clients) {
        let wire = "";
        for (let id = 1; id < 200; id += 2) wire += request(id, "/wait");
        client.send(wire);
      }
      await Promise.all(clients.map(read));
      return clients;
    });
    expect(used).toBeGreaterThan(MIB); // they are there
    expect(used / 10_000).toBeLessThan(1.5 * KIB);
  });

  test("S65: content in single octets that nobody reads: its window, and little more", async () => {
    const octet = frame(FRAME_TYPE.DATA, 0, 1, "x");
    const { used } = await grown({ used: 10 * 100 * KIB }, async () => {
      const clients = Array.from({ length: 10 }, () => connect().send(request(1, "/wait", false)));
      for (const client of clients) client.send(octet.repeat(65_535));
      await Promise.all(clients.map(read));
      return clients;
    });
    expect(used / 10).toBeLessThan(100 * KIB);
  });

  test("S58, S61: answers that nobody reads: the connection ends, a few KiB are left", async () => {
    const { used } = await grown({ used: 20 * 64 * KIB }, async () => {
      const clients = Array.from({ length: 20 }, () => connect());
      for (const client of clients) {
        await read(client);
        client.socket.pause();
        client.send(PING.repeat(100_000));
      }
      await server.memory();
      return clients;
    });
    expect(used / 20).toBeLessThan(64 * KIB);
  });

  test("S56: field blocks that do not end: 32 KiB each, and what memory doubles", async () => {
    const { used } = await grown({ used: 50 * 64 * KIB }, async () => {
      const clients = Array.from({ length: 50 }, () => connect());
      for (const client of clients) {
        await read(client);
        client.send(frame(FRAME_TYPE.HEADERS, 0, 1, "") + frame(FRAME_TYPE.CONTINUATION, 0, 1, "\0".repeat(16_000)));
        client.send(frame(FRAME_TYPE.CONTINUATION, 0, 1, "\0".repeat(16_000)));
      }
      await server.memory();
      return clients;
    });
    expect(used / 50).toBeLessThan(64 * KIB);
  });

  test("S66: a field of 4,000 octets, told by an octet each in blocks of thousands: nothing is left", async () => {
    const value = "v".repeat(4_000);
    const length = `\x7f${String.fromCharCode(((4_000 - 127) & 127) | 128, (4_000 - 127) >> 7)}`;
    const first = `\x82\x86\x04\x01/\x01\x01a\x40\x01x${length}${value}`;
    const { used } = await grown({ used: 60 * 32 * KIB }, async () => {
      const clients = Array.from({ length: 60 }, () => connect());
      for (const client of clients) {
        client.send(frame(FRAME_TYPE.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, 1, first));
        for (let id = 3; id < 23; id += 2)
          client.send(
            frame(
              FRAME_TYPE.HEADERS,
              FLAG.END_HEADERS | FLAG.END_STREAM,
              id,
              `\x82\x86\x84\x01\x01a${"\xbe".repeat(16_000)}`,
            ),
          );
        await read(client);
      }
      return clients;
    });
    expect(used / 60).toBeLessThan(32 * KIB);
  });

  test("S54: 200 connections that reset streams until they are ended, one after the other", async () => {
    const wire = Array.from({ length: 300 }, (_, i) => {
      const id = 2 * i + 1;
      return request(id, "/wait") + frame(FRAME_TYPE.RST_STREAM, 0, id, "\0\0\0\x08");
    }).join("");
    const { used } = await grown({ used: MIB }, async () => {
      for (let round = 0; round < 20; round++) {
        const clients = Array.from({ length: 10 }, () => connect().send(wire));
        await Promise.all(clients.map((client) => client.untilClosed()));
        for (const client of clients) {
          expect(client.received).toContain("ENHANCE_YOUR_CALM");
          client.destroy();
        }
      }
      while ((await server.connections()) > 0);
      return [];
    });
    expect(used).toBeLessThan(MIB);
  });

  test("S73: connections that are dropped in the middle of everything leave nothing", async () => {
    const { used } = await grown({ used: MIB }, async () => {
      for (let round = 0; round < 20; round++) {
        const clients = Array.from({ length: 50 }, () =>
          connect(2_000).send(request(1, "/wait") + request(3, "/wait", false) + request(5, "/writes")),
        );
        await Promise.all(clients.map((client) => client.until(() => client.received.length > 1_000)));
        for (const [i, client] of clients.entries()) {
          if (i % 2 === 0) client.socket.resetAndDestroy();
          else client.destroy();
        }
      }
      while ((await server.connections()) > 0);
      return [];
    });
    expect(used).toBeLessThan(MIB);
  });
});
