/**
 * The packages of this workspace, read from their manifests.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository, with a slash at the end. */
export const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Where packages live: the folders of pnpm-workspace.yaml, without `bench`, which nobody installs. */
const HOMES = ["packages", "apps", "apps/examples"];

/**
 * What the tools read of a package.json.
 *
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Readonly<Record<string, string>>} [bin]
 * @property {Readonly<Record<string, unknown>>} [exports]
 * @property {Readonly<Record<string, string>>} [dependencies]
 * @property {Readonly<Record<string, string>>} [devDependencies]
 * @property {Readonly<Record<string, string>>} [peerDependencies]
 * @property {Readonly<Record<string, { optional?: boolean }>>} [peerDependenciesMeta]
 * @property {Readonly<Record<string, string>>} [optionalDependencies]
 *
 * @typedef {object} Package
 * @property {string} folder from the root of the workspace, e.g. `packages/http`
 * @property {string} path absolute
 * @property {Manifest} manifest
 */

/**
 * Every package, sorted by folder.
 *
 * @param {string} [root] another workspace: the tests of the tools bring their own
 * @returns {Package[]}
 */
export function workspacePackages(root = ROOT) {
  /** @type {Package[]} */
  const packages = [];
  for (const home of HOMES) {
    if (!existsSync(join(root, home))) continue;
    for (const name of readdirSync(join(root, home)).sort()) {
      const path = join(root, home, name);
      const file = join(path, "package.json");
      if (existsSync(file))
        packages.push({ folder: `${home}/${name}`, path, manifest: JSON.parse(readFileSync(file, "utf8")) });
    }
  }
  return packages;
}

/**
 * Those that are published.
 *
 * @param {string} [root]
 */
export function publishedPackages(root = ROOT) {
  return workspacePackages(root).filter(({ manifest }) => manifest.private !== true);
}

/**
 * The public entries of a package as its users write them: `@stack/http`, `@stack/server/node`.
 *
 * @param {Manifest} manifest
 */
export function entries(manifest) {
  return Object.keys(manifest.exports ?? {})
    .filter((entry) => entry !== "./package.json")
    .map((entry) => manifest.name + entry.slice(1));
}
