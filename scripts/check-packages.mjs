/**
 * Package lint: each package as its users will get it.
 *
 * `publint` reads the manifest, `attw` resolves the types as TypeScript does,
 * and what neither knows is ours: a README, the licence, nothing stale.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";
import { packAll, temporaryFolder } from "./pack.mjs";
import { conclude, report } from "./status.mjs";
import { entries, ROOT } from "./workspace.mjs";

const BIN = join(ROOT, "node_modules/.bin");

/** What a page on a registry shows, and what makes it usable. */
const REQUIRED = ["README.md", "LICENSE", "package.json"];

/**
 * @param {import("./pack.mjs").Tarball} tarball
 * @returns {Promise<string[]>} what is wrong
 */
async function lint({ pack, file, files }) {
  const wrong = REQUIRED.filter((name) => !files.includes(name)).map((name) => `${name} is not in the tarball`);
  for (const name of files) {
    const source = /^dist\/(.*)\.js$/.exec(name)?.[1];
    if (source !== undefined && !existsSync(join(pack.path, "src", `${source}.ts`)))
      wrong.push(`${name} has no source: remove ${pack.folder}/dist and build again`);
    if (/(^|\/)test\/|\.test\./.test(name)) wrong.push(`${name} is a test`);
  }
  const publint = await run([join(BIN, "publint"), "run", file, "--strict"]);
  if (publint.status !== 0) wrong.push(publint.output);
  if (entries(pack.manifest).length > 0) {
    const attw = await run([join(BIN, "attw"), file, "--profile", "esm-only", "--format", "ascii", "--no-emoji"]);
    if (attw.status !== 0) wrong.push(attw.output);
  }
  return wrong;
}

const failed = [];
const tarballs = await packAll(temporaryFolder("lint"));
for (const tarball of tarballs) {
  const { name } = tarball.pack.manifest;
  const wrong = await lint(tarball);
  report(
    wrong.length === 0 ? "ok" : "FAIL",
    name,
    `${(tarball.octets / 1024).toFixed(1)} KiB, ${tarball.files.length} files`,
  );
  for (const what of wrong) console.log(what.trimEnd().replace(/^/gm, "      "));
  if (wrong.length > 0) failed.push(name);
}
conclude(tarballs.length, failed);
