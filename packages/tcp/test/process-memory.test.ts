import { describe, expect, test } from "vitest";
import { CAN_RUN, run } from "./child.ts";
import { READS } from "./serving.ts";

/** What both programs begin with. */
const PRELUDE = `
  import { connect } from "node:net";
  import { listen } from "@stack/tcp";
  import { clock } from "./dist/timer-wheel.js";
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const until = async (holds) => { while (!holds()) await turn(); };
  const used = async () => {
    for (let i = 0; i < 5; i++) { gc(); await turn(); }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
`;

const report = async (program: string): Promise<Record<string, number>> => {
  const { stdout, stderr, code } = await run(PRELUDE + program, "--expose-gc");
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return JSON.parse(stdout) as Record<string, number>;
};

describe.runIf(CAN_RUN)("a stalled reader behind 1 GiB keeps the process small", () => {
  test.each([
    ["lent content of 64 KiB", "sink.write(Buffer.alloc(65_536, 1))", 65_536],
    ["lent content of 10 KB", "sink.write(Buffer.alloc(10_000, 1))", 10_000],
    ["small content, copied", "sink.write(Buffer.alloc(1_000, 1))", 1_000],
    ["text", '(sink.writeLatin1("x".repeat(5_000)), sink.write(new Uint8Array(0)))', 5_000],
    ["frames built in place", "(sink.reserve(9_000), sink.commit(9_000), sink.write(new Uint8Array(0)))", 9_000],
  ])(
    "%s",
    async (_, write, octets) => {
      const { given, grown, answered } = await report(`
      class Producer {
        left = 2 ** 30;
        constructor(carrier) { this.carrier = carrier; }
        receive() { answered++; } // each read is followed by a flush
        receiveEnd() {}
        flush(sink) {
          let room = true;
          while (room && this.left > 0) { this.left -= ${octets}; room = ${write}; }
          return this.left <= 0;
        }
        drain() {}
        deadline = Infinity;
        onDeadline() {}
        closed() {}
      }
      let answered = 0;
      const engines = [];
      const listener = await listen(0, { connect: (carrier) => { engines.push(new Producer(carrier)); return engines.at(-1); } });
      const stall = async () => {
        const peer = connect(listener.address);
        peer.on("error", () => {}).pause();
        const before = engines.length;
        await until(() => engines.length > before && engines.at(-1).carrier.pending > 0);
        for (let still = 0, pending = 0; still < 100; still++) {
          if (engines.at(-1).carrier.pending !== pending) still = 0;
          pending = engines.at(-1).carrier.pending;
          await turn();
        }
        return peer;
      };
      const first = await stall(); // what is loaded and compiled once is not growth
      first.destroy();
      await until(() => listener.connections === 0);
      const before = await used();
      const peer = await stall();
      for (let i = 0; i < 300; i++) { peer.write("more?"); await turn(); }
      const grown = await used() - before;
      console.log(JSON.stringify({ given: 2 ** 30 - engines.at(-1).left, grown, answered }));
      peer.destroy();
      await listener.close({ graceMs: 0 });
    `);
      expect(answered).toBeGreaterThan(10);
      expect(given).toBeLessThan(200e6); // what the kernel's buffers hold; it was asked for no more
      expect(grown).toBeLessThan(2 ** 20);
    },
    120_000,
  );
});

describe.runIf(CAN_RUN)("S73, S105: connections leave nothing behind", () => {
  test.each(READS)(
    "10,000 that were opened and dropped, reuseReads %s",
    async (reuseReads) => {
      const { opened, closed, connections, inWheel, ticking, grown, addresses } = await report(`
      let opened = 0;
      let closed = 0;
      class Engine {
        constructor(carrier) { opened++; this.carrier = carrier; this.deadline = carrier.now + 3_600_000; this.state = Buffer.alloc(20_000); }
        receive() { this.said = true; }
        receiveEnd() { this.ends = true; }
        flush(sink) { if (this.said) sink.writeLatin1("hello"); this.said = false; if (this.ends) sink.end(); return true; }
        drain() { this.ends = true; }
        onDeadline() {}
        closed() { closed++; }
      }
      const listener = await listen(0, {
        connect: (carrier) => new Engine(carrier), reuseReads: ${JSON.stringify(reuseReads)}, maxConnectionsPerAddress: 1_000,
      });
      const ways = [
        (peer) => peer.end(), // in good order
        (peer) => peer.resetAndDestroy(), // before a word
        (peer) => { peer.write("hi"); peer.once("data", () => peer.resetAndDestroy()); }, // after a word
        (peer) => { peer.write("hi"); peer.destroy(); }, // without waiting for the answer
      ];
      const drop = async (count) => {
        for (let i = 0; i < count; i += 200) {
          const wanted = opened + 200;
          let gone = 0;
          for (let j = 0; j < 200; j++) {
            const peer = connect(listener.address, () => ways[j % ways.length](peer));
            peer.on("error", () => {}).on("close", () => gone++).resume();
          }
          await until(() => gone === 200 && opened === wanted && listener.connections === 0);
        }
      };
      await drop(2_000);
      const before = await used();
      await drop(10_000);
      const grown = await used() - before;
      const inWheel = clock.wheel.slots.filter((entry) => entry !== null).length;
      const addresses = listener.perAddress.size;
      console.log(JSON.stringify({ opened, closed, connections: listener.connections, inWheel, ticking: Number(clock.timer !== null), grown, addresses }));
      await listener.close();
    `);
      expect({ opened, closed }).toEqual({ opened: 12_000, closed: 12_000 });
      expect({ connections, inWheel, ticking, addresses }).toEqual({
        connections: 0,
        inWheel: 0,
        ticking: 0,
        addresses: 0,
      });
      // One engine kept alive in a hundred would be 2 MB.
      expect(grown).toBeLessThan(2 ** 20);
    },
    120_000,
  );
});
