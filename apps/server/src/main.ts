#!/usr/bin/env node
/**
 * The command `stack-server`: flags, a server, signals.
 *
 * Exit codes: 0 when it has ended in good order, 1 when it cannot listen, 2 when
 * the command line is wrong, 130 or 143 when a second signal ended it at once.
 *
 * @module
 */
import { isatty } from "node:tty";
import { escapeForLog } from "@stack/http";
import type { Server, ServerOptions } from "@stack/server";
import { createServerTls, type ServerTls } from "@stack/tls";
import { NAME, VERSION } from "./about.ts";
import { Log } from "./access-log.ts";
import { createApp } from "./app.ts";
import type { CertificateAndKey } from "./development-certificate.ts";
import { endpointName } from "./endpoint-name.ts";
import { type Command, FlagError, type Flags, HELP, parseFlags } from "./flags.ts";
import { JSON_LINES, prettyLines } from "./log-lines.ts";
import { endOnSignal } from "./shutdown.ts";

const CANNOT_LISTEN = 1;
const WRONG_USE = 2;

function main(argv: readonly string[]): void {
  let command: Command;
  try {
    command = parseFlags(argv, isatty(1));
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    complain(`${error.message} (${NAME} --help lists the flags)`, WRONG_USE);
    return;
  }
  if (command.do === "help") process.stdout.write(HELP);
  else if (command.do === "version") process.stdout.write(`${VERSION}\n`);
  else void serve(command.flags);
}

async function serve(flags: Flags): Promise<void> {
  const draining = new AbortController();
  const colour = isatty(1) && (process.env.NO_COLOR ?? "") === "";
  const log = new Log(flags.log === "json" ? JSON_LINES : prettyLines(colour), process.stdout, process.stderr);
  const server = createApp({
    draining: draining.signal,
    layers: flags.log === "silent" ? [] : [log.layer],
    selfSigned: flags.certificate === null,
    server: serverOptions(flags, log),
  });
  try {
    // First what files can be wrong with, then both ports: nothing is said to listen that will not.
    const tls = flags.tlsPort === null ? null : await tlsContext(flags, log);
    const urls = [(await server.listen({ host: flags.host, port: flags.port })).url];
    if (flags.tlsPort !== null && tls !== null)
      urls.push((await server.listen({ host: flags.host, port: flags.tlsPort }, { tls })).url);
    for (const url of urls) log.plain(`${NAME} ${VERSION} listening on ${url}`);
    const open = urls.length > 1 ? `${urls.join(" or ")} (HTTP/2)` : urls[0];
    if (flags.log === "pretty") log.plain(`open ${open} in a browser; Ctrl+C ends the server`);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error), CANNOT_LISTEN);
    await server.close({ graceMs: 0 }); // the other port may listen already
    return;
  }
  endOnSignal({
    drain: async (signal) => {
      draining.abort();
      await drain(server, flags, log, signal);
    },
  });
}

/** The certificate that was named, watched for a newer one, or the development certificate. */
async function tlsContext({ certificate, log: mode }: Flags, log: Log): Promise<ServerTls> {
  const tls = createServerTls({
    alpn: ["h2", "http/1.1"],
    certificates: certificate ?? (await development()),
    ...(mode === "silent" ? {} : { onProblem: (error: Error) => log.note(error.message) }),
  });
  if (certificate !== null) tls.watch();
  return tls;
}

/** Loaded when it is wanted: what makes certificates takes longer to load than all else here. */
async function development(): Promise<CertificateAndKey> {
  const { developmentCertificate } = await import("./development-certificate.ts");
  return developmentCertificate();
}

function serverOptions({ log: mode, maxContent, patience }: Flags, log: Log): ServerOptions {
  return {
    ...patience,
    ...(maxContent === null ? {} : { maxContentOctets: maxContent }),
    ...(mode === "silent" ? {} : { onRefused: (error, status) => log.refused(error, status) }),
    onError: (error, request) => log.failed(error, request),
  };
}

/** Answers what is in flight, says what was cut, and leaves nothing behind that keeps the process. */
async function drain(server: Server, { graceMs, log: mode }: Flags, log: Log, signal: string): Promise<void> {
  const tell = mode !== "silent";
  if (tell) log.note(`${signal}: answering what is in flight, ${graceMs} ms at most; again to end at once`);
  const cut = await server.close({ graceMs });
  const peers = cut.map(({ address, port }) => endpointName(address, port)).join(", ");
  if (cut.length > 0) log.note(`ended; cut after ${graceMs} ms: ${cut.length} (${peers})`);
  else if (tell) log.note("ended; nothing was cut");
  // A reader of the log that stands still would keep the process for ever.
  if (!(await log.close())) process.exit(0);
}

function complain(message: string, code: number): void {
  process.stderr.write(`${NAME}: ${escapeForLog(message, MAX_COMPLAINT)}\n`);
  process.exitCode = code;
}

/** Characters of a complaint that are shown: it is one line. */
const MAX_COMPLAINT = 500;

main(process.argv.slice(2));
