/**
 * The load generator: wrk, which sends the octets of a variant and counts complete answers.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { startOn } from "./process.mjs";

/** Seconds until an answer is late: with 10,000 connections each waits for its turn, which is no fault. */
const PATIENCE = 20;
const SCRIPT = fileURLToPath(new URL("./wrk/load.lua", import.meta.url));

/**
 * @typedef {object} Load
 * @property {number} requests answered completely
 * @property {number} microseconds that took
 * @property {number} octets received
 * @property {number | null} p50 median latency in µs; null where the generator does not tell
 * @property {number | null} p99 its 99th percentile in µs
 * @property {number} failed answers of status 400 and above
 * @property {number} socketErrors failures to connect, read and write
 * @property {number} timeouts answers that took longer than a client waits
 */

/**
 * Loads a server for some seconds.
 *
 * @param {{ core: number, port: number, connections: number, seconds: number, octets: string }} load
 * @returns {Promise<Load>}
 * @throws {Error} if wrk fails, or an answer was an error or did not come
 */
export async function drive({ core, port, connections, seconds, octets }) {
  const url = `http://127.0.0.1:${port}/`;
  const size = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", `${PATIENCE}s`];
  const child = startOn(core, ["wrk", ...size, "-s", SCRIPT, url, "--", octets]);
  let written = "";
  child.stdout?.on("data", (chunk) => {
    written += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    written += chunk;
  });
  const status = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const line = /^\{"requests".*\}$/m.exec(written)?.[0];
  if (status !== 0 || line === undefined) throw new Error(`wrk ended with ${status}: ${written.trim().slice(-500)}`);
  /** @type {Load} */
  const load = JSON.parse(line);
  if (load.requests === 0) throw new Error("wrk got no answer");
  if (load.failed > 0) throw new Error(`${load.failed} of ${load.requests} answers were errors`);
  // A connection lost or stuck in thousands is the kernel's; more is the server's.
  if (load.socketErrors + load.timeouts > load.requests / 1000)
    throw new Error(`${load.socketErrors} socket errors and ${load.timeouts} timeouts in ${load.requests} requests`);
  return load;
}
