/**
 * Each package alone: packed, installed with npm in an empty folder, imported
 * and type-checked there, as its first user would.
 *
 * Nothing of the workspace is on the way: the only packages of ours in the
 * folder are those that the package itself asks for, from their tarballs. The
 * types are checked strictly, those of libraries too, and without @types/node
 * unless the package brings it. The package itself must do without its optional
 * peers; an entry beside it may be for those who have one.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";
import { packAll, temporaryFolder } from "./pack.mjs";
import { conclude, report } from "./status.mjs";
import { entries, ROOT } from "./workspace.mjs";

/** Milliseconds for one step: an install from a slow registry. */
const STEP_LIMIT = 120_000;

const NPM_INSTALL = ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
const TSC = join(ROOT, "node_modules/.bin/tsc");

/**
 * @param {import("./pack.mjs").Tarball} tarball
 * @param {Readonly<Record<string, string>>} ours name → where its tarball is
 * @param {string} folder empty
 * @returns {Promise<{ mark: import("./status.mjs").Mark, detail: string, output: string }>}
 */
async function check({ pack: { manifest } }, ours, folder) {
  const { [manifest.name]: own = "", ...others } = ours;
  const names = entries(manifest);
  const bins = Object.keys(manifest.bin ?? {});
  const peers = Object.entries(manifest.peerDependencies ?? {})
    .filter(([name]) => name !== "@types/node" && manifest.peerDependenciesMeta?.[name]?.optional === true)
    .map(([name, range]) => `${name}@${range}`);
  const imports = names.map((name, i) => `import * as entry${i} from ${JSON.stringify(name)};`);
  const used = names.map((_, i) => `entry${i}`).join(", ");
  const nodeTypes = { ...manifest.dependencies, ...manifest.peerDependencies }["@types/node"];
  write("package.json", {
    private: true,
    type: "module",
    dependencies: { [manifest.name]: own, ...(nodeTypes && { "@types/node": nodeTypes }) },
    overrides: others,
  });
  write("tsconfig.json", tsconfig(nodeTypes ? ["node"] : []));
  write("check.ts", [...imports, `export const all: readonly object[] = [${used}];`].join("\n"));
  write(
    "import.mjs",
    [
      ...imports,
      `for (const entry of [${used}]) if (Object.keys(entry).length === 0) throw new Error("exports nothing");`,
    ].join("\n"),
  );

  /** @type {[string, readonly string[]][]} */
  const steps = [
    ["install", NPM_INSTALL],
    ...(peers.length > 0
      ? /** @type {[string, readonly string[]][]} */ ([
          ["import alone", [process.execPath, "--input-type=module", "--eval", imports[0] ?? ""]],
          ["peers", [...NPM_INSTALL, ...peers]],
        ])
      : []),
    ...(names.length > 0
      ? /** @type {[string, readonly string[]][]} */ ([
          ["import", [process.execPath, "import.mjs"]],
          ["types", [TSC, "-p", "tsconfig.json"]],
        ])
      : []),
    ...bins.map(
      (name) => /** @type {[string, readonly string[]]} */ ([name, [join("node_modules/.bin", name), "--version"]]),
    ),
  ];
  const done = [];
  for (const [name, argv] of steps) {
    const { status, output, seconds } = await run(argv, { cwd: folder, limitMs: STEP_LIMIT });
    if (status !== 0) return { mark: "FAIL", detail: [...done, `${name} failed`].join(", "), output };
    done.push(`${name} ${seconds.toFixed(1)} s`);
  }
  return { mark: "ok", detail: done.join(", "), output: "" };

  /**
   * @param {string} name
   * @param {string | object} content
   */
  function write(name, content) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content, null, 2));
  }
}

/** @param {readonly string[]} types packages whose globals are there, as the user says */
function tsconfig(types) {
  return {
    compilerOptions: {
      target: "es2023",
      module: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      types,
    },
    files: ["check.ts"],
  };
}

console.log(`Node ${process.version}, npm ${(await run(["npm", "--version"])).output.trim().split("\n").at(-1)}`);
const root = temporaryFolder("alone");
const tarballs = await packAll(root);
const ours = Object.fromEntries(tarballs.map(({ pack, file }) => [pack.manifest.name, `file:${file}`]));
const failed = [];
for (const tarball of tarballs) {
  const { name } = tarball.pack.manifest;
  const { mark, detail, output } = await check(tarball, ours, join(root, name.replace("/", "-")));
  report(mark, name, detail);
  if (mark === "FAIL") {
    console.log(output.trimEnd().replace(/^/gm, "      "));
    failed.push(name);
  }
}
conclude(tarballs.length, failed);
