import { getEventListeners, once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { dial } from "../src/dial.ts";
import type { DialOptions } from "../src/dial-options.ts";
import { TcpError } from "../src/errors.ts";
import { listen } from "../src/listen.ts";
import { startWithDescriptors } from "./child.ts";
import { Echo, Peer, Recorder, turn, until } from "./engines.ts";
import { folder, RUNTIME, serve } from "./serving.ts";

const failure = async (dialled: Promise<unknown>): Promise<TcpError> => {
  const error: unknown = await dialled.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TcpError);
  return error as TcpError;
};

/** An address of this machine that takes connections and never accepts them, until its queue is full. Bun's has no end. */
async function deaf(): Promise<{ host: string; port: number }> {
  const child = startWithDescriptors(
    100,
    `
    import { createServer } from "node:net";
    const server = createServer(() => {}).listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      console.log(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000); // it never gets to accept
      process.exit();
    });
  `,
  );
  onTestFinished(async () => {
    child.kill();
    await child.finished;
  });
  const address = { host: "127.0.0.1", port: Number(await child.line) };
  const waiting = Array.from({ length: 8 }, () => new Peer(address));
  onTestFinished(() => {
    for (const peer of waiting) peer.socket.destroy();
  });
  await until(() => waiting.filter((peer) => !peer.socket.connecting).length > 1); // the others wait in vain
  return address;
}

describe("dialling", () => {
  test("gives the engine, connected, both ways", async () => {
    const { listener } = await serve((carrier) => new Echo(carrier));
    const engine = await dial(listener.address, (carrier) => new Recorder(carrier));
    engine.send("there and back");
    await until(() => engine.received === "there and back");
    expect(engine.carrier.peer).toMatchObject({ address: "127.0.0.1", secure: false });
    expect({ host: engine.carrier.peer.address, port: engine.carrier.peer.port }).toEqual(listener.address);
    engine.end();
    await until(() => engine.reason !== undefined);
    expect(engine.calls.slice(-2)).toEqual(["receiveEnd", "closed"]);
    expect(engine.reason).toBe(null);
  });

  test("by path", async () => {
    const path = `${folder()}/app.sock`;
    await serve((carrier) => new Echo(carrier), {}, { path });
    const engine = await dial(`unix:${path}`, (carrier) => new Recorder(carrier));
    engine.send("by path");
    await until(() => engine.received === "by path");
    expect(engine.carrier.peer.address).toBe("");
    engine.end();
    await until(() => engine.reason !== undefined);
  });

  test("an engine that pauses while it is made is given nothing until it resumes", async () => {
    const { engines, listener } = await serve((carrier) => {
      const engine = new Recorder(carrier);
      engine.output.push("greeting");
      return engine;
    });
    const engine = await dial(listener.address, (carrier) => {
      carrier.pauseReading(true);
      return new Recorder(carrier);
    });
    await until(() => engines[0]?.flushes === 1);
    for (let i = 0; i < 30; i++) await turn();
    expect(engine.received).toBe("");
    engine.carrier.pauseReading(false);
    await until(() => engine.received === "greeting");
    engine.carrier.abort(null);
  });

  test("where nobody listens: ERR_DIAL with the system's reason", async () => {
    const listener = await listen(0, { connect: (carrier) => new Recorder(carrier) });
    await listener.close();
    const { port } = listener.address as { port: number };
    const error = await failure(dial(port, (carrier) => new Recorder(carrier)));
    expect(error.code).toBe("ERR_DIAL");
    expect(error.message).toBe(
      `cannot connect to 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}; is the server running there?`,
    );
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("a path that is not there: ERR_DIAL", async () => {
    const error = await failure(dial({ path: `${folder()}/none.sock` }, (carrier) => new Recorder(carrier)));
    expect(error.code).toBe("ERR_DIAL");
    expect(error.message).toContain("ENOENT");
  });

  test("a name with several addresses: the reasons of all of them", async () => {
    const listener = await listen(0, { connect: (carrier) => new Recorder(carrier) });
    await listener.close();
    const { port } = listener.address as { port: number };
    const error = await failure(dial(`localhost:${port}`, (carrier) => new Recorder(carrier)));
    expect(error.code).toBe("ERR_DIAL");
    expect(error.attempts.map(({ address }) => address).sort()).toEqual(["127.0.0.1", "::1"]);
    for (const { error: reason } of error.attempts) expect(error.message).toContain(reason?.message);
    expect(error.cause).toBeInstanceOf(AggregateError);
  });

  test("what is no address rejects with a RangeError, it does not throw", async () => {
    await expect(dial("nowhere", (carrier) => new Recorder(carrier))).rejects.toThrow(RangeError);
  });

  test("S102: a connect that throws rejects, and leaves no connection", async () => {
    const { listener, engines } = await serve((carrier) => new Echo(carrier));
    const dialled = dial(listener.address, () => {
      throw new Error("no engine today");
    });
    await expect(dialled).rejects.toThrow("no engine today");
    await until(() => engines.length === 1 && engines[0]?.calls.includes("receiveEnd") === true);
    await until(() => listener.connections === 0);
    expect(engines[0]?.reason).toBe(null);
  });
});

describe("dialling in vain", () => {
  test.runIf(RUNTIME === "node")("ends after timeoutMs: ERR_DIAL_TIMEOUT", async () => {
    const address = await deaf();
    const error = await failure(dial(address, (carrier) => new Recorder(carrier), { timeoutMs: 50 }));
    expect(error.code).toBe("ERR_DIAL_TIMEOUT");
    expect(error.message).toBe(`127.0.0.1:${address.port} did not answer within 50 ms`);
  });

  test("ends when the signal says so: ERR_DIAL_ABORTED with its reason", async () => {
    const address = await deaf();
    const controller = new AbortController();
    const { signal } = controller;
    const dialled = failure(dial(address, (carrier) => new Recorder(carrier), { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    controller.abort(new Error("changed my mind"));
    const error = await dialled;
    expect(error.code).toBe("ERR_DIAL_ABORTED");
    expect(error.cause).toMatchObject({ message: "changed my mind" });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("does not begin when the signal has aborted already", async () => {
    const { listener, engines } = await serve((carrier) => new Recorder(carrier));
    const options: DialOptions = { signal: AbortSignal.abort() };
    const error = await failure(dial(listener.address, (carrier) => new Recorder(carrier), options));
    expect(error.code).toBe("ERR_DIAL_ABORTED");
    expect(engines).toHaveLength(0);
  });

  test("a signal that aborts afterwards changes nothing, and is not held", async () => {
    const { listener } = await serve((carrier) => new Echo(carrier));
    const controller = new AbortController();
    const { signal } = controller;
    const options: DialOptions = { signal, timeoutMs: Number.POSITIVE_INFINITY };
    const engine = await dial(listener.address, (carrier) => new Recorder(carrier), options);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    controller.abort();
    engine.send("still here");
    await until(() => engine.received === "still here");
    engine.carrier.abort(null);
  });

  test.runIf(RUNTIME === "node")("a timeout of Infinity does not fire at once", async () => {
    const address = await deaf();
    const controller = new AbortController();
    const options: DialOptions = { timeoutMs: Number.POSITIVE_INFINITY, signal: controller.signal };
    const dialled = failure(dial(address, (carrier) => new Recorder(carrier), options));
    await once(AbortSignal.timeout(20), "abort"); // a timer of 1 ms would have ended it by now
    controller.abort();
    expect((await dialled).code).toBe("ERR_DIAL_ABORTED");
  });
});
