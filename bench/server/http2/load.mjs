/**
 * The load generator for HTTP/2: h2load, which keeps so many streams open on each connection.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { BUILD } from "../contestants.mjs";
import { startOn } from "../process.mjs";
import { H2_CONNECTIONS, PATHS, pathOf, STREAMS } from "./variants.mjs";

/** The URIs of a target whose path differs; each connection takes them in turn. */
const URIS = `${BUILD}h2-uris`;

/**
 * Loads a server for some seconds.
 *
 * @param {{ core: number, port: number, seconds: number, target: string, variant: import("./variants.mjs").H2Variant }} load
 * @returns {Promise<import("../load.mjs").Load>} p50 and p99 are null: h2load knows only the mean
 * @throws {Error} if h2load fails, or an answer was an error or did not come
 */
export async function driveH2({ core, port, seconds, target, variant }) {
  const base = `http://127.0.0.1:${port}`;
  const size = ["-t1", `-c${H2_CONNECTIONS}`, `-m${STREAMS}`, `-D${seconds}s`];
  const fields = variant.fields.map(([name, value]) => `--header=${name}: ${value}`);
  const child = startOn(core, ["h2load", ...size, ...fields, ...urisOf(base, target)]);
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
  const load = readReport(written, seconds);
  if (status !== 0 || load === null) throw new Error(`h2load ended with ${status}: ${written.trim().slice(-500)}`);
  if (load.requests === 0) throw new Error("h2load got no answer");
  if (load.failed + load.socketErrors + load.timeouts > 0)
    throw new Error(
      `of ${load.requests} answers ${load.failed} were errors; ${load.socketErrors} streams failed, ${load.timeouts} timed out`,
    );
  return load;
}

/** @param {string} base @param {string} target */
function urisOf(base, target) {
  if (!target.includes("{n}")) return [base + target];
  mkdirSync(BUILD, { recursive: true });
  const lines = Array.from({ length: PATHS }, (_, n) => `http://127.0.0.1${pathOf(target, n)}\n`);
  writeFileSync(URIS, lines.join(""));
  return [`--base-uri=${base}`, `--input-file=${URIS}`];
}

/**
 * Reads h2load's report; null if it holds none.
 *
 * @param {string} written
 * @param {number} seconds of load
 * @returns {import("../load.mjs").Load | null}
 */
function readReport(written, seconds) {
  const requests = /^requests: .* (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout$/m.exec(
    written,
  );
  const codes = /^status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx$/m.exec(written);
  const traffic = /^traffic: \S+ \((\d+)\) total/m.exec(written);
  if (requests === null || codes === null || traffic === null) return null;
  return {
    requests: Number(requests[2]),
    microseconds: seconds * 1e6,
    octets: Number(traffic[1]),
    p50: null,
    p99: null,
    failed: Number(codes[2]) + Number(codes[3]) + Number(codes[4]),
    socketErrors: Number(requests[3]),
    timeouts: Number(requests[5]),
  };
}
