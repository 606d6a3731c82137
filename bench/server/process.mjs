/**
 * Child processes: each pinned to a core, each gone when we are, however we go.
 *
 * @module
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

/** Milliseconds a contestant has to print its URL, or to listen, and between two looks whether it does. */
const START_LIMIT = 15_000;
const LOOK = 50;

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const [signal, status] of /** @type {const} */ ([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]))
  process.on(signal, () => process.exit(status));

/** Whether the kernel can be asked to end a child whose parent was killed without notice. */
const PARENT_DEATH = spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status === 0;

/**
 * Starts a process on one core.
 *
 * @param {number} core
 * @param {readonly string[]} argv
 */
export function startOn(core, argv) {
  const pinned = [...(PARENT_DEATH ? ["setpriv", "--pdeathsig", "KILL"] : []), "taskset", "-c", `${core}`, ...argv];
  const child = spawn(/** @type {string} */ (pinned[0]), pinned.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.once("close", () => children.delete(child));
  return child;
}

/** @param {import("node:child_process").ChildProcess} child */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await gone;
}

/**
 * @typedef {object} Running
 * @property {number} pid
 * @property {number} port
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a contestant and waits until it listens.
 *
 * @param {import("./contestants.mjs").Contestant | undefined} contestant
 * @param {number} core
 * @param {readonly string[]} [extra] arguments after its own
 * @returns {Promise<Running>}
 * @throws {Error} with what it wrote to stderr, if it ends or is silent for 15 s
 */
export async function startContestant(contestant, core, extra = []) {
  const command = contestant?.command();
  if (command === undefined || command.missing !== null)
    throw new Error(`${contestant?.label}: ${command?.missing ?? "unknown"}`);
  const given = command.prepare === undefined ? null : await freePort();
  if (given !== null) command.prepare?.(given);
  const child = startOn(core, [...command.argv.map((argument) => argument.replace("{port}", `${given}`)), ...extra]);
  let written = "";
  let complaint = "";
  child.stderr?.on("data", (chunk) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  const port = await /** @type {Promise<number>} */ (
    new Promise((resolve, reject) => {
      const fail = (/** @type {string} */ why) => {
        child.kill("SIGKILL");
        reject(new Error(`${contestant?.label} ${why}\n${complaint}`.trimEnd()));
      };
      const timer = setTimeout(() => fail("did not listen within 15 s"), START_LIMIT);
      child.once("error", (error) => fail(error.message));
      child.once("close", () => fail("ended before it listened"));
      child.stdout?.on("data", (chunk) => {
        written = (written + chunk).slice(-2000);
        const url = /https?:\/\/127\.0\.0\.1:(\d+)/.exec(written);
        if (url === null) return;
        clearTimeout(timer);
        resolve(Number(url[1]));
      });
      if (given !== null)
        void listens(given, child).then(() => {
          clearTimeout(timer);
          resolve(given);
        });
    })
  );
  return { pid: Number(child.pid), port, stop: () => stop(child) };
}

/** A port that nobody listens on now. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}

/** Waits until a port takes a connection, or the process is gone. @param {number} port @param {import("node:child_process").ChildProcess} child */
async function listens(port, child) {
  while (child.exitCode === null && child.signalCode === null) {
    const taken = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (taken) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/**
 * The CPU time of a process so far, all its threads together, in µs.
 *
 * @param {number} pid
 */
export function cpuTime(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The second field is the name in parentheses and may hold spaces; utime is field 14, stime 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const µs = 1e6 / TICKS_PER_SECOND;
  return { user: Number(fields[11]) * µs, system: Number(fields[12]) * µs };
}

/**
 * The resident set of a process in octets: counted by the kernel when asked, not the estimate of /proc/PID/statm.
 *
 * @param {number} pid
 */
export function residentSet(pid) {
  const line = /^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"));
  return Number(line?.[1]) * 1024;
}

/** Moves this process to a core, so that it does not disturb the server's. @param {number} core */
export function pinSelf(core) {
  execFileSync("taskset", ["-a", "-p", "-c", `${core}`, `${process.pid}`], { stdio: "ignore" });
}
