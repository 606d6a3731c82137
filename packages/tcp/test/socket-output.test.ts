import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ByteSink, Carrier } from "../src/engine.ts";
import { FRAMING_ROOM, HIGH_WATER, MAX_WRITE } from "../src/socket-output.ts";
import { sink } from "../src/socket-sink.ts";
import { carried } from "./carried.ts";
import { Recorder, turn, until } from "./engines.ts";
import { RUNTIME, serve } from "./serving.ts";

const recorder = (carrier: Carrier): Recorder => new Recorder(carrier);

/** Waits until a count is the same over many turns: when the kernel has taken its last is its own affair. */
async function still(count: () => number): Promise<void> {
  for (let last = Number.NaN; last !== count(); ) {
    last = count();
    for (let i = 0; i < 100; i++) await turn();
  }
}

const octetsOf = (chunks: readonly Uint8Array[]): number => chunks.reduce((sum, chunk) => sum + chunk.length, 0);

test("S91: an engine whose octets wait for a reader that stands still is asked for none, whatever the reader sends", async () => {
  class Talker extends Recorder {
    override flush(out: ByteSink): boolean {
      this.flushes++;
      out.write(new Uint8Array(MAX_WRITE));
      return false;
    }
  }
  const { engine, peer } = await carried((carrier) => new Talker(carrier));
  peer.pause();
  await until(() => engine.carrier.pending >= HIGH_WATER);
  for (let i = 1; i <= 50; i++) {
    peer.write("x");
    await until(() => engine.receivedOctets >= i);
  }
  engine.carrier.wantFlush();
  await turn();
  expect(engine.carrier.pending).toBeLessThanOrEqual(HIGH_WATER + MAX_WRITE);
});

describe("what an engine writes in one flush leaves in one write", () => {
  test("nothing: no write at all", async () => {
    const { engine, socket } = await carried(recorder);
    engine.send("", new Uint8Array(0));
    await turn();
    expect(engine.flushes).toBeGreaterThan(0);
    expect(socket.writes).toEqual([]);
  });

  test("a thousand small pieces of text and octets", async () => {
    const { engine, socket, text } = await carried(recorder);
    let expected = "";
    for (let i = 0; i < 500; i++) {
      engine.send(`field-${i}: `, Buffer.from(`${i}\r\n`));
      expected += `field-${i}: ${i}\r\n`;
    }
    await until(() => text().length === expected.length);
    expect(text()).toBe(expected);
    expect(socket.writes).toEqual([expected.length]);
  });

  test("a head and the content behind it, copied or lent", async () => {
    for (const octets of [100, 8_192, 8_193, 50_000]) {
      const { engine, socket, chunks } = await carried(recorder);
      const content = randomBytes(octets);
      engine.send("HEAD\r\n", content, "TRAILER\r\n");
      await until(() => octetsOf(chunks) === octets + 15);
      expect(
        Buffer.concat(chunks).equals(Buffer.concat([Buffer.from("HEAD\r\n"), content, Buffer.from("TRAILER\r\n")])),
      ).toBe(true);
      expect(socket.writes).toEqual([octets + 15]);
    }
  });

  test("64 KiB of content with what frames it, and not an octet more than the room for that", async () => {
    for (const head of [7, FRAMING_ROOM, FRAMING_ROOM + 1]) {
      const { engine, socket, chunks } = await carried(recorder);
      engine.send("h".repeat(head), new Uint8Array(MAX_WRITE));
      await until(() => octetsOf(chunks) === head + MAX_WRITE);
      expect(socket.writes).toEqual(head <= FRAMING_ROOM ? [head + MAX_WRITE] : [MAX_WRITE, head]);
    }
  });

  test("what is said by several in one timer", async () => {
    const { engine, socket, text } = await carried(recorder);
    setTimeout(() => {
      for (const word of ["one ", "two ", "three"]) engine.send(word);
    });
    await until(() => text() === "one two three");
    expect(socket.writes).toEqual([13]);
    // The first was on connecting. Deno completes no write at once, and flushes when it has.
    expect(RUNTIME === "deno" ? [2, 3] : [2]).toContain(engine.flushes);
  });

  test("what is said by handlers that all awaited once", async () => {
    const { engine, socket, text } = await carried(recorder);
    const handler = async (word: string): Promise<void> => {
      await Promise.resolve();
      engine.send(word);
    };
    await Promise.all(["one ", "two ", "three"].map(handler));
    await until(() => text() === "one two three");
    expect(socket.writes).toEqual([13]);
  });

  test("the end is behind all of it", async () => {
    const { engine, peer, chunks } = await carried(recorder);
    let ended = false;
    peer.on("end", () => {
      ended = true;
    });
    const content = randomBytes(3_000_000);
    engine.send(content);
    engine.end();
    await until(() => ended);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  });
});

describe("large content", () => {
  test("leaves in writes of at most 64 KiB", async () => {
    const { engine, socket, chunks } = await carried(recorder);
    const content = randomBytes(1_000_000);
    engine.send("HEAD\r\n", content);
    await until(() => octetsOf(chunks) === content.length + 6);
    expect(Buffer.concat(chunks).subarray(6).equals(content)).toBe(true);
    expect(Math.max(...socket.writes)).toBe(MAX_WRITE);
    expect(socket.writes).toHaveLength(Math.ceil((content.length + 6) / MAX_WRITE));
  });

  test("as one text too, and the memory that it needed is not kept", async () => {
    const { engine, socket, text } = await carried(recorder);
    const content = "0123456789".repeat(100_000);
    engine.send(content);
    await until(() => text().length === content.length);
    expect(text()).toBe(content);
    expect(Math.max(...socket.writes)).toBe(MAX_WRITE);
    expect(sink.memory).toHaveLength(65_536);
  });

  test("progress is seen in `pending` while the reader takes it slowly", async () => {
    const { engine, socket, peer, chunks } = await carried(recorder);
    peer.pause();
    const content = randomBytes(30_000_000);
    engine.send(content);
    await until(() => engine.carrier.pending > 0);
    await still(() => engine.carrier.pending); // nothing taken, no progress
    expect(engine.carrier.pending).toBeGreaterThan(MAX_WRITE);

    const seen = new Set<number>();
    peer.on("data", () => seen.add(engine.carrier.pending));
    peer.resume();
    await until(() => octetsOf(chunks) === content.length && engine.carrier.pending === 0);
    const steps = [...seen];
    expect(steps).toEqual([...steps].sort((a, b) => b - a)); // it only falls
    expect(steps.length).toBeGreaterThan(2); // how many is the kernel's affair
    expect(Math.max(...socket.writes)).toBe(MAX_WRITE);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  });
});

/** Owes so many answers, of one kind, and gives them as long as there is room. */
class Answers extends Recorder {
  owed = 0;
  given = 0;
  private readonly answer: Uint8Array;

  constructor(carrier: Carrier, octets: number) {
    super(carrier);
    this.answer = new Uint8Array(octets);
  }

  override receive(_bytes: Uint8Array, start = 0, end = 0): void {
    this.owed += end - start;
  }

  override flush(to: ByteSink): boolean {
    this.flushes++;
    let room = true;
    while (this.owed > 0 && room) {
      room = to.write(this.answer);
      this.owed--;
      this.given++;
    }
    return this.owed === 0;
  }
}

describe("back-pressure", () => {
  test("flush comes again when the kernel has taken everything, and not before", async () => {
    const { engine, peer, chunks } = await carried((carrier) => new Answers(carrier, 100_000));
    peer.pause();
    engine.owed = 1_000;
    engine.carrier.wantFlush();
    await until(() => engine.carrier.pending > 0);
    await still(() => engine.flushes);
    const { flushes, given } = engine;
    expect(given).toBeLessThan(1_000);
    peer.resume();
    await until(() => octetsOf(chunks) === 100_000_000);
    expect(engine.given).toBe(1_000);
    expect(engine.flushes).toBeGreaterThan(flushes);
  });

  test.each([2_000, 20_000])(
    "a peer that asks and does not read costs a bounded sum, answers of %i octets",
    async (octets) => {
      const { engine, peer } = await carried((carrier) => new Answers(carrier, octets));
      peer.pause();
      peer.write(Buffer.alloc(50_000, "?"));
      await until(() => engine.carrier.pending > 0);
      let most = 0;
      for (let i = 0; i < 500; i++) {
        peer.write("?"); // each is a read, and each read wants a flush
        await turn();
        most = Math.max(most, engine.carrier.pending);
      }
      expect(engine.owed).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(HIGH_WATER + MAX_WRITE + octets);
    },
  );

  test("an endless producer whose peer keeps up leaves the others their turns", async () => {
    const { listener, meet } = await serve((carrier) => new Answers(carrier, 1_000));
    const endless = await meet();
    const other = await meet();
    endless.engine.owed = Number.POSITIVE_INFINITY;
    endless.engine.carrier.wantFlush();
    await until(() => endless.peer.octets > 1_000_000);
    for (let i = 1; i <= 100; i++) {
      other.peer.send("?");
      await until(() => other.peer.octets === i * 1_000);
    }
    expect(listener.connections).toBe(2);
    endless.peer.socket.destroy();
  });

  test("what comes in meanwhile does not multiply the flushes", async () => {
    class Idle extends Recorder {
      override flush(): boolean {
        this.flushes++;
        return false; // it says that there is more, and there never is
      }
    }
    const { engine, peer } = await carried((carrier) => new Idle(carrier));
    for (let i = 1; i <= 50; i++) {
      peer.write("x");
      await until(() => engine.receivedOctets === i);
    }
    const before = engine.flushes;
    for (let i = 0; i < 100; i++) await turn();
    expect(engine.flushes - before).toBeLessThanOrEqual(101);
  });
});

describe("one engine writes at a time", () => {
  test("a drain of all connections from within a flush leaves each its own octets", async () => {
    class Closing extends Recorder {
      onFlush: (() => void) | null = null;

      override flush(to: ByteSink): boolean {
        const { onFlush } = this;
        this.onFlush = null;
        if (onFlush !== null) {
          to.writeLatin1("before, ");
          onFlush(); // a handler, called from here, closes the server
          to.writeLatin1("after");
        }
        return super.flush(to);
      }

      override drain(): void {
        this.output.push(" BYE");
        super.drain();
      }
    }
    const { listener, meet } = await serve((carrier) => new Closing(carrier));
    const a = await meet();
    const b = await meet();
    const c = await meet();
    let closing: Promise<unknown> = Promise.resolve();
    b.engine.onFlush = () => {
      closing = listener.close({ graceMs: 5_000 });
    };
    b.engine.carrier.wantFlush();
    await until(() => [a, b, c].every(({ peer }) => peer.ended));
    expect([a, b, c].map(({ peer }) => peer.text)).toEqual([" BYE", "before, after BYE", " BYE"]);
    for (const { peer } of [a, b, c]) peer.end();
    expect(await closing).toEqual([]);
  });

  test("a stream that is handed over from within a flush keeps the order", async () => {
    class Upgrading extends Recorder {
      upgrades = false;

      override flush(to: ByteSink): boolean {
        if (!this.upgrades) return true;
        this.upgrades = false;
        to.writeLatin1("101, ");
        const heir = new Recorder(this.carrier);
        heir.output.push("heir");
        this.carrier.handOver(heir, new Uint8Array(0));
        to.writeLatin1("last words, ");
        return true;
      }
    }
    const { meet } = await serve((carrier) => new Upgrading(carrier));
    const { peer, engine } = await meet();
    engine.upgrades = true;
    engine.carrier.wantFlush();
    await until(() => peer.text.endsWith("heir"));
    expect(peer.text).toBe("101, last words, heir");
  });

  test("wanting a flush during the flush of another gives one", async () => {
    const { meet } = await serve((carrier) => new Recorder(carrier));
    const a = await meet();
    const b = await meet();
    class Poking extends Recorder {
      override flush(to: ByteSink): boolean {
        if (this.flushes++ > 0) return true; // Deno flushes again after every write: it completes none at once
        b.engine.send("poked");
        to.writeLatin1("poke");
        return true;
      }
    }
    a.engine.carrier.handOver(new Poking(a.engine.carrier), new Uint8Array(0));
    await until(() => a.peer.octets > 0 && b.peer.octets > 0);
    expect([a.peer.text, b.peer.text]).toEqual(["poke", "poked"]);
  });
});
