import { randomBytes } from "node:crypto";
import { connect, createServer, type TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { carry } from "../src/carry.ts";
import type { Engine } from "../src/engine.ts";
import { Echo, Recorder, turn, until } from "./engines.ts";
import { RUNTIME } from "./serving.ts";

const KEY = randomBytes(32);
const CIPHERS = { ciphers: "PSK", minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;

/** Two engines with TLS between them; a key that both know saves the certificate. Only Node has such ciphers. */
async function joined<S extends Engine, C extends Engine>(
  serve: (...of: Parameters<Parameters<typeof carry<S>>[1]>) => S,
  dial: (...of: Parameters<Parameters<typeof carry<C>>[1]>) => C,
): Promise<{ server: S; client: C; sockets: TLSSocket[] }> {
  const made: { server?: S; client?: C } = {};
  const sockets: TLSSocket[] = [];
  const listener = createServer({ ...CIPHERS, allowHalfOpen: true, ALPNProtocols: ["echo"], pskCallback: () => KEY });
  listener.on("secureConnection", (socket) => {
    sockets.push(socket);
    made.server = carry(socket, serve);
  });
  listener.listen(0, "127.0.0.1");
  await until(() => listener.listening);
  const { port } = listener.address() as { port: number };
  const options = { ...CIPHERS, host: "127.0.0.1", port, allowHalfOpen: true, ALPNProtocols: ["echo"] };
  const socket = connect({
    ...options,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk: KEY, identity: "test" }),
  });
  socket.once("secureConnect", () => {
    sockets.push(socket);
    made.client = carry(socket, dial);
  });
  onTestFinished(() => {
    socket.destroy();
    listener.close();
  });
  await until(() => made.server !== undefined && made.client !== undefined);
  return { server: made.server as S, client: made.client as C, sockets };
}

describe.runIf(RUNTIME === "node")("an engine carried by a TLS socket", () => {
  test("large content both ways, and an end in good order", async () => {
    const { server, client } = await joined(
      (carrier) => new Echo(carrier),
      (carrier) => new Recorder(carrier),
    );
    const content = randomBytes(3_000_000);
    client.send("small ", content);
    client.end();
    await until(() => client.reason !== undefined && server.reason !== undefined);
    expect(client.received.slice(0, 6)).toBe("small ");
    expect(Buffer.from(client.received.slice(6), "latin1").equals(content)).toBe(true);
    expect([client.reason, server.reason]).toEqual([null, null]);
    expect(client.carrier.pending).toBe(0);
  });

  test("the engine sees that the octets travel under TLS, and the protocol that ALPN chose", async () => {
    const { server, client } = await joined(
      (carrier) => new Recorder(carrier),
      (carrier) => new Recorder(carrier),
    );
    for (const { peer } of [server.carrier, client.carrier])
      expect(peer).toMatchObject({ address: "127.0.0.1", secure: true, alpn: "echo" });
    client.carrier.abort(null);
  });

  test("a stalled reader shows in `pending`, and the rest follows when it reads again", async () => {
    const { server, client } = await joined(
      (carrier) => new Recorder(carrier),
      (carrier) => new Recorder(carrier),
    );
    server.carrier.pauseReading(true);
    const content = randomBytes(20_000_000);
    client.send(content);
    await until(() => client.carrier.pending > 0);
    for (let i = 0; i < 50; i++) await turn();
    expect(client.carrier.pending).toBeGreaterThan(0);
    server.carrier.pauseReading(false);
    await until(() => server.receivedOctets === content.length);
    expect(Buffer.from(server.received, "latin1").equals(content)).toBe(true);
    client.carrier.abort(null);
  });

  test("abort closes it, whatever is under way", async () => {
    const { server, client } = await joined(
      (carrier) => new Recorder(carrier),
      (carrier) => new Recorder(carrier),
    );
    server.carrier.pauseReading(true);
    client.send(randomBytes(20_000_000));
    client.end();
    await until(() => client.carrier.pending > 0);
    client.carrier.abort(new Error("enough"));
    await until(() => client.reason !== undefined);
    expect(client.reason).toMatchObject({ message: "enough" });
    server.carrier.pauseReading(false);
    await until(() => server.calls.includes("receiveEnd") || server.reason !== undefined);
    server.carrier.abort(null);
  });
});
