import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ByteSink, Carrier } from "../src/engine.ts";
import { sink } from "../src/socket-sink.ts";
import { carried } from "./carried.ts";
import { Recorder, turn, until } from "./engines.ts";
import { serve } from "./serving.ts";

/** An engine whose flush is what the test says, once. */
class Once extends Recorder {
  private readonly writes: (to: ByteSink) => void;
  private written = false;

  constructor(carrier: Carrier, writes: (to: ByteSink) => void) {
    super(carrier);
    this.writes = writes;
  }

  override flush(to: ByteSink): boolean {
    if (!this.written) {
      this.written = true;
      this.writes(to);
      to.end();
    }
    return true;
  }
}

const flushed = async (writes: (to: ByteSink) => void): Promise<{ text: string; reason: Error | null | undefined }> => {
  const { engine, peer, text } = await carried((carrier) => new Once(carrier, writes));
  let over = false;
  peer.on("end", () => {
    over = true;
    peer.end();
  });
  peer.on("close", () => {
    over = true;
  });
  await until(() => over && engine.reason !== undefined);
  return { text: text(), reason: engine.reason };
};

describe("the sink", () => {
  test("what is reserved may be filled in part, and several times", async () => {
    const { text } = await flushed((to) => {
      const at = to.reserve(100);
      to.memory.set(Buffer.from("frame "), at);
      to.commit(6);
      const next = to.reserve(3);
      to.memory.set(Buffer.from("two"), next);
      to.commit(1);
      to.commit(2);
    });
    expect(text).toBe("frame two");
  });

  test("text, octets and what is reserved keep their order across slabs", async () => {
    let expected = "";
    const { text } = await flushed((to) => {
      for (let i = 0; i < 3_000; i++) {
        const word = `${i}`.padEnd(20, ".");
        if (i % 3 === 0) to.writeLatin1(word);
        else if (i % 3 === 1) to.write(Buffer.from(word.repeat(i % 30)));
        else {
          const at = to.reserve(64);
          to.memory.set(Buffer.from(word), at);
          to.commit(20);
        }
        expected += i % 3 === 1 ? word.repeat(i % 30) : word;
      }
    });
    expect(text.length).toBe(expected.length);
    expect(text).toBe(expected);
  });

  test("latin1: a code unit is an octet", async () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
    expect((await flushed((to) => to.writeLatin1(all))).text).toBe(all);
  });

  test("more may be reserved than a slab holds", async () => {
    const { text } = await flushed((to) => {
      const at = to.reserve(200_000);
      to.memory.fill(0x61, at, at + 200_000);
      to.commit(200_000);
      to.writeLatin1("b");
    });
    expect(text).toBe(`${"a".repeat(200_000)}b`);
    expect(sink.memory).toHaveLength(65_536);
  });
});

test("what an engine copies from the sink's memory with `slice` is a copy", async () => {
  const { text } = await flushed((to) => {
    const at = to.reserve(10);
    to.memory.set(Buffer.from("block"), at);
    const block = to.memory.slice(at, at + 5);
    to.memory.set(Buffer.from("head "), at);
    to.commit(5);
    to.write(block);
  });
  expect(text).toBe("head block");
});

describe("S106: octets that were not written are not sent", () => {
  test("the sink's memory is of its own: nobody else's buffers are slices of it", () => {
    expect(sink.memory.buffer.byteLength).toBe(sink.memory.length);
    expect(Buffer.from("pooled").buffer).not.toBe(sink.memory.buffer);
  });

  test.each<[string, (to: ByteSink) => void]>([
    [
      "more than was reserved",
      (to) => {
        to.reserve(8);
        to.commit(4_096);
      },
    ],
    ["without a reservation", (to) => to.commit(4_096)],
    [
      "a second time, beyond it",
      (to) => {
        to.reserve(8);
        to.commit(8);
        to.commit(1);
      },
    ],
    [
      "what was reserved before the memory changed",
      (to) => {
        to.reserve(60_000);
        to.writeLatin1("x".repeat(70_000));
        to.commit(60_000);
      },
    ],
    [
      "a negative number",
      (to) => {
        to.reserve(8);
        to.commit(-1);
      },
    ],
    [
      "no number",
      (to) => {
        to.reserve(8);
        to.commit(Number.NaN);
      },
    ],
  ])("an engine that commits %s loses its connection, and the peer sees nothing of it", async (_, writes) => {
    const secret = "the-secret-of-another-connection";
    expect((await flushed((to) => to.writeLatin1(secret.repeat(1_000)))).text).toHaveLength(secret.length * 1_000);
    const { text, reason } = await flushed(writes);
    expect(reason).toBeInstanceOf(RangeError);
    expect(text).toBe("");
  });

  test("an engine that fails half-way sends nothing of the half", async () => {
    const { text, reason } = await flushed((to) => {
      to.writeLatin1("half a");
      throw new Error("no more");
    });
    expect([text, reason?.message]).toEqual(["", "no more"]);
  });
});

/** Writes a stream of octets that its seed determines, in every way that a sink offers, and remembers their digest. */
class Stream extends Recorder {
  readonly digest = createHash("sha256");
  written = 0;
  private left: number;
  private seed: number;

  constructor(carrier: Carrier, octets: number, seed: number) {
    super(carrier);
    this.left = octets;
    this.seed = seed;
  }

  override flush(to: ByteSink): boolean {
    let room = true;
    for (let pieces = 1 + (this.random() % 20); this.left > 0 && pieces > 0; pieces--) {
      if (!room) return false;
      const large = this.random() % 8 === 0;
      const piece = this.piece(Math.min(this.left, 1 + (this.random() % (large ? 150_000 : 3_000))));
      this.left -= piece.length;
      this.written += piece.length;
      this.digest.update(piece);
      const way = this.random() % 3;
      if (way === 0) to.writeLatin1(piece.toString("latin1"));
      else if (way === 1) room = to.write(piece);
      else {
        const at = to.reserve(piece.length + (this.random() % 100));
        to.memory.set(piece, at);
        to.commit(piece.length);
      }
    }
    if (this.left > 0) return false;
    to.end();
    return true;
  }

  private piece(octets: number): Buffer {
    const piece = Buffer.allocUnsafe(octets);
    for (let i = 0; i < octets; i++) piece[i] = this.random();
    return piece;
  }

  /** xorshift32 */
  private random(): number {
    this.seed ^= this.seed << 13;
    this.seed ^= this.seed >>> 17;
    this.seed ^= this.seed << 5;
    return this.seed >>> 0;
  }
}

describe("connections that share the one slab", () => {
  test("do not touch each other's octets, however their readers stall", async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 0x7fffffff }), { minLength: 2, maxLength: 4 }),
        async (seeds) => {
          let next = 0;
          const { engines, meet } = await serve((carrier) => new Stream(carrier, 6_000_000, seeds[next++] as number));
          const peers = [];
          for (const _ of seeds) peers.push((await meet()).peer.stall());
          // All of them have octets pending at the same time, some in the slab.
          await until(() => engines.every((engine) => engine.carrier.pending > 0 || engine.written === 6_000_000));
          most = Math.max(most, engines.filter((engine) => engine.carrier.pending > 0).length);

          for (let round = 0; !peers.every((peer) => peer.ended); round++) {
            for (const [i, peer] of peers.entries()) {
              if (((seeds[i] as number) >> (round % 31)) & 1) peer.read();
              else peer.stall();
            }
            await turn();
          }
          for (const [i, peer] of peers.entries()) {
            const seen = createHash("sha256");
            for (const chunk of peer.chunks) seen.update(chunk);
            expect(peer.octets).toBe(6_000_000);
            expect(seen.digest("hex")).toBe((engines[i] as Stream).digest.digest("hex"));
            peer.end();
          }
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
    expect(most).toBeGreaterThanOrEqual(2);
  });
});
