/**
 * Programs of their own, for what can only be seen of a whole process: that it exits, what it keeps in memory.
 * They use the built package, as its users do. Deno takes no module from its command line: {@link CAN_RUN}.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { RUNTIME } from "./serving.ts";

/** Whether this runtime runs a program that is given to it on its command line, as Node does. */
export const CAN_RUN: boolean = RUNTIME !== "deno";

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** null when a signal ended it. */
  readonly code: number | null;
}

export interface Started {
  /** The first line that it prints; "" when it ends without one. */
  readonly line: Promise<string>;
  readonly finished: Promise<Finished>;
  kill(): void;
}

/** Runs a module's text under this Node to its end. */
export function run(program: string, ...nodeFlags: string[]): Promise<Finished> {
  return start(process.execPath, [...nodeFlags, "--input-type=module", "-e", program]).finished;
}

/** Starts a module's text in a process that may have at most so many open descriptors. */
export function startWithDescriptors(descriptors: number, program: string): Started {
  const command = `ulimit -n ${descriptors}; exec "$0" --input-type=module -e "$1"`;
  return start("sh", ["-c", command, process.execPath, program]);
}

function start(command: string, args: string[]): Started {
  const child = spawn(command, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)), // the package's own name resolves here
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const line = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes("\n")) resolve(stdout.slice(0, stdout.indexOf("\n")));
    });
    child.once("close", () => resolve(""));
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ stdout, stderr, code }));
  });
  return { line, finished, kill: () => child.kill("SIGKILL") };
}
