/**
 * What a run needs of the machine, looked at before the first process starts.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { ROOT } from "./contestants.mjs";
import { UsageError } from "./options.mjs";
import { pinSelf } from "./process.mjs";
import { protocolOf } from "./protocols.mjs";

/** A load above which the machine does something else as well. */
const BUSY = 0.5;

/**
 * @param {import("./options.mjs").Options} options
 * @throws {UsageError} that tells what to install or change
 */
export function preflight(options) {
  if (process.platform !== "linux")
    throw new UsageError("CPU time is read from /proc and cores are set with taskset: this runs on Linux only");
  const { generator, distributed } = protocolOf(options);
  if (spawnSync(generator, ["--version"]).error !== undefined)
    throw new UsageError(`the load generator ${generator} is missing: apt-get install ${distributed}`);
  if (spawnSync("taskset", ["--version"]).error !== undefined)
    throw new UsageError("taskset is missing: apt-get install util-linux");
  if (availableParallelism() <= Math.max(options.serverCore, options.loadCore))
    throw new UsageError(
      `there is no core ${Math.max(options.serverCore, options.loadCore)}: choose others with --cores`,
    );
  installPeers();
  const load = loadavg()[0] ?? 0;
  if (load > BUSY) warn(`the machine is busy (load ${load.toFixed(1)}): expect a wide spread`);
  pinSelf(options.loadCore);
}

/** Installs the peers where they are missing; without them their rows say so. */
function installPeers() {
  const folder = `${ROOT}bench/peers`;
  if (existsSync(`${folder}/node_modules`)) return;
  process.stderr.write("bench:server: installing the peers (600 MB, once)\n");
  const { status } = spawnSync("npm", ["ci"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) warn("the peers could not be installed; their rows will be empty");
}

/** @param {string} message */
function warn(message) {
  process.stderr.write(`bench:server: ${message}\n`);
}
