/**
 * The tarballs that users install, made by `pnpm pack`: `workspace:^` is a version there.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pnpm, run } from "./command.mjs";
import { publishedPackages } from "./workspace.mjs";

/**
 * @typedef {object} Tarball
 * @property {import("./workspace.mjs").Package} pack
 * @property {string} file absolute
 * @property {readonly string[]} files what is in it, from its root
 * @property {number} octets compressed
 */

/**
 * Packs every package that is published.
 *
 * @param {string} folder where the tarballs go
 * @returns {Promise<Tarball[]>}
 */
export async function packAll(folder) {
  const command = await pnpm();
  /** @type {Tarball[]} */
  const tarballs = [];
  for (const pack of publishedPackages()) {
    const { status, output } = await run([...command, "pack", "--json", "--pack-destination", folder], {
      cwd: pack.path,
    });
    if (status !== 0) throw new Error(`pnpm pack in ${pack.folder}:\n${output}`);
    const { filename, files, size } = JSON.parse(output.slice(output.indexOf("{")));
    tarballs.push({
      pack,
      file: filename,
      files: files.map((/** @type {{ path: string }} */ { path }) => path),
      octets: size,
    });
  }
  return tarballs;
}

/**
 * A folder that is gone when the process is.
 *
 * @param {string} purpose part of its name
 */
export function temporaryFolder(purpose) {
  const folder = mkdtempSync(join(tmpdir(), `stack-${purpose}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
