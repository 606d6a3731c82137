/**
 * Programs of the machine that speak HTTP/2, as peers.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Whether a program's tests are run, and what stands behind their name. */
export interface Presence {
  readonly skipped: boolean;
  readonly note: string;
}

/** Looks for a program of a Debian package. STACK_REQUIRE_PEERS=1: what is missing fails instead of being skipped. */
export function presence(program: string, debianPackage: string): Presence {
  const missing = spawnSync(program, ["--version"]).error !== undefined;
  return {
    skipped: missing && process.env.STACK_REQUIRE_PEERS !== "1",
    note: missing ? ` (${program} is missing: apt-get install ${debianPackage})` : "",
  };
}

/** What a program said. */
export interface Said {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], input: string | Uint8Array = ""): Promise<Said> {
  const child = spawn(program, args);
  const pieces: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr.setEncoding("latin1").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => {}); // it need not read all of it
  child.stdin.end(input);
  onTestFinished(() => void child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout: Buffer.concat(pieces), stderr }));
  });
}

/** Starts a program that stays; resolves with what a line of it says. It is gone after the test. */
export function start(program: string, args: readonly string[], says: RegExp): Promise<RegExpExecArray> {
  const child: ChildProcess = spawn(program, args);
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  return new Promise((resolve, reject) => {
    const told = (piece: Buffer): void => {
      output += piece.toString("latin1");
      const match = says.exec(output);
      if (match !== null) resolve(match);
    };
    child.stdout?.on("data", told);
    child.stderr?.on("data", told);
    child.once("error", reject);
    child.once("close", () => reject(new Error(`${program} ended: ${output}`)));
  });
}

/** A folder with files, gone after the test. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "stack-interop-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
