/**
 * Whether the cost grows with the number of connections or the size of content.
 *
 * @module
 */
import { Agent, request } from "node:http";
import { crc32 } from "node:zlib";
import { CONTESTANTS } from "./contestants.mjs";
import { drive } from "./load.mjs";
import { cpuTime, startContestant } from "./process.mjs";
import { Progress } from "./progress.mjs";
import { octetsOf, VARIANTS } from "./variants.mjs";

const CONNECTION_COUNTS = [1, 10, 100, 1_000, 10_000];
const SIZES = [2 ** 10, 16 * 2 ** 10, 2 ** 18, 2 ** 20, 16 * 2 ** 20, 2 ** 28, 2 ** 30];
/** Milliseconds that one echo may take: a GiB at 20 MiB/s. */
const PATIENCE = 60_000;
/** The piece that content is made of. */
const PIECE = Buffer.alloc(64 * 1024, "0123456789abcdef");

/**
 * @typedef {object} GrowthRow
 * @property {string} name
 * @property {string} label
 * @property {string | null} missing
 * @property {Record<string, number | string>} cost by step: µs per request, or ns per octet echoed; a reason if it failed; none if no round could say
 * @property {Record<string, number[]>} rounds what the costs are the medians of
 */

/**
 * @param {import("./options.mjs").Options} options
 * @returns {Promise<{ connections: GrowthRow[], content: GrowthRow[] }>}
 */
export async function measureGrowth(options) {
  const major = Number(/\d+/.exec(process.version)?.[0]);
  const names = options.only ?? ["c", `stack${major}`, `node${major}`];
  const connections = names.map(emptyRow);
  const content = names.filter((name) => CONTESTANTS[name]?.targets.streamEcho !== null).map(emptyRow);
  const steps = connections.length * CONNECTION_COUNTS.length + content.length * SIZES.length;
  const progress = new Progress(options.rounds * steps);
  for (let round = 0; round < options.rounds; round++) {
    for (const count of CONNECTION_COUNTS)
      for (const row of connections)
        await step(row, count, `${count} connections`, progress, () => perRequest(row.name, count, options));
    for (const size of SIZES)
      for (const row of content)
        await step(row, size, `content of ${size} octets`, progress, () => perOctet(row.name, size, options));
  }
  progress.clear();
  return { connections, content };
}

/** @param {string} name @returns {GrowthRow} */
function emptyRow(name) {
  const contestant = CONTESTANTS[name];
  if (contestant === undefined) throw new Error(`${name}: unknown`);
  return { name, label: contestant.label, missing: contestant.command().missing, cost: {}, rounds: {} };
}

/** @param {GrowthRow} row @param {number} at @param {string} what @param {Progress} progress @param {() => Promise<number | null>} work */
async function step(row, at, what, progress, work) {
  progress.at(`${what}: ${row.label}`);
  if (row.missing === null && typeof row.cost[at] !== "string") {
    try {
      const cost = await work();
      const costs = row.rounds[at] ?? [];
      if (cost !== null) costs.push(cost);
      costs.sort((a, b) => a - b);
      row.rounds[at] = costs;
      if (costs.length > 0) row.cost[at] = Number(costs[costs.length >> 1]);
    } catch (error) {
      row.cost[at] = error instanceof Error ? error.message : String(error);
      process.exitCode = 1;
    }
  }
  progress.step();
}

/**
 * µs of server CPU per request. Opening 10,000 connections costs as much as
 * many requests, so two runs of different length are timed and their
 * difference taken: it holds requests only. Null where that is not true of the
 * two: when the opening of one took longer than of the other, their difference
 * is of connections, and may even be below zero.
 *
 * @param {string} name @param {number} connections @param {import("./options.mjs").Options} options
 */
async function perRequest(name, connections, options) {
  const variant = /** @type {import("./variants.mjs").Variant} */ (VARIANTS.get);
  const server = await startContestant(CONTESTANTS[name], options.serverCore);
  try {
    const octets = octetsOf(variant, CONTESTANTS[name]?.targets.get ?? "", server.port);
    const load = { core: options.loadCore, port: server.port, connections, octets };
    const timed = async (/** @type {number} */ seconds) => {
      const before = cpuTime(server.pid);
      const { requests } = await drive({ ...load, seconds });
      const after = cpuTime(server.pid);
      return { requests, cpu: after.user - before.user + after.system - before.system };
    };
    const opening = 2 + Math.ceil(connections / 1_250); // seconds in which the generator connects and little else
    await timed(opening);
    const short = await timed(opening);
    const long = await timed(opening + 2 * options.duration);
    const requests = long.requests - short.requests;
    const cpu = long.cpu - short.cpu;
    return requests < short.requests / 2 || cpu <= 0 ? null : cpu / requests;
  } finally {
    await server.stop();
  }
}

/**
 * ns of server CPU per octet echoed, over enough requests on one connection to last some seconds.
 *
 * @param {string} name @param {number} size @param {import("./options.mjs").Options} options
 */
async function perOctet(name, size, options) {
  const target = CONTESTANTS[name]?.targets.streamEcho ?? "";
  const server = await startContestant(CONTESTANTS[name], options.serverCore, CONTESTANTS[name]?.unbounded);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const warm = Date.now() + 1000 * Math.min(options.warmup, options.duration);
    do await echo(agent, server.port, target, Math.min(size, 2 ** 20));
    while (Date.now() < warm);
    const before = cpuTime(server.pid);
    const until = Date.now() + 1000 * options.duration;
    let octets = 0;
    do {
      await echo(agent, server.port, target, size);
      octets += size;
    } while (Date.now() < until);
    const after = cpuTime(server.pid);
    return ((after.user - before.user + after.system - before.system) * 1000) / octets;
  } finally {
    agent.destroy();
    await server.stop();
  }
}

/**
 * Sends content and requires the same back: its length and its CRC-32.
 *
 * @param {Agent} agent @param {number} port @param {string} path @param {number} size
 * @returns {Promise<void>}
 */
function echo(agent, port, path, size) {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/octet-stream", "Content-Length": size };
    let sent = 0;
    let sentSum = 0;
    let received = 0;
    let receivedSum = 0;
    const sending = request({ agent, host: "127.0.0.1", port, path, method: "POST", headers }, (response) => {
      response.on("data", (/** @type {Buffer} */ chunk) => {
        received += chunk.length;
        receivedSum = crc32(chunk, receivedSum);
      });
      response.on("error", () => reject(sending.errored ?? new Error("the answer broke off")));
      response.on("end", () => {
        if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`));
        else if (received !== size || receivedSum !== sentSum) reject(new Error("echoed other octets"));
        else resolve();
      });
    });
    sending.on("error", reject);
    const timer = setTimeout(() => sending.destroy(new Error(`not echoed within ${PATIENCE / 1000} s`)), PATIENCE);
    sending.once("close", () => clearTimeout(timer));
    const send = () => {
      for (let going = true; going && sent < size; ) {
        const piece = PIECE.subarray(0, Math.min(PIECE.length, size - sent));
        sent += piece.length;
        sentSum = crc32(piece, sentSum);
        going = sending.write(piece);
      }
      if (sent === size) sending.end();
      else sending.once("drain", send);
    };
    send();
  });
}
