import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { dial } from "../src/dial.ts";
import { canReuseReadBuffer, READ_OCTETS } from "../src/reused-read.ts";
import { CAN_RUN, run } from "./child.ts";
import { Recorder, until } from "./engines.ts";
import { READS, RUNTIME, serve } from "./serving.ts";

/** Keeps whose memory it was given. */
class Witness extends Recorder {
  readonly memories = new Set<ArrayBufferLike>();

  override receive(bytes: Uint8Array, start?: number, end?: number): void {
    super.receive(bytes, start, end);
    this.memories.add(bytes.buffer);
  }
}

describe("reads into one reused buffer", () => {
  test.runIf(RUNTIME === "node")("are proved to work on Node", async () => {
    expect(await canReuseReadBuffer()).toBe(true);
  });

  test("are proved once: asked again, it is the same answer at once", () => {
    expect(canReuseReadBuffer()).toBe(canReuseReadBuffer());
  });

  test.runIf(RUNTIME === "node").each(READS)(
    "two connections share the memory only so, reuseReads %s",
    async (reuseReads) => {
      const { meet } = await serve((carrier) => new Witness(carrier), { reuseReads });
      const met = [await meet(), await meet()];
      const contents = met.map(() => randomBytes(500_000));
      for (const [i, { peer }] of met.entries()) peer.send(contents[i] as Buffer);
      await until(() => met.every(({ engine }) => engine.receivedOctets === 500_000));
      for (const [i, { engine }] of met.entries())
        expect(Buffer.from(engine.received, "latin1").equals(contents[i] as Buffer)).toBe(true);
      const memories = new Set(met.flatMap(({ engine }) => [...engine.memories]));
      if (reuseReads === "auto") {
        expect(memories.size).toBe(1);
        expect([...memories][0]?.byteLength).toBe(READ_OCTETS);
      } else expect(memories.size).toBeGreaterThan(1);
    },
  );

  test.each(READS)("what an engine copies with `slice` is a copy, reuseReads %s", async (reuseReads) => {
    // Of a Buffer, `slice` would be a view: octets that are held would become another connection's.
    class Holding extends Recorder {
      held: Uint8Array | null = null;
      override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
        super.receive(bytes, start, end);
        this.held ??= bytes.slice(start, end);
      }
    }
    const { meet } = await serve((carrier) => new Holding(carrier), { reuseReads });
    const first = await meet();
    const second = await meet();
    first.peer.send("GET /mine HTTP/1.1");
    await until(() => first.engine.held !== null);
    second.peer.send("GET /evil HTTP/1.1");
    await until(() => second.engine.held !== null);
    expect(Buffer.from(first.engine.held as Uint8Array).toString()).toBe("GET /mine HTTP/1.1");
    expect(first.engine.held?.buffer.byteLength).toBe(18); // and it keeps no more alive than itself
  });

  test.runIf(CAN_RUN)("a runtime that keeps `onread` elsewhere: false, and data events serve as well", async () => {
    // Such a runtime is made of this one: the specimen socket shows no properties of its own.
    const { stdout, stderr, code } = await run(`
      const own = Object.getOwnPropertySymbols;
      Object.getOwnPropertySymbols = (of) => (of?.constructor?.name === "Socket" ? [] : own(of));
      const { canReuseReadBuffer, dial, listen } = await import("@stack/tcp");
      const works = await canReuseReadBuffer();
      class Echo {
        deadline = Infinity;
        held = [];
        constructor(carrier) { this.carrier = carrier; }
        receive(bytes, start, end) { this.held.push(bytes.slice(start, end)); }
        receiveEnd() { this.ends = true; }
        flush(sink) { for (const bytes of this.held) sink.write(bytes); this.held = []; if (this.ends) sink.end(); return true; }
        drain() { this.ends = true; }
        onDeadline() {}
        closed() {}
      }
      const listener = await listen(0, { connect: (carrier) => new Echo(carrier) });
      let octets = 0;
      await new Promise((resolve) => dial(listener.address, (carrier) => ({
        deadline: Infinity,
        sent: false,
        receive(bytes, start, end) { octets += end - start; },
        receiveEnd() { resolve(); },
        flush(sink) { if (this.sent) return true; this.sent = true; sink.write(Buffer.alloc(300_000)); sink.end(); return true; },
        drain() {}, onDeadline() {}, closed() {},
      })));
      console.log(works, octets, (await listener.close()).length);
    `);
    expect({ stdout, stderr, code }).toEqual({ stdout: "false 300000 0\n", stderr: "", code: 0 });
  });

  test.runIf(CAN_RUN)("where loopback itself does not work: false, and no error", async () => {
    const { stdout, stderr, code } = await run(`
      import net from "node:net";
      import { syncBuiltinESMExports } from "node:module";
      net.Server.prototype.listen = function () { process.nextTick(() => this.emit("error", new Error("no network here"))); return this; };
      syncBuiltinESMExports();
      const { canReuseReadBuffer } = await import("@stack/tcp");
      console.log(await canReuseReadBuffer());
    `);
    expect({ stdout, stderr, code }).toEqual({ stdout: "false\n", stderr: "", code: 0 });
  });

  test.runIf(RUNTIME === "node")("are what a socket has that we dialled, if nothing stands in between", async () => {
    const { listener, engines } = await serve((carrier) => new Recorder(carrier));
    const dialled = await Promise.all([0, 1].map(() => dial(listener.address, (carrier) => new Witness(carrier))));
    await until(() => engines.length === 2);
    const contents = [0, 1].map(() => randomBytes(500_000));
    for (const [i, engine] of engines.entries()) engine.send(contents[i] as Buffer);
    await until(() => dialled.every(({ receivedOctets }) => receivedOctets === 500_000));
    const received = dialled.map((engine) => engine.received).sort();
    expect(received).toEqual(contents.map((content) => content.toString("latin1")).sort());
    expect(new Set(dialled.flatMap(({ memories }) => [...memories])).size).toBe(1);
    for (const engine of dialled) engine.carrier.abort(null);
  });
});
