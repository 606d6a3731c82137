import { once } from "node:events";
import { connect, createServer } from "node:net";
import { socks5, type Tunnel } from "@stack/tcp";
import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createClientTls } from "../src/client-tls.ts";
import { dialTls } from "../src/dial-tls.ts";
import { Talker } from "./engines.ts";
import { said, serve } from "./serving.ts";

let authority: Authority;
let certificates: Issued;
beforeAll(async () => {
  authority = await Authority.create();
  certificates = await authority.issue({ names: ["a.example"] });
});

/** A SOCKS5 proxy (RFC 1928) without a login, to which every name is 127.0.0.1. */
async function proxy(early = ""): Promise<number> {
  const server = createServer((socket) => {
    let input = Buffer.alloc(0);
    let greeted = false;
    const onData = (chunk: Buffer): void => {
      input = Buffer.concat([input, chunk]);
      if (!greeted && input.length >= 3) {
        greeted = true;
        input = input.subarray(3);
        socket.write(Buffer.of(5, 0));
      }
      const length = 5 + (input[4] ?? 0) + 2;
      if (!greeted || input.length < length) return;
      socket.removeListener("data", onData);
      const target = connect(input.readUInt16BE(length - 2), "127.0.0.1", () => {
        socket.write(Buffer.concat([Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0), Buffer.from(early, "hex")]));
        socket.pipe(target).pipe(socket);
      });
      target.on("error", () => socket.destroy());
      socket.on("close", () => target.destroy());
    };
    socket.on("error", () => {}).on("data", onData);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

describe("TLS in a tunnel", () => {
  test("the handshake is with who is at its end, and its certificate counts", async () => {
    const { listener } = await serve({ certificates });
    const { port } = listener.address as { port: number };
    const tunnel: Tunnel = socks5({ host: "a.example", port });
    const tls = createClientTls({ ca: authority.cert });
    const through = await proxy();
    for (let i = 0; i < 2; i++) {
      const talker = await dialTls(through, (carrier) => new Talker(carrier), { tls, tunnel, servername: "a.example" });
      expect(talker.carrier.peer).toMatchObject({ secure: true, tls: { servername: "a.example", authorized: true } });
      await said(talker, "through the tunnel");
      talker.carrier.abort(null);
    }
    const other = dialTls(through, (carrier) => new Talker(carrier), { tls, tunnel, servername: "b.example" });
    await expect(other).rejects.toMatchObject({ code: "ERR_TLS_NAME_MISMATCH" });
  });

  test("S115: octets that the proxy says before are no part of the handshake", async () => {
    const { listener } = await serve({ certificates });
    const { port } = listener.address as { port: number };
    const tunnel: Tunnel = socks5({ host: "a.example", port });
    const dialled = dialTls(await proxy("160303007a"), (carrier) => new Talker(carrier), {
      tls: createClientTls({ ca: authority.cert }),
      tunnel,
      servername: "a.example",
    });
    await expect(dialled).rejects.toMatchObject({ code: "ERR_TUNNEL_OCTETS" });
  });
});
