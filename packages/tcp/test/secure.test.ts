import type { Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { dial } from "../src/dial.ts";
import type { Secure, SecureDone } from "../src/secure.ts";
import { Echo, Peer, Recorder, turn, until } from "./engines.ts";
import { serve } from "./serving.ts";

/** A handshake that ends when the test says so. */
class Pending {
  readonly sockets: Socket[] = [];
  readonly dones: SecureDone[] = [];
  readonly secure: Secure = (socket, done) => {
    this.sockets.push(socket);
    this.dones.push(done);
  };

  /** Ends the nth handshake well. */
  complete(n: number): void {
    this.dones[n]?.(null, this.sockets[n]);
  }
}

describe("S92: a handshake between accepting and carrying", () => {
  test("comes before the engine, which then gets every octet", async () => {
    const pending = new Pending();
    const { listener, engines } = await serve((carrier) => new Echo(carrier), { secure: pending.secure });
    const peer = new Peer(listener.address).send("hello");
    await until(() => pending.dones.length === 1);
    expect(engines).toEqual([]);
    pending.complete(0);
    expect(engines).toHaveLength(1);
    peer.end();
    await until(() => peer.ended);
    expect(peer.text).toBe("hello");
  });

  test("counts in the caps", async () => {
    const pending = new Pending();
    const refused: string[] = [];
    const { listener } = await serve((carrier) => new Recorder(carrier), {
      secure: pending.secure,
      maxConnectionsPerAddress: 2,
      onRefused: (address) => refused.push(address),
    });
    const [first, second, third] = [1, 2, 3].map(() => new Peer(listener.address));
    await until(() => refused.length === 1);
    expect(listener.connections).toBe(2);
    await until(() => [first, second, third].filter((peer) => peer?.ended === true).length === 1);
    pending.complete(0);
    expect(listener.connections).toBe(2); // the same place, now as a connection
    pending.dones[1]?.(new Error("the handshake failed"));
    await until(() => listener.connections === 1);
    const fourth = new Peer(listener.address);
    await until(() => pending.dones.length === 3);
    expect(refused).toEqual(["127.0.0.1"]);
    for (const peer of [first, second, third, fourth]) peer?.socket.destroy();
  });

  test("is cut when the listener closes, and nothing is lost with it", async () => {
    const pending = new Pending();
    const { listener, engines } = await serve((carrier) => new Recorder(carrier), { secure: pending.secure });
    const peer = new Peer(listener.address).read();
    await until(() => pending.dones.length === 1);
    expect(await listener.close({ graceMs: 60_000 })).toEqual([]);
    pending.complete(0); // too late
    await until(() => peer.ended);
    expect(engines).toEqual([]);
    expect(listener.connections).toBe(0);
  });

  test("that is told to end twice ends once", async () => {
    const pending = new Pending();
    const { listener, engines } = await serve((carrier) => new Recorder(carrier), { secure: pending.secure });
    const peer = new Peer(listener.address);
    await until(() => pending.dones.length === 1);
    pending.complete(0);
    pending.complete(0);
    expect(engines).toHaveLength(1);
    peer.reset();
    await until(() => engines[0]?.reason !== undefined);
    expect(listener.connections).toBe(0);
  });

  test("S102: a peer that resets meanwhile leaves the process alone", async () => {
    const pending = new Pending();
    const { listener } = await serve((carrier) => new Recorder(carrier), {
      secure: (socket, done) => {
        pending.secure(socket, done);
        socket.resume(); // reads, and so meets the reset
      },
    });
    const peer = new Peer(listener.address);
    await until(() => pending.dones.length === 1);
    peer.reset();
    await until(() => listener.connections === 0);
    expect(pending.sockets[0]?.destroyed).toBe(true);
  });

  test("S102: that throws costs its connection", async () => {
    const warnings: unknown[] = [];
    const warned = vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(warning));
    onTestFinished(() => warned.mockRestore());
    let first = true;
    const { listener } = await serve((carrier) => new Echo(carrier), {
      secure: (socket, done) => {
        if (!first) done(null, socket);
        else {
          first = false;
          throw new Error("in secure");
        }
      },
    });
    const peer = new Peer(listener.address);
    await until(() => peer.ended && listener.connections === 0);
    expect(warnings).toMatchObject([{ message: "in secure" }]);
    const other = new Peer(listener.address).send("still served").end();
    await until(() => other.ended);
    expect(other.text).toBe("still served");
  });
});

describe("a handshake between dialling and carrying", () => {
  test("comes before the engine", async () => {
    const { listener } = await serve((carrier) => new Echo(carrier));
    const order: string[] = [];
    const engine = await dial(
      listener.address,
      (carrier) => {
        order.push("engine");
        return new Recorder(carrier);
      },
      {
        secure: (socket, done) => {
          order.push("handshake");
          setImmediate(() => done(null, socket));
        },
      },
    );
    expect(order).toEqual(["handshake", "engine"]);
    engine.send("hello");
    await until(() => engine.received === "hello");
    engine.end();
  });

  test.each<[string, Secure, string]>([
    ["that fails", (_, done) => done(new Error("no")), "no"],
    [
      "that throws",
      () => {
        throw new Error("bug");
      },
      "bug",
    ],
  ])("%s is what dialling fails with", async (_, secure, message) => {
    const { listener } = await serve((carrier) => new Echo(carrier));
    await expect(dial(listener.address, (carrier) => new Recorder(carrier), { secure })).rejects.toThrow(message);
    await until(() => listener.connections === 0);
  });

  test("ends with the time for the whole", async () => {
    const { listener } = await serve((carrier) => new Echo(carrier));
    const pending = new Pending();
    // The time that passes is the test's: it is not over before the handshake has begun.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const dialling = dial(listener.address, (carrier) => new Recorder(carrier), {
      secure: pending.secure,
      timeoutMs: 50,
    });
    const late = expect(dialling).rejects.toMatchObject({ code: "ERR_DIAL_TIMEOUT" });
    await until(() => pending.dones.length === 1);
    vi.advanceTimersByTime(50);
    await late;
    pending.complete(0); // too late
    await turn();
    await until(() => listener.connections === 0);
    expect(pending.sockets[0]?.destroyed).toBe(true);
  });

  test("ends when dialling is aborted", async () => {
    const { listener } = await serve((carrier) => new Echo(carrier));
    const pending = new Pending();
    const controller = new AbortController();
    const dialling = dial(listener.address, (carrier) => new Recorder(carrier), {
      secure: pending.secure,
      signal: controller.signal,
    });
    await until(() => pending.dones.length === 1);
    controller.abort();
    await expect(dialling).rejects.toMatchObject({ code: "ERR_DIAL_ABORTED" });
    await until(() => listener.connections === 0);
  });
});
