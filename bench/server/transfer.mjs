/**
 * One large download and one large upload over HTTP/2, without and with TLS, beside node:http2.
 *
 * h2load is the client, with windows of 1 GiB, so that the server alone decides
 * how fast a download goes; an upload is as fast as the server's windows let it be.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync } from "node:fs";
import { BUILD, HERE, onNode } from "./contestants.mjs";
import { cpuTime, startContestant, startOn } from "./process.mjs";
import { Progress } from "./progress.mjs";

const OCTETS = 2 ** 30;
/** Before a transfer is timed: the code is compiled and the kernel's buffers have grown. */
const WARM_OCTETS = 2 ** 28;
/** `-w` and `-W` of h2load: a window of 2^30 - 1 octets, for a stream and for the connection. */
const WINDOW_BITS = 30;

const WAYS = /** @type {const} */ (["download", "upload"]);

/**
 * @typedef {object} TransferRow
 * @property {string} name
 * @property {string} label
 * @property {number} node the major version of Node
 * @property {boolean} tls
 * @property {"download" | "upload"} way
 * @property {string | null} version
 * @property {string | null} missing
 * @property {number | null} rate MiB/s, the median of the rounds
 * @property {number | null} cpu the server's CPU time, ms per GiB, the median
 * @property {{ rate: number, cpu: number }[]} rounds
 */

/** @param {import("./options.mjs").Options} options @returns {Promise<{ transfer: TransferRow[] }>} */
export async function measureTransfer(options) {
  const majors = [20, 26];
  const rows = majors.flatMap((node) => [false, true].flatMap((tls) => WAYS.flatMap((way) => pair(node, tls, way))));
  const progress = new Progress(options.rounds * rows.length);
  for (let round = 0; round < options.rounds; round++)
    for (const row of rows) {
      progress.at(`${row.way} of 1 GiB${row.tls ? " over TLS" : ""}: ${row.label}`);
      if (row.missing === null) {
        try {
          row.rounds.push(await transfer(row, options));
        } catch (error) {
          row.missing = `failed: ${error instanceof Error ? error.message : error}`;
          process.exitCode = 1;
        }
      }
      progress.step();
    }
  progress.clear();
  for (const row of rows) {
    if (row.missing !== null) continue;
    row.rate = median(row.rounds.map(({ rate }) => rate));
    row.cpu = median(row.rounds.map(({ cpu }) => cpu));
  }
  return { transfer: rows };
}

/** @param {number} node @param {boolean} tls @param {"download" | "upload"} way @returns {TransferRow[]} */
function pair(node, tls, way) {
  return ["stack", "node"].map((kind) => {
    const { missing, ...rest } = commandOf(kind, node, tls);
    const version = "version" in rest ? String(rest.version) : null;
    const label = `${kind === "stack" ? "@stack/server" : "node:http2"}, Node ${node}`;
    return { name: `${kind}${node}`, label, node, tls, way, version, missing, rate: null, cpu: null, rounds: [] };
  });
}

/** @param {string} kind @param {number} node @param {boolean} tls */
function commandOf(kind, node, tls) {
  return onNode(node, [`${HERE}transfer-${kind}.mjs`, ...(tls ? certificate() : [])]);
}

/** @param {TransferRow} row @param {import("./options.mjs").Options} options */
async function transfer(row, options) {
  const kind = row.name.startsWith("stack") ? "stack" : "node";
  const server = await startContestant(
    {
      label: row.label,
      kind: "peer",
      node: row.node,
      byDefault: true,
      canned: false,
      command: () => commandOf(kind, row.node, row.tls),
      unbounded: [],
      targets: { get: null, hello: null, await: null, echo: null, streamEcho: null },
    },
    options.serverCore,
  );
  try {
    const url = `${row.tls ? "https" : "http"}://127.0.0.1:${server.port}`;
    await drive(options.loadCore, url, row.way, WARM_OCTETS);
    const before = cpuTime(server.pid);
    const started = process.hrtime.bigint();
    await drive(options.loadCore, url, row.way, OCTETS);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const after = cpuTime(server.pid);
    const cpu = (after.user - before.user + after.system - before.system) / 1_000;
    return { rate: OCTETS / 2 ** 20 / seconds, cpu };
  } finally {
    await server.stop();
  }
}

/**
 * @param {number} core @param {string} url @param {"download" | "upload"} way @param {number} octets
 * @throws {Error} unless one answer came, with all its octets
 */
async function drive(core, url, way, octets) {
  const windows = ["-n1", "-c1", `-w${WINDOW_BITS}`, `-W${WINDOW_BITS}`];
  const rest = way === "upload" ? ["-d", contentFile(octets), `${url}/upload`] : [`${url}/download/${octets}`];
  const child = startOn(core, ["h2load", ...windows, ...rest]);
  let written = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      written += chunk;
    });
  const status = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const data = Number(/\((\d+)\) data$/m.exec(written)?.[1]);
  const expected = way === "download" ? octets : `${octets}`.length;
  if (status !== 0 || !/ 1 succeeded, 0 failed/.test(written) || data !== expected)
    throw new Error(`h2load ended with ${status}: ${written.trim().slice(-300)}`);
}

/** A file of so many octets that takes no room on the disk. @param {number} octets */
function contentFile(octets) {
  const file = `${BUILD}content-${octets}`;
  if (!existsSync(file)) {
    mkdirSync(BUILD, { recursive: true });
    const open = openSync(file, "w");
    ftruncateSync(open, octets);
    closeSync(open);
  }
  return file;
}

/** A certificate for 127.0.0.1 and its key, made once. */
function certificate() {
  const files = [`${BUILD}transfer-cert.pem`, `${BUILD}transfer-key.pem`];
  if (files.every((file) => existsSync(file))) return files;
  mkdirSync(BUILD, { recursive: true });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "3650"];
  const { status, stderr } = spawnSync(
    "openssl",
    ["req", "-x509", ...curve, "-out", `${files[0]}`, "-keyout", `${files[1]}`, ...names],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`openssl is needed for a certificate: ${stderr ?? "not installed"}`);
  return files;
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
}
