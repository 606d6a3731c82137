import { existsSync, writeFileSync } from "node:fs";
import type { createServer } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Address } from "../src/address.ts";
import type { Carrier } from "../src/engine.ts";
import { TcpError } from "../src/errors.ts";
import { DEFAULT_MAX_CONNECTIONS, listen } from "../src/listen.ts";
import { CAN_RUN, run, startWithDescriptors } from "./child.ts";
import { Echo, nobodyListens, Peer, Recorder, turn, until } from "./engines.ts";
import { folder, serve } from "./serving.ts";

const connect = (carrier: Carrier): Recorder => new Recorder(carrier);

const failure = async (address: Address): Promise<TcpError> => {
  const error: unknown = await listen(address, { connect }).then(
    (listener) => listener.close().then(() => null),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TcpError);
  return error as TcpError;
};

describe("listening on an address", () => {
  test("port 0 is a free port, and the listener knows which", async () => {
    const { listener, meet } = await serve((carrier) => new Echo(carrier));
    expect(listener.address).toEqual({ host: "127.0.0.1", port: expect.any(Number) });
    expect((listener.address as { port: number }).port).toBeGreaterThan(0);
    const { peer } = await meet();
    peer.send("here");
    await until(() => peer.text === "here");
  });

  test.each<[Address]>([
    ["127.0.0.1:0"],
    [":0"],
    ["0"],
    [{ port: 0 }],
    [{ host: "127.0.0.1", port: 0 }],
    ["localhost:0"],
  ])("%j serves this machine", async (address) => {
    const { listener, meet } = await serve((carrier) => new Recorder(carrier), {}, address);
    expect(listener.address).toMatchObject({ host: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) });
    const { engine } = await meet();
    expect(engine.carrier.peer.address).toMatch(/^(127\.0\.0\.1|::1)$/);
  });

  test("on a dual-stack address an IPv4 peer has its IPv4 name", async (context) => {
    const opened = await serve((carrier) => new Recorder(carrier), {}, "[::]:0").catch((error: TcpError) => error);
    if (opened instanceof TcpError) return context.skip("this machine has no IPv6");
    const peer = new Peer({ host: "127.0.0.1", port: (opened.listener.address as { port: number }).port });
    await until(() => opened.engines.length === 1);
    expect(opened.engines[0]?.carrier.peer.address).toBe("127.0.0.1");
    peer.socket.destroy();
  });

  test("a taken port: ERR_ADDRESS_IN_USE, and what to do", async () => {
    const { listener } = await serve(connect);
    const { port } = listener.address as { port: number };
    const error = await failure(port);
    expect(error.code).toBe("ERR_ADDRESS_IN_USE");
    expect(error.message).toBe(
      `127.0.0.1:${port} is in use by another process; choose another port, or 0 for a free one`,
    );
    expect(error.cause).toMatchObject({ code: "EADDRINUSE" });
  });

  test.each<[Address]>([["192.0.2.1:0"], [{ host: "no.such.host.invalid", port: 0 }]])(
    "%j is no address of this machine: ERR_ADDRESS_NOT_AVAILABLE or, where names cannot be asked for, ERR_LISTEN",
    async (address) => {
      const error = await failure(address);
      expect(error.code).toMatch(/^ERR_(ADDRESS_NOT_AVAILABLE|LISTEN)$/);
      expect(error.message).toContain(typeof address === "string" ? "192.0.2.1" : "no.such.host.invalid");
    },
  );

  test.skipIf(process.getuid?.() === 0)("a port below 1024 without the privilege: ERR_ADDRESS_FORBIDDEN", async () => {
    expect((await failure(1)).code).toBe("ERR_ADDRESS_FORBIDDEN");
  });

  test("what is no address is a RangeError, and rejects", async () => {
    await expect(listen("localhost", { connect })).rejects.toThrow(RangeError);
    await expect(listen(65_536, { connect })).rejects.toThrow(RangeError);
  });
});

describe("listening on a Unix socket", () => {
  test("the file is there while it listens, and gone when it is closed", async () => {
    const path = `${folder()}/app.sock`;
    const { listener, meet } = await serve((carrier) => new Echo(carrier), {}, `unix:${path}`);
    expect(listener.address).toEqual({ path });
    const { peer } = await meet();
    peer.send("by path");
    await until(() => peer.text === "by path");
    await listener.close({ graceMs: 0 });
    expect(existsSync(path)).toBe(false);
    await nobodyListens({ path });
  });

  test.runIf(CAN_RUN)("a file that a killed process left behind is replaced", async () => {
    const path = `${folder()}/app.sock`;
    const killed = await run(`
      import { listen } from "@stack/tcp";
      await listen({ path: ${JSON.stringify(path)} }, { connect: () => { throw new Error(); } });
      process.kill(process.pid, "SIGKILL");
    `);
    expect(killed.code).toBe(null);
    expect(existsSync(path)).toBe(true);
    const { meet } = await serve((carrier) => new Echo(carrier), {}, { path });
    const { peer } = await meet();
    peer.send("anew");
    await until(() => peer.text === "anew");
  });

  test("one that answers is not touched: ERR_ADDRESS_IN_USE", async () => {
    const path = `${folder()}/app.sock`;
    const { meet } = await serve((carrier) => new Echo(carrier), {}, { path });
    const error = await failure({ path });
    expect(error.code).toBe("ERR_ADDRESS_IN_USE");
    expect(error.message).toContain("choose another path");
    const { peer } = await meet();
    peer.send("still here");
    await until(() => peer.text === "still here");
  });

  test("a file that is no socket is not removed", async () => {
    const path = `${folder()}/data.db`;
    writeFileSync(path, "all my data");
    const error = await failure({ path });
    expect(error.code).toBe("ERR_ADDRESS_IN_USE");
    expect(existsSync(path)).toBe(true);
  });

  test("in a folder that is not there: ERR_ADDRESS_FORBIDDEN, and it says that the folder must exist", async () => {
    const error = await failure({ path: `${folder()}/none/app.sock` });
    expect(error.code).toMatch(/^ERR_(ADDRESS_FORBIDDEN|LISTEN)$/);
    if (error.code === "ERR_ADDRESS_FORBIDDEN") expect(error.message).toContain("its folder must exist");
  });
});

describe("S104: connections are bounded", () => {
  test("by default at 32,768", () => {
    expect(DEFAULT_MAX_CONNECTIONS).toBe(32_768);
  });

  test("more than maxConnections are closed as they come, and reported; one that leaves makes room", async () => {
    const refused: string[] = [];
    const { listener, engines, meet } = await serve((carrier) => new Echo(carrier), {
      maxConnections: 3,
      onRefused: (address) => refused.push(address),
    });
    const first = await meet();
    await meet();
    await meet();
    const fourth = new Peer(listener.address);
    await until(() => fourth.ended || fourth.closed);
    expect([engines.length, listener.connections]).toEqual([3, 3]);
    expect(refused).toEqual(["127.0.0.1"]);
    fourth.socket.destroy();
    first.peer.end();
    await until(() => listener.connections === 2);
    const { peer } = await meet();
    peer.send("in");
    await until(() => peer.text === "in");
    expect(refused).toHaveLength(1);
  });

  test("more than maxConnectionsPerAddress from one address are closed, those of another address are not", async () => {
    const refused: string[] = [];
    const { listener, meet, engines } = await serve(
      (carrier) => new Echo(carrier),
      { maxConnectionsPerAddress: 2, onRefused: (address) => refused.push(address) },
      "0.0.0.0:0",
    );
    const { port } = listener.address as { port: number };
    const first = await meet();
    await meet();
    const third = new Peer({ host: "127.0.0.1", port });
    await until(() => third.ended || third.closed);
    expect(refused).toHaveLength(1);
    third.socket.destroy();
    // All of 127.0.0.0/8 is this machine: another address.
    const { connect: dial } = await import("node:net");
    const other = dial({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
    onTestFinished(() => void other.destroy());
    await until(() => engines.length === 3);
    expect(engines[2]?.carrier.peer.address).toBe("127.0.0.2");
    first.peer.end();
    await until(() => listener.connections === 2);
    await meet();
    expect(refused).toHaveLength(1);
  });

  test("the peers of a Unix socket have no address, and no bound for it", async () => {
    const { listener, meet } = await serve(
      (carrier) => new Recorder(carrier),
      { maxConnectionsPerAddress: 1 },
      { path: `${folder()}/app.sock` },
    );
    await meet();
    await meet();
    expect(listener.connections).toBe(2);
  });

  test("S102: an onRefused or connect that throws kills nothing", async () => {
    const warnings: unknown[] = [];
    const warned = vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(warning));
    onTestFinished(() => warned.mockRestore());
    let connects = 0;
    const { listener, meet } = await serve(
      (carrier) => {
        if (connects++ === 0) throw new Error("in connect");
        return new Echo(carrier);
      },
      {
        maxConnections: 1,
        maxConnectionsPerAddress: 1,
        onRefused: () => {
          throw new Error("in onRefused");
        },
      },
    );
    const lost = new Peer(listener.address);
    await until(() => lost.ended || lost.closed);
    expect(listener.connections).toBe(0);
    await meet();
    const refused = new Peer(listener.address);
    await until(() => refused.ended || refused.closed);
    expect(warnings).toMatchObject([{ message: "in connect" }, { message: "in onRefused" }]);
    lost.socket.destroy();
    refused.socket.destroy();
  });
});

describe("S190: an accept that fails", () => {
  test.runIf(CAN_RUN)("for want of descriptors does not kill; when there are some, the next are accepted", async () => {
    const child = startWithDescriptors(
      40,
      `
      import { listen } from "@stack/tcp";
      let most = 0;
      const connect = (carrier) => ({
        asked: false,
        receive() { this.asked = true; },
        receiveEnd() { listener.close({ graceMs: 0 }); },
        flush(sink) { if (this.asked) sink.writeLatin1(String(most)); this.asked = false; return true; },
        drain() { carrier.abort(null); },
        deadline: Infinity, onDeadline() {}, closed() {},
      });
      const listener = await listen(0, { connect: (carrier) => {
        most = Math.max(most, listener.connections + 1);
        return connect(carrier);
      } });
      console.log(listener.address.port);
    `,
    );
    const address = { host: "127.0.0.1", port: Number(await child.line) };
    const crowd = Array.from({ length: 80 }, () => new Peer(address));
    await until(() => crowd.every((peer) => !peer.socket.connecting));
    crowd[0]?.send("?"); // by its answer the child has seen those that came with it
    await until(() => crowd[0]?.text !== "");
    for (const peer of crowd) peer.reset();
    let answer = "";
    while (answer === "") {
      const late = new Peer(address).send("?"); // descriptors come free one by one
      await until(() => late.text !== "" || late.ended || late.closed);
      answer = late.text;
      if (answer === "") late.socket.destroy();
      else late.end();
    }
    expect(Number(answer)).toBeLessThan(40);
    expect(await child.finished).toEqual({ stdout: `${address.port}\n`, stderr: "", code: 0 });
  });

  test("and says so to nobody: the server's own error event has a listener", async () => {
    const { listener, meet } = await serve((carrier) => new Echo(carrier));
    const server: unknown = Reflect.get(listener, "server");
    (server as ReturnType<typeof createServer>).emit("error", new Error("accept EMFILE"));
    await turn();
    const { peer } = await meet();
    peer.send("served");
    await until(() => peer.text === "served");
  });
});
