/**
 * Who takes part: how each is started, and on which target it does the work of a variant.
 *
 * A contestant prints `http://127.0.0.1:PORT` once it listens, or is given a
 * port and is asked until it answers there. The reference
 * server runs from `dist` with its router, limits and deadlines on, as its
 * users run it.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The scripts of the contestants. */
export const HERE = fileURLToPath(new URL("./contestants/", import.meta.url));
const PEERS = `${ROOT}bench/peers/node_modules/`;
/** What a run makes for itself; not kept. */
export const BUILD = `${ROOT}bench/.build/`;
const SERVER = `${ROOT}apps/server/dist/main.js`;

/**
 * @typedef {"get" | "hello" | "await" | "echo" | "streamEcho"} Work what a target does
 *
 * @typedef {object} Contestant
 * @property {string} label how tables call it
 * @property {"limit" | "peer" | "ours"} kind
 * @property {number | null} node the major version of Node it runs on; null where it runs on none
 * @property {boolean} byDefault false: only when `--only` names it
 * @property {boolean} canned true: answers all GETs alike, so only the content of `get` is expected
 * @property {() => Command} command how to start it; compiles or looks for what that needs
 * @property {readonly string[]} unbounded what is added to the command so that content may be of any size
 * @property {Readonly<Record<Work, string | null>>} targets null: it does not do this work
 *
 * @typedef {Startable | { missing: string }} Command
 *
 * @typedef {object} Startable
 * @property {readonly string[]} argv `{port}` stands for a free port
 * @property {string} version
 * @property {null} missing
 * @property {(port: number) => void} [prepare] for one that prints no URL: it listens on the port that is given here and in `argv`
 */

const PEER_TARGETS = {
  get: "/plaintext",
  hello: "/hello/{n}",
  await: "/await",
  echo: "/echo",
  streamEcho: "/stream-echo",
};
const OUR_TARGETS = { ...PEER_TARGETS, await: "/delay/0", streamEcho: "/echo" };

/** @type {Readonly<Record<string, Contestant>>} */
export const CONTESTANTS = {
  c: {
    label: "C epoll loop",
    kind: "limit",
    node: null,
    byDefault: true,
    canned: true,
    command: compiled,
    unbounded: [],
    targets: { ...PEER_TARGETS, streamEcho: null },
  },
  net20: {
    label: "node:net, canned answer",
    kind: "limit",
    node: 20,
    byDefault: false,
    canned: true,
    command: () => onNode(20, [`${HERE}net.mjs`]),
    unbounded: [],
    targets: { ...PEER_TARGETS, echo: null, streamEcho: null },
  },
  stack20: stack(20),
  stack24: stack(24),
  stack26: stack(26),
  node20: nodeHttp(20),
  node24: nodeHttp(24),
  node26: nodeHttp(26),
  fastify: {
    label: "fastify",
    kind: "peer",
    node: 20,
    byDefault: true,
    canned: false,
    command: fastify,
    unbounded: [],
    targets: { ...PEER_TARGETS, streamEcho: null },
  },
  bun: {
    label: "Bun.serve",
    kind: "peer",
    node: null,
    byDefault: true,
    canned: false,
    command: () => binary(`${PEERS}@oven/bun-linux-x64/bin/bun`, [`${HERE}bun.mjs`]),
    unbounded: [],
    targets: { ...PEER_TARGETS, streamEcho: "/echo" },
  },
  deno: {
    label: "Deno.serve",
    kind: "peer",
    node: null,
    byDefault: true,
    canned: false,
    command: () => binary(`${PEERS}@deno/linux-x64-glibc/deno`, ["run", "--allow-net", `${HERE}deno.mjs`]),
    unbounded: [],
    targets: PEER_TARGETS,
  },
};

/** @param {number} major @returns {Contestant} */
function stack(major) {
  return {
    label: `stack-server, Node ${major}`,
    kind: "ours",
    node: major,
    byDefault: true,
    canned: false,
    command: () =>
      existsSync(SERVER)
        ? onNode(major, [SERVER, "--port", "0", "--log", "silent"])
        : { missing: "not built: run pnpm build" },
    unbounded: ["--max-content", "unlimited"],
    targets: OUR_TARGETS,
  };
}

/** @param {number} major @returns {Contestant} */
function nodeHttp(major) {
  return {
    label: `node:http, Node ${major}`,
    kind: "peer",
    node: major,
    byDefault: true,
    canned: false,
    command: () => onNode(major, [`${HERE}node.mjs`]),
    unbounded: [],
    targets: PEER_TARGETS,
  };
}

/** @returns {Command} */
function compiled() {
  const source = `${HERE}epoll.c`;
  const built = `${BUILD}epoll`;
  if (!existsSync(built) || statSync(built).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(BUILD, { recursive: true });
    try {
      execFileSync("cc", ["-O2", "-Wall", "-o", built, source], { stdio: ["ignore", "ignore", "inherit"] });
    } catch (error) {
      const absent = error instanceof Error && "code" in error && error.code === "ENOENT";
      return { missing: absent ? "no C compiler" : "does not compile" };
    }
  }
  return { argv: [built], version: "cc -O2", missing: null };
}

/** @returns {Command} */
function fastify() {
  if (!existsSync(`${PEERS}fastify/package.json`)) return { missing: "not installed: run pnpm bench:peers" };
  const on = onNode(20, [`${HERE}fastify.mjs`]);
  if (on.missing !== null) return on;
  const { version } = JSON.parse(readFileSync(`${PEERS}fastify/package.json`, "utf8"));
  return { ...on, version: `${version} on Node ${on.version}` };
}

/** A script on a Node of this major version. @param {number} major @param {readonly string[]} args @returns {Command} */
export function onNode(major, args) {
  if (process.version.startsWith(`v${major}.`)) return binary(process.execPath, args);
  return binary(`${PEERS}node${major}/bin/node`, args, `needs Node ${major}: run the benchmark with it`);
}

/** @param {string} file @param {readonly string[]} args @param {string} [otherwise] @returns {Command} */
function binary(file, args, otherwise = "not installed: run pnpm bench:peers") {
  if (!existsSync(file)) return { missing: otherwise };
  const version = execFileSync(file, ["--version"], { encoding: "utf8" });
  return { argv: [file, ...args], version: /\d+\.\d+\.\d+\S*/.exec(version)?.[0] ?? "unknown", missing: null };
}
