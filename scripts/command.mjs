/**
 * Other programs, run to their end without a terminal and without input.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { ROOT } from "./workspace.mjs";

/** Milliseconds between asking a program to end and ending it. */
const GRACE_MS = 5000;

/**
 * @typedef {object} Outcome
 * @property {number} status the exit status; 128 + n after signal n; 127 if it could not be started
 * @property {string} output what it printed, standard output and standard error as they came
 * @property {number} seconds
 */

/**
 * Runs a program and never rejects.
 *
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, limitMs?: number, echo?: boolean, inherit?: boolean }} [options]
 *   `env` is added to ours; after `limitMs` the program is killed; `echo` prints its output as it comes;
 *   with `inherit` it prints by itself, on our terminal if we have one, and `output` is empty
 * @returns {Promise<Outcome>}
 */
export function run(argv, { cwd = ROOT, env = {}, limitMs = 0, echo = false, inherit = false } = {}) {
  const [program = "", ...args] = argv;
  const start = performance.now();
  return new Promise((resolve) => {
    let output = "";
    let overdue = false;
    const printed = inherit ? "inherit" : "pipe";
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", printed, printed] });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (echo) process.stdout.write(text);
      });
    const timer =
      limitMs > 0 &&
      setTimeout(() => {
        overdue = true;
        child.kill("SIGTERM"); // so that it can end its own children
        setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
      }, limitMs);
    /** @param {number} status */
    const end = (status) => {
      if (timer) clearTimeout(timer);
      if (overdue) output += `\nkilled: not done after ${limitMs / 1000} s\n`;
      resolve({ status, output, seconds: (performance.now() - start) / 1000 });
    };
    child.once("error", (error) => {
      output += `${error.message}\n`;
      end(127);
    });
    child.once("close", (code, signal) => end(code ?? 128 + (signal === "SIGKILL" ? 9 : 15)));
  });
}

/**
 * How to call the pnpm that runs us; else the one on the path; a machine with npm alone has it through npx.
 *
 * @returns {Promise<readonly string[]>}
 */
export async function pnpm() {
  const own = process.env.npm_execpath ?? "";
  if (/pnpm(\.exe)?$/.test(own)) return [own];
  if (/pnpm\.c?js$/.test(own)) return [process.execPath, own];
  return (await run(["pnpm", "--version"])).status === 0 ? ["pnpm"] : ["npx", "-y", "pnpm"];
}
