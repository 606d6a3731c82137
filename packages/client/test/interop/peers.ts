/**
 * The servers of the matrix. Each answers `/text`, `/gzip` (if it can compress), 404 for what it does not know, and
 * takes an upload in its own way.
 *
 * @module
 */
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Issued } from "@stack/testing/certificates";
import { folderWith, freePorts, type Presence, presence, runtime, startListening, startTelling } from "../programs.ts";

/** What a connection speaks: HTTP/1.1 or HTTP/2, in cleartext or under TLS. */
export type Protocol = "h1" | "h1 over TLS" | "h2" | "h2c";

/** What stands at `/gzip`, before it is compressed. */
export const COMPRESSIBLE: string = "compressible ".repeat(1000);

/** A server that is there. */
export interface RunningPeer {
  readonly plain: number;
  readonly secure: number;
  /** The port for HTTP/2 with prior knowledge, if it is one of its own. */
  readonly h2c?: number;
  stop(): Promise<void>;
}

/** A server, and what it can do. */
export interface Peer {
  readonly name: string;
  readonly presence: Presence;
  readonly protocols: readonly Protocol[];
  /** What is sent to `/upload` comes back; or it is kept at `/upload-NAME`, and can be had afterwards. */
  readonly upload: "echo" | "keep";
  readonly compresses: boolean;
  start(certificate: Issued): Promise<RunningPeer>;
}

const HERE: Presence = { command: process.execPath, skipped: false, note: "" };

const BOTH = ["h1", "h1 over TLS", "h2"] as const;

export const PEERS: readonly Peer[] = [
  {
    name: "nginx",
    presence: presence("nginx", "apt-get install nginx-light"),
    protocols: [...BOTH, "h2c"],
    upload: "keep",
    compresses: true,
    start: (certificate) => nginx(certificate),
  },
  {
    name: "h2o",
    presence: presence("h2o", "apt-get install h2o"),
    protocols: [...BOTH, "h2c"],
    upload: "echo",
    compresses: true,
    start: h2o,
  },
  {
    name: "nghttpd",
    presence: presence("nghttpd", "apt-get install nghttp2-server"),
    protocols: ["h2", "h2c"],
    upload: "echo",
    compresses: false,
    start: nghttpd,
  },
  {
    name: "node:http",
    presence: HERE,
    protocols: ["h1", "h1 over TLS"],
    upload: "echo",
    compresses: true,
    start: (certificate) => inProcess(createHttpServer(answer), createHttpsServer({ ...certificate }, answer)),
  },
  {
    name: "node:http2",
    presence: HERE,
    protocols: ["h2", "h2c"],
    upload: "echo",
    compresses: true,
    start: (certificate) =>
      inProcess(createHttp2Server(answer as never), createSecureServer({ ...certificate }, answer as never)),
  },
  {
    name: "Bun.serve",
    presence: runtime("bun", "@oven/bun-linux-x64/bin/bun"),
    protocols: BOTH,
    upload: "echo",
    compresses: true,
    start: (certificate) => ofRuntime(BUN, certificate, "bun.js"),
  },
  {
    name: "Deno.serve",
    presence: runtime("deno", "@deno/linux-x64-glibc/deno"),
    protocols: [...BOTH, "h2c"],
    upload: "echo",
    compresses: true,
    start: (certificate) => ofRuntime(DENO, certificate, "run", "-A", "deno.js"),
  },
];

/** @param extra - of its section `server` */
export async function nginx({ cert, key }: Issued, extra = ""): Promise<RunningPeer & { reload(): void }> {
  const [plain = 0, secure = 0, h2c = 0] = await freePorts(3);
  // The names with which it keeps what it is not told to keep elsewhere.
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`);
  const config = `
    daemon off; user root; worker_processes 1; pid nginx.pid; error_log stderr error;
    events { worker_connections 1024; }
    http {
      access_log off; ${temporary.join(" ")}
      client_max_body_size 16m; default_type text/plain; gzip on; gzip_types text/plain; gzip_http_version 1.0; gzip_proxied any;
      server {
        listen 127.0.0.1:${plain};
        listen 127.0.0.1:${h2c} http2;
        listen 127.0.0.1:${secure} ssl http2;
        ssl_certificate cert; ssl_certificate_key key;
        root .;
        location /upload { dav_methods PUT DELETE; }
        ${extra}
      }
    }`;
  const folder = folderWith({ cert, key, text: "text", gzip: COMPRESSIBLE, "nginx.conf": config });
  const program = await startListening(
    [plain, secure, h2c],
    "nginx",
    "-p",
    folder.path,
    "-e",
    "stderr",
    "-c",
    join(folder.path, "nginx.conf"),
  );
  const reload = (): void => void program.child.kill("SIGHUP");
  return { plain, secure, h2c, reload, stop: () => program.stop().finally(folder.remove) };
}

async function h2o({ cert, key }: Issued): Promise<RunningPeer> {
  const [plain = 0, secure = 0] = await freePorts(2);
  const folder = folderWith({ cert, key, text: "text", gzip: COMPRESSIBLE });
  const config = `
user: ${process.getuid?.() === 0 ? "root" : ""}
num-threads: 1
gzip: ON
file.mime.setdefaulttype: text/plain
file.mime.addtypes:
  "text/plain": [".none"]
listen: { host: 127.0.0.1, port: ${plain} }
listen: { host: 127.0.0.1, port: ${secure}, ssl: { certificate-file: ${folder.path}/cert, key-file: ${folder.path}/key } }
hosts:
  default:
    paths:
      "/": { file.dir: ${folder.path} }
      "/upload":
        mruby.handler: "proc {|env| [200, {}, [env['rack.input'].read]] }"
`;
  const file = folderWith({ "h2o.conf": config.replace("user: \n", "") });
  const program = await startListening([plain, secure], "h2o", "-c", join(file.path, "h2o.conf"));
  const remove = (): void => {
    folder.remove();
    file.remove();
  };
  return { plain, secure, stop: () => program.stop().finally(remove) };
}

async function nghttpd({ cert, key }: Issued): Promise<RunningPeer> {
  const [plain = 0, secure = 0] = await freePorts(2);
  const folder = folderWith({ cert, key, text: "text" });
  const args = ["-a127.0.0.1", `-d${folder.path}`, "--echo-upload"];
  const programs = [
    await startListening([plain], "nghttpd", ...args, "--no-tls", `${plain}`),
    await startListening([secure], "nghttpd", ...args, `${secure}`, `${folder.path}/key`, `${folder.path}/cert`),
  ];
  const stop = async (): Promise<void> => {
    for (const program of programs) await program.stop();
    folder.remove();
  };
  return { plain, secure, stop };
}

const BUN: Presence = runtime("bun", "@oven/bun-linux-x64/bin/bun");
const DENO: Presence = runtime("deno", "@deno/linux-x64-glibc/deno");

async function ofRuntime({ command }: Presence, { cert, key }: Issued, ...args: string[]): Promise<RunningPeer> {
  const folder = folderWith({ cert, key });
  const script = fileURLToPath(new URL(`./servers/${args.pop()}`, import.meta.url));
  const program = await startTelling(command, ...args, script, `${folder.path}/cert`, `${folder.path}/key`);
  return { ...(program.ports as { plain: number; secure: number }), stop: () => program.stop().finally(folder.remove) };
}

/** What Node's two APIs agree on. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === "/text") response.end("text");
  else if (request.url === "/upload") request.pipe(response);
  else if (request.url === "/gzip") response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(COMPRESSIBLE));
  else response.writeHead(404).end("none");
}

async function inProcess(plain: Server, secure: Server): Promise<RunningPeer> {
  const sockets = new Set<{ destroy(): void }>();
  for (const server of [plain, secure]) {
    server.on("connection", (socket: { destroy(): void }) => sockets.add(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    plain.close();
    secure.close();
  };
  return { plain: (plain.address() as AddressInfo).port, secure: (secure.address() as AddressInfo).port, stop };
}
