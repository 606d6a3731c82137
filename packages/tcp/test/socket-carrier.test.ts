import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Carrier } from "../src/engine.ts";
import { TICK_MS } from "../src/timer-wheel.ts";
import { Echo, Recorder, turn, until } from "./engines.ts";
import { folder, READS, serve } from "./serving.ts";

describe.each(READS)("an engine on an accepted socket, reuseReads %s", (reuseReads) => {
  test("what comes in one piece goes back", async () => {
    const { meet } = await serve((carrier) => new Echo(carrier), { reuseReads });
    const { peer } = await meet();
    peer.send("PING\r\n");
    await until(() => peer.octets === 6);
    expect(peer.text).toBe("PING\r\n");
  });

  test("what comes octet by octet goes back whole and in order", async () => {
    const { meet } = await serve((carrier) => new Echo(carrier), { reuseReads });
    const { peer } = await meet();
    const wire = "a line, cut at every octet\r\n";
    for (const octet of wire) {
      const before = peer.octets;
      peer.send(octet);
      await until(() => peer.octets === before + 1);
    }
    expect(peer.text).toBe(wire);
  });

  test("more than any buffer goes back whole and in order", async () => {
    const { meet } = await serve((carrier) => new Echo(carrier), { reuseReads });
    const { peer } = await meet();
    const content = randomBytes(5_000_000);
    peer.send(content).end();
    await until(() => peer.ended);
    expect(Buffer.concat(peer.chunks).equals(content)).toBe(true);
  });

  test("a Unix socket carries as well, and its peer has no address", async () => {
    const path = `${folder()}/app.sock`;
    const { meet } = await serve((carrier) => new Echo(carrier), { reuseReads }, { path });
    const { peer, engine } = await meet();
    const content = randomBytes(300_000);
    peer.send(content).end();
    await until(() => peer.ended);
    expect(Buffer.concat(peer.chunks).equals(content)).toBe(true);
    expect([engine.carrier.peer.address, engine.carrier.peer.port]).toEqual(["", 0]);
  });

  test("the engine knows who is there, also afterwards", async () => {
    const { meet, listener } = await serve((carrier) => new Recorder(carrier), { reuseReads });
    const { peer, engine } = await meet();
    const seen = engine.carrier.peer;
    const port = peer.socket.localPort;
    expect([seen.address, seen.port, seen.localAddress, seen.secure, seen.alpn]).toEqual([
      "127.0.0.1",
      port,
      "127.0.0.1",
      false,
      "",
    ]);
    expect({ host: seen.localAddress, port: seen.localPort }).toEqual(listener.address);
    peer.reset();
    await until(() => engine.reason !== undefined);
    expect([seen.address, seen.port]).toEqual(["127.0.0.1", port]);
  });

  test("the clock is real, and coarse", async () => {
    const { meet } = await serve((carrier) => new Recorder(carrier), { reuseReads });
    const { engine } = await meet();
    const { carrier } = engine;
    // Of a process that was kept from working, or had no connection, the clock may lie behind; it is never ahead.
    const began = carrier.now;
    expect(began).toBeLessThanOrEqual(performance.now());
    await until(() => carrier.now >= began + 2 * TICK_MS);
    expect(carrier.now).toBeLessThanOrEqual(performance.now());
    expect(Math.abs(carrier.epochSeconds - Date.now() / 1000)).toBeLessThan(60);
    expect(Number.isInteger(carrier.epochSeconds)).toBe(true);
  });

  test("flush is called once on connecting, so that an engine may speak first", async () => {
    const { meet } = await serve(
      (carrier) => {
        const engine = new Recorder(carrier);
        engine.output.push("220 ready\r\n");
        return engine;
      },
      { reuseReads },
    );
    const { peer } = await meet();
    await until(() => peer.octets > 0);
    expect(peer.text).toBe("220 ready\r\n");
  });

  test("the peer ends first: the engine is told, and can still answer", async () => {
    const { meet } = await serve((carrier) => new Recorder(carrier), { reuseReads });
    const { peer, engine } = await meet();
    peer.send("GET it").end();
    await until(() => engine.calls.includes("receiveEnd"));
    expect(engine.received).toBe("GET it");
    expect(peer.ended).toBe(false);
    engine.send("late answer");
    engine.end();
    await until(() => peer.ended && engine.reason !== undefined);
    expect(peer.text).toBe("late answer");
    expect(engine.calls).toEqual(["receive", "receiveEnd", "closed"]);
    expect(engine.reason).toBe(null);
  });

  test("the engine ends first: the peer can still speak", async () => {
    const { meet } = await serve((carrier) => new Recorder(carrier), { reuseReads });
    const { peer, engine } = await meet();
    engine.send("all said");
    engine.end();
    await until(() => peer.ended);
    expect(peer.text).toBe("all said");
    peer.send("one more thing");
    await until(() => engine.received === "one more thing");
    expect(engine.reason).toBe(undefined);
    peer.end();
    await until(() => engine.reason !== undefined);
    expect(engine.calls.at(-1)).toBe("closed");
    expect(engine.reason).toBe(null);
  });

  test("a paused engine is given nothing, and the sender is held back; resumed it gets all", async () => {
    const { meet } = await serve((carrier) => new Recorder(carrier), { reuseReads });
    const { peer, engine } = await meet();
    engine.carrier.pauseReading(true);
    const content = randomBytes(20_000_000);
    peer.send(content);
    await until(() => peer.socket.bytesWritten > 0);
    for (let i = 0; i < 50; i++) await turn();
    expect(engine.receivedOctets).toBe(0);
    expect(peer.socket.writableLength).toBeGreaterThan(0);
    engine.carrier.pauseReading(false);
    peer.end();
    await until(() => engine.calls.includes("receiveEnd"));
    expect(engine.receivedOctets).toBe(content.length);
    expect(Buffer.from(engine.received, "latin1").equals(content)).toBe(true);
  });

  test("an engine that pauses in the midst of receiving gets no second read", async () => {
    class OneAtATime extends Recorder {
      override receive(bytes: Uint8Array, start?: number, end?: number): void {
        super.receive(bytes, start, end);
        this.carrier.pauseReading(true);
      }
    }
    const { meet } = await serve((carrier) => new OneAtATime(carrier), { reuseReads });
    const { peer, engine } = await meet();
    peer.send(randomBytes(20_000_000));
    await until(() => engine.calls.length === 1);
    for (let i = 0; i < 50; i++) await turn();
    expect(engine.calls).toEqual(["receive"]);
    engine.carrier.pauseReading(false);
    await until(() => engine.calls.length === 2);
    expect(engine.receivedOctets).toBeLessThan(20_000_000); // more than two reads of any runtime
  });

  test("an engine that pauses before it is connected is given nothing", async () => {
    const make = (carrier: Carrier): Recorder => {
      carrier.pauseReading(true);
      return new Recorder(carrier);
    };
    const { meet } = await serve(make, { reuseReads });
    const { peer, engine } = await meet();
    peer.send("too early");
    await until(() => peer.socket.writableLength === 0);
    for (let i = 0; i < 50; i++) await turn();
    expect(engine.received).toBe("");
    engine.carrier.pauseReading(false);
    await until(() => engine.received === "too early");
  });

  test("a deadline fires through the wheel, and what it says leaves", async () => {
    class Impatient extends Recorder {
      override onDeadline(): void {
        super.onDeadline();
        this.output.push(`late by ${this.carrier.now >= this.due}`);
      }
      due = Number.NaN;
    }
    const { meet } = await serve(
      (carrier) => {
        const engine = new Impatient(carrier);
        engine.due = engine.deadline = carrier.now + 60;
        return engine;
      },
      { reuseReads },
    );
    const { peer, engine } = await meet();
    await until(() => peer.octets > 0);
    expect(peer.text).toBe("late by true");
    expect(engine.calls).toEqual(["onDeadline"]);
  });

  test("a deadline that comes nearer after the engine has ended its side is seen too", async () => {
    class Lingering extends Recorder {
      override receive(bytes: Uint8Array, start?: number, end?: number): void {
        super.receive(bytes, start, end);
        this.deadline = this.carrier.now + 60;
      }
    }
    const { meet } = await serve((carrier) => new Lingering(carrier), { reuseReads });
    const { peer, engine } = await meet();
    engine.end();
    await until(() => peer.ended);
    peer.send("still here");
    await until(() => engine.calls.includes("onDeadline"));
    expect(engine.calls).toEqual(["receive", "onDeadline"]);
  });

  test("the byte stream is handed over with the octets that are left", async () => {
    const heirs: Recorder[] = [];
    class Upgrading extends Recorder {
      override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
        const line = Buffer.from(bytes.subarray(start, end)).indexOf("\n") + 1;
        this.output.push("101 ");
        const heir = new Echo(this.carrier);
        heirs.push(heir);
        this.carrier.handOver(heir, bytes.subarray(start + line, end));
      }
    }
    const { meet } = await serve((carrier) => new Upgrading(carrier), { reuseReads });
    const { peer, engine } = await meet();
    peer.send("UPGRADE\nfirst,");
    await until(() => peer.octets === 10);
    peer.send("second").end();
    await until(() => peer.ended);
    expect(peer.text).toBe("101 first,second");
    await until(() => heirs[0]?.reason === null);
    expect(engine.reason).toBe(undefined); // it has given its stream away: nothing is told it any more
  });

  test("handed over with nothing left, the heir's deadline and words count", async () => {
    const { meet } = await serve((carrier) => new Recorder(carrier), { reuseReads });
    const { peer, engine } = await meet();
    const heir = new Recorder(engine.carrier);
    heir.output.push("hello from the heir");
    heir.deadline = engine.carrier.now + 60;
    engine.carrier.handOver(heir, new Uint8Array(0));
    await until(() => peer.octets > 0 && heir.calls.length > 0);
    expect(peer.text).toBe("hello from the heir");
    expect(heir.calls).toEqual(["onDeadline"]);
  });
});
