/**
 * Where and how a result was measured: without it a figure means nothing.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { ROOT } from "./contestants.mjs";

/** @param {import("./options.mjs").Options} options */
export function machine(options) {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      kernel: release().split("-")[0] ?? "unknown",
    },
    settings: {
      warmup: options.warmup,
      duration: options.duration,
      rounds: options.rounds,
      serverCore: options.serverCore,
      loadCore: options.loadCore,
    },
  };
}

/** The commit, with a plus if files differ from it; null outside of a clone. */
function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) => execFileSync("git", ["-C", ROOT, ...args], { encoding: "utf8" });
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "packages", "apps").trim() !== "";
    return git("rev-parse", "--short=10", "HEAD").trim() + (changed ? "+" : "");
  } catch {
    return null;
  }
}
