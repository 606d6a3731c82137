import { describe, expect, test } from "vitest";
import { CAN_RUN, run } from "./child.ts";
import { Echo, nobodyListens, Peer, Recorder, turn, until } from "./engines.ts";
import { READS, serve } from "./serving.ts";

/** Has something open that does not end by itself. */
class Busy extends Recorder {
  override drain(): void {
    this.calls.push("drain");
  }
}

describe("closing a listener", () => {
  test("with no connection it is closed at once, and nobody listens any more", async () => {
    const { listener } = await serve((carrier) => new Recorder(carrier));
    expect(await listener.close()).toEqual([]);
    await nobodyListens(listener.address);
  });

  test("every engine is asked to finish, and none is cut that does", async () => {
    const { listener, meet } = await serve((carrier) => new Echo(carrier));
    const met = [await meet(), await meet(), await meet()];
    let closed = false;
    const closing = listener.close({ graceMs: 60_000 }).then((cut) => {
      closed = true;
      return cut;
    });
    await until(() => met.every(({ peer }) => peer.ended));
    for (let i = 0; i < 20; i++) await turn();
    expect(closed).toBe(false); // the peers have not ended yet
    for (const { peer } of met) peer.end();
    expect(await closing).toEqual([]);
    expect(met.map(({ engine }) => engine.calls.filter((call) => call !== "receive"))).toEqual(
      met.map(() => ["drain", "receiveEnd", "closed"]),
    );
    expect(listener.connections).toBe(0);
  });

  test("what is in flight is finished", async () => {
    const { listener, meet } = await serve((carrier) => new Busy(carrier));
    const { peer, engine } = await meet();
    peer.send("question");
    await until(() => engine.received === "question");
    const closing = listener.close({ graceMs: 60_000 });
    engine.send("the whole answer");
    engine.end();
    await until(() => peer.ended);
    peer.end();
    expect(await closing).toEqual([]);
    expect(peer.text).toBe("the whole answer");
  });

  test("what is still open after graceMs is reset and reported", async () => {
    const { listener, meet } = await serve((carrier) => new Busy(carrier));
    const slow = await meet();
    const { port } = slow.engine.carrier.peer;
    expect(await listener.close({ graceMs: 20 })).toEqual([{ address: "127.0.0.1", port }]);
    expect(slow.engine.reason).toMatchObject({ name: "TcpError", code: "ERR_SERVER_CLOSED" });
    await until(() => slow.peer.closed);
    expect(slow.peer.failure).toBe("ECONNRESET");
    expect(listener.connections).toBe(0);
  });

  test("a peer that never ends its side holds nothing up, and is not reported: it has got everything", async () => {
    const { listener, meet } = await serve((carrier) => new Recorder(carrier));
    const { peer, engine } = await meet();
    const closing = listener.close({ graceMs: 50 });
    await until(() => peer.ended);
    expect(await closing).toEqual([]);
    expect(engine.reason).toBe(null);
  });

  test("a second close is the first", async () => {
    const { listener, meet } = await serve((carrier) => new Busy(carrier));
    await meet();
    const first = listener.close({ graceMs: 20 });
    expect(listener.close({ graceMs: 1_000_000 })).toBe(first);
    expect(await first).toHaveLength(1);
  });

  test("graceMs Infinity waits", async () => {
    const { listener, meet } = await serve((carrier) => new Busy(carrier));
    const { peer, engine } = await meet();
    const closing = listener.close({ graceMs: Number.POSITIVE_INFINITY });
    engine.deadline = engine.carrier.now + 60;
    engine.carrier.wantFlush();
    await until(() => engine.calls.includes("onDeadline")); // a timer of 1 ms would have cut by now
    expect(engine.reason).toBe(undefined);
    peer.end();
    engine.end();
    expect(await closing).toEqual([]);
  });

  test("a connection that comes while it closes is not served", async () => {
    const { listener, meet, engines } = await serve((carrier) => new Busy(carrier));
    const { peer } = await meet();
    const late = new Peer(listener.address);
    const closing = listener.close({ graceMs: 50 });
    await until(() => late.closed || late.ended);
    expect(engines).toHaveLength(1);
    peer.reset();
    await closing;
    late.socket.destroy();
  });
});

/** A program that listens, meets one peer and closes; it prints what it got. */
const program = (reuseReads: string, open: string, close: string): string => `
  import { connect } from "node:net";
  import { listen } from "@stack/tcp";
  const engine = (carrier) => ({
    receive() {}, receiveEnd() { carrier.abort(null); },
    flush(sink) { sink.writeLatin1(text); text = ""; return true; },
    drain() {}, deadline: carrier.now + 3_600_000, onDeadline() {}, closed() {},
  });
  let text = "hello";
  const listener = await listen(${open}, { connect: engine, reuseReads: ${JSON.stringify(reuseReads)} });
  const peer = connect(listener.address);
  peer.on("error", () => {});
  peer.once("data", async (greeting) => {
    ${close}
    console.log(String(greeting), JSON.stringify((await listener.close({ graceMs: 10 })).length));
  });
`;

describe.runIf(CAN_RUN).each(READS)("after close nothing keeps the process alive, reuseReads %s", (reuseReads) => {
  test.each([
    ["with a peer that left", "0", "peer.end(); await new Promise((resolve) => peer.once('close', resolve));", "0"],
    ["with a peer that was cut", "0", "", "1"],
    ["on a Unix socket", '"unix:" + (await import("node:fs")).mkdtempSync("/tmp/tcp-") + "/app.sock"', "", "1"],
  ])("%s", async (_, open, close, cut) => {
    const { stdout, stderr, code } = await run(program(reuseReads, open, close));
    expect({ stdout, stderr, code }).toEqual({ stdout: `hello ${cut}\n`, stderr: "", code: 0 });
  });
});

test.runIf(CAN_RUN)("deadlines alone keep no process alive", async () => {
  const { stdout, code } = await run(`
    import { joinInMemory } from "@stack/tcp";
    const quiet = (carrier) => ({
      receive() {}, receiveEnd() {}, flush: () => true, drain() {}, deadline: carrier.now + 3_600_000, onDeadline() {}, closed() {},
    });
    joinInMemory(quiet, quiet);
    console.log("joined");
  `);
  expect({ stdout, code }).toEqual({ stdout: "joined\n", code: 0 });
});
