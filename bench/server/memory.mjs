/**
 * What an idle keep-alive connection costs: the growth of the resident set by
 * the number of connections that made one request each and then rest.
 *
 * Each look follows the same short load on other connections, so that a
 * collector has run and what it leaves lying about is the same each time.
 *
 * @module
 */
import { once } from "node:events";
import { connect } from "node:net";
import { residentSet, startContestant } from "./process.mjs";
import { Progress } from "./progress.mjs";
import { protocolOf } from "./protocols.mjs";
import { contestantsOf } from "./rounds.mjs";

/** Connections being opened at a time: fewer than any listen queue. */
const OPENING = 100;
/** The resident set counts as settled once it moved by less than this between two looks, in octets. */
const SETTLED = 64 * 1024;
/** Seconds of load before a look. */
const LOAD = 3;
/** Milliseconds between two looks, and how many at most. */
const LOOK = 250;
const LOOKS = 20;

/**
 * @typedef {import("./protocols.mjs").Protocol} Protocol
 *
 * @typedef {object} MemoryRow
 * @property {string} name
 * @property {string} label
 * @property {"limit" | "peer" | "ours"} kind
 * @property {number | null} node
 * @property {string | null} version
 * @property {string | null} missing
 * @property {number} connections
 * @property {number | null} perConnection octets, the median of the rounds
 * @property {number} spread
 * @property {{ before: number, open: number, dropped: number }[]} rounds resident set in octets
 */

/** @param {import("./options.mjs").Options} options @returns {Promise<{ memory: MemoryRow[] }>} */
export async function measureMemory(options) {
  const { contestants } = protocolOf(options);
  const names = options.only ?? contestantsOf(options).filter((name) => !contestants[name]?.canned);
  /** @type {MemoryRow[]} */
  const rows = names.map((name) => emptyRow(name, contestants[name], options.connections));
  const progress = new Progress(options.rounds * rows.length);
  for (let round = 0; round < options.rounds; round++)
    for (const row of rows) {
      progress.at(`${row.connections} idle connections: ${row.label}`);
      if (row.missing === null) {
        try {
          row.rounds.push(await weigh(row.name, options));
        } catch (error) {
          row.missing = `failed: ${error instanceof Error ? error.message : error}`;
          process.exitCode = 1;
        }
      }
      progress.step();
    }
  progress.clear();
  for (const row of rows) summarise(row);
  return { memory: rows };
}

/** @param {string} name @param {import("./contestants.mjs").Contestant | undefined} contestant @param {number} connections @returns {MemoryRow} */
function emptyRow(name, contestant, connections) {
  if (contestant === undefined) throw new Error(`${name}: unknown`);
  const command = contestant.command();
  return {
    name,
    label: contestant.label,
    kind: contestant.kind,
    node: contestant.node,
    version: command.missing === null ? command.version : null,
    missing: command.missing,
    connections,
    perConnection: null,
    spread: 0,
    rounds: [],
  };
}

/** @param {string} name @param {import("./options.mjs").Options} options */
async function weigh(name, options) {
  const protocol = protocolOf(options);
  const contestant = protocol.contestants[name];
  if (contestant === undefined) throw new Error(`${name}: unknown`);
  const server = await startContestant(contestant, options.serverCore);
  const sockets = /** @type {import("node:net").Socket[]} */ ([]);
  try {
    const load = { core: options.loadCore, port: server.port, seconds: LOAD };
    const look = async (/** @type {string} */ when) => {
      try {
        await protocol.drive(contestant, "get", load);
      } catch (error) {
        throw new Error(
          `${when} ${options.connections} idle connections: ${error instanceof Error ? error.message : error}`,
        );
      }
      return await settled(server.pid);
    };
    const before = await look("before");
    const octets = protocol.opening(contestant, server.port);
    await openAll(sockets, options.connections, server.port, octets, protocol);
    const open = await look("beside");
    const lost = sockets.filter((socket) => socket.readyState !== "open").length;
    if (lost > 0) throw new Error(`the server closed ${lost} of ${sockets.length} idle connections`);
    for (const socket of sockets) socket.destroy();
    const dropped = await look("after");
    return { before, open, dropped };
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

/** @param {import("node:net").Socket[]} sockets @param {number} count @param {number} port @param {string} octets @param {Protocol} protocol */
async function openAll(sockets, count, port, octets, protocol) {
  while (sockets.length < count) {
    const batch = [];
    for (let i = Math.min(OPENING, count - sockets.length); i > 0; i--) {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      batch.push(answered(socket, octets, protocol));
    }
    await Promise.all(batch);
  }
}

/** @param {import("node:net").Socket} socket @param {string} octets @param {Protocol} protocol */
async function answered(socket, octets, protocol) {
  await once(socket, "connect");
  socket.on("error", () => socket.destroy());
  socket.write(octets, "latin1");
  await new Promise((resolve, reject) => {
    let received = "";
    const listener = (/** @type {Buffer} */ chunk) => {
      received += chunk.toString("latin1");
      try {
        if (!protocol.answered(received)) return;
      } catch (error) {
        reject(error);
      }
      socket.off("data", listener);
      resolve(null);
    };
    socket.on("data", listener);
    socket.once("close", () => reject(new Error("closed without an answer")));
  });
  if (protocol.acknowledgment !== "") socket.write(protocol.acknowledgment, "latin1");
  socket.resume(); // so that a close by the server is seen
}

/** @param {number} pid */
async function settled(pid) {
  let last = residentSet(pid);
  for (let looks = 0; looks < LOOKS; looks++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const now = residentSet(pid);
    if (looks >= 3 && Math.abs(now - last) < SETTLED) return now;
    last = now;
  }
  return last;
}

/** @param {MemoryRow} row */
function summarise(row) {
  if (row.missing !== null) return;
  const costs = row.rounds.map(({ before, open }) => (open - before) / row.connections).toSorted((a, b) => a - b);
  const median = costs[costs.length >> 1];
  if (median === undefined) return;
  row.perConnection = median;
  row.spread = (Number(costs.at(-1)) - Number(costs[0])) / 2 / median;
}
