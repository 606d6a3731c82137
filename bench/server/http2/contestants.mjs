/**
 * Who takes part over HTTP/2, cleartext with prior knowledge (RFC 9113 §3.3).
 *
 * nghttpd and h2o are servers of files in C, one thread each: a file with the
 * same content for each path stands in for a handler.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { BUILD, CONTESTANTS, HERE, onNode } from "../contestants.mjs";
import { contentOf, PATHS } from "./variants.mjs";

/**
 * @typedef {import("../contestants.mjs").Contestant} Contestant
 * @typedef {import("../contestants.mjs").Command} Command
 */

const TARGETS = { get: "/plaintext", hello: "/hello/{n}", await: null, echo: null, streamEcho: null };
const FILES = `${BUILD}h2-files/`;

/** @type {Readonly<Record<string, Contestant>>} */
export const H2_CONTESTANTS = {
  nghttpd: files("nghttpd", "nghttp2-server", nghttpd),
  h2o: files("h2o", "h2o", h2o),
  stack20: stack("stack20"),
  stack24: stack("stack24"),
  stack26: stack("stack26"),
  node20: nodeHttp2(20),
  node24: nodeHttp2(24),
  node26: nodeHttp2(26),
};

/** The same process as over HTTP/1.1: the first octets of a connection decide. @param {string} name @returns {Contestant} */
function stack(name) {
  const contestant = CONTESTANTS[name];
  if (contestant === undefined) throw new Error(`${name}: unknown`);
  return { ...contestant, targets: TARGETS };
}

/** @param {number} major @returns {Contestant} */
function nodeHttp2(major) {
  return {
    label: `node:http2, Node ${major}`,
    kind: "peer",
    node: major,
    byDefault: true,
    canned: false,
    command: () => onNode(major, [`${HERE}node-http2.mjs`]),
    unbounded: [],
    targets: TARGETS,
  };
}

/**
 * @param {string} label the program's name
 * @param {string} distributed its package in Debian
 * @param {(version: string) => Command} start
 * @returns {Contestant}
 */
function files(label, distributed, start) {
  return {
    label,
    kind: "peer",
    node: null,
    byDefault: true,
    canned: false,
    command: () => {
      const { error, stdout } = spawnSync(label, ["--version"], { encoding: "utf8" });
      if (error !== undefined) return { missing: `not installed: apt-get install ${distributed}` };
      return start(/\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? "unknown");
    },
    unbounded: [],
    targets: TARGETS,
  };
}

/** @param {string} version @returns {Command} */
function nghttpd(version) {
  const argv = ["nghttpd", "--no-tls", "--address=127.0.0.1", `--htdocs=${FILES}`, "{port}"];
  return { argv, version, missing: null, prepare: writeFiles };
}

/** @param {string} version @returns {Command} */
function h2o(version) {
  const file = `${BUILD}h2o.yaml`;
  const prepare = (/** @type {number} */ port) => {
    writeFiles();
    writeFileSync(file, h2oConfiguration(port));
  };
  return { argv: ["h2o", "--conf", file], version, missing: null, prepare };
}

/** One thread, as the others have; the rest as h2o has it by default. @param {number} port */
function h2oConfiguration(port) {
  return `num-threads: 1
listen:
  host: 127.0.0.1
  port: ${port}
file.mime.setdefaulttype: text/plain
hosts:
  default:
    paths:
      "/":
        file.dir: ${FILES}
`;
}

function writeFiles() {
  mkdirSync(`${FILES}hello`, { recursive: true });
  writeFileSync(`${FILES}plaintext`, contentOf("get", 0));
  for (let n = 0; n < PATHS; n++) writeFileSync(`${FILES}hello/${n}`, contentOf("hello", n));
}
