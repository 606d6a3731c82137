/**
 * The versions of HTTP that a server speaks, each with its clients.
 *
 * @module
 */
import { Authority } from "@stack/testing/certificates";
import { onTestFinished } from "vitest";
import { createServer, type Server, type ServerOptions } from "../src/index.ts";
import { http1Client, http2Client, type Where } from "./engine-client.ts";
import type { Client } from "./exchange.ts";
import { nodeHttp1Client, nodeHttp2Client } from "./node-client.ts";

/** A version as a client finds it. */
export interface Version {
  /** How it is called: `HTTP/1.1`, `h2c`, `h2`. */
  readonly name: string;
  readonly version: "1.1" | "2";
  readonly secure: boolean;
  readonly client: string;
  readonly connect: (where: Where) => Client;
}

/** Each version with our own client and with Node's. */
export const VERSIONS: readonly Version[] = [
  { name: "HTTP/1.1", version: "1.1", secure: false, client: "our client", connect: http1Client },
  { name: "HTTP/1.1", version: "1.1", secure: false, client: "node:http", connect: nodeHttp1Client },
  { name: "HTTP/1.1 over TLS", version: "1.1", secure: true, client: "node:https", connect: nodeHttp1Client },
  { name: "h2c", version: "2", secure: false, client: "our client", connect: http2Client },
  { name: "h2c", version: "2", secure: false, client: "node:http2", connect: nodeHttp2Client },
  { name: "h2", version: "2", secure: true, client: "our client", connect: http2Client },
  { name: "h2", version: "2", secure: true, client: "node:http2", connect: nodeHttp2Client },
];

/** A server for one test, and a client of it; both are gone after it. */
export interface Served extends Client {
  readonly server: Server;
  readonly port: number;
  readonly where: Where;
  /** What handlers failed with. */
  readonly errors: unknown[];
  /** Code and status of what was refused. */
  readonly refused: string[];
}

/** Serves what `setUp` registers. */
export async function serve(
  { secure, connect }: Pick<Version, "secure" | "connect">,
  setUp: (server: Server) => void,
  options: ServerOptions = {},
): Promise<Served> {
  const errors: unknown[] = [];
  const refused: string[] = [];
  const server = createServer({
    onError: (error) => errors.push(error),
    onRefused: (error, status) => refused.push(`${(error as { code?: string }).code} ${status}`),
    ...options,
  });
  setUp(server);
  const { ca, certificate } = await (issued ??= issue());
  const { port } = await server.listen(
    0,
    secure ? { tls: { certificates: certificate, alpn: ["h2", "http/1.1"] } } : {},
  );
  const where = secure ? { port, ca } : { port };
  const client = connect(where);
  onTestFinished(async () => {
    client.close();
    await server.close({ graceMs: 0 });
  });
  return { server, port, where, errors, refused, ask: (asking) => client.ask(asking), close: () => client.close() };
}

interface Issue {
  readonly ca: string;
  readonly certificate: { readonly cert: string; readonly key: string };
}

/** Made when the first test needs it. */
let issued: Promise<Issue> | null = null;

async function issue(): Promise<Issue> {
  const authority = await Authority.create();
  return { ca: authority.cert, certificate: await authority.issue({ names: ["127.0.0.1", "localhost"] }) };
}
