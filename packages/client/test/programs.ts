/**
 * Programs of the machine, as peers: whether they are there, and how they are started.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether a program's tests are run, and what stands behind their name. */
export interface Presence {
  /** How it is started. */
  readonly command: string;
  readonly skipped: boolean;
  readonly note: string;
}

/** Looks for a program. STACK_REQUIRE_PEERS=1: what is missing fails instead of being skipped. */
export function presence(command: string, install: string): Presence {
  const missing = spawnSync("sh", ["-c", `command -v ${command}`]).status !== 0;
  return {
    command,
    skipped: missing && process.env.STACK_REQUIRE_PEERS !== "1",
    note: missing ? ` (${command} is missing: ${install})` : "",
  };
}

/** Looks for a runtime of bench/peers, else on the path. */
export function runtime(name: string, file: string): Presence {
  const installed = fileURLToPath(new URL(`../../../bench/peers/node_modules/${file}`, import.meta.url));
  return presence(existsSync(installed) ? installed : name, "pnpm bench:peers");
}

/** A program that runs. */
export interface Program {
  readonly child: ChildProcess;
  /** What it has said so far, of its output and its errors. */
  readonly said: () => string;
  /** Asks it to end, and waits until it and what it started are gone. */
  stop(): Promise<void>;
}

/** Starts a program; its environment is a bare one. */
export function start(command: string, ...args: string[]): Program {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("latin1").on("data", (text: string) => {
      output = (output + text).slice(-MAX_SAID);
    });
  const gone = new Promise<void>((resolve) => {
    child.once("close", () => resolve()).once("error", () => resolve());
  });
  return {
    child,
    said: () => output,
    stop: async () => {
      child.kill();
      await gone;
    },
  };
}

/** Starts a program that listens on `ports`, and waits until it does. @throws Error with what it said, when it ends */
export async function startListening(ports: readonly number[], command: string, ...args: string[]): Promise<Program> {
  const program = start(command, ...args);
  let failed: unknown = null;
  program.child.once("error", (error) => {
    failed = error;
  });
  for (const port of ports)
    while (!(await listens(port))) {
      if (failed !== null || program.child.exitCode !== null)
        throw new Error(`${command} has ended: ${String(failed ?? program.said())}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  return program;
}

/** Starts a program that prints its ports, as JSON in a line. */
export async function startTelling(command: string, ...args: string[]): Promise<Program & { ports: unknown }> {
  const program = start(command, ...args);
  return new Promise((resolve, reject) => {
    program.child.stdout?.on("data", () => {
      const line = /^\{.*\}$/m.exec(program.said());
      if (line !== null) resolve({ ...program, ports: JSON.parse(line[0]) });
    });
    program.child.once("error", reject);
    program.child.once("close", () => reject(new Error(`${command} has ended: ${program.said()}`)));
  });
}

/**
 * Ports that are free: these programs cannot be told to choose one.
 *
 * Below those that the system gives out for port 0 (net.ipv4.ip_local_port_range), which another test may get before the
 * program listens, and from a place of this process's own.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST_PORT + ((process.pid * 64 + tried++) % PORTS);
    const server = createServer().listen(port, "127.0.0.1");
    const free = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    ports.push(port);
  }
  return ports;
}

const FIRST_PORT = 10_240;
const PORTS = 22_016;
let tried = 0;

/** A folder with files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "stack-client-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Characters of a program's output that are kept, for when it fails. */
const MAX_SAID = 65_536;

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
