/**
 * The properties of all packages, with many more cases than `pnpm test` gives them.
 *
 *     pnpm soak [--cases 1000000] [--seed N] [part of a path …]
 *
 * The cases are shared out evenly: each property runs with FUZZ_RUNS cases. The
 * seed is printed, and gives the same cases again. A find is kept as a test: the
 * wire bytes that failed, filed by RFC section.
 *
 * @module
 */
import { randomInt } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "./command.mjs";
import { report } from "./status.mjs";
import { ROOT, workspacePackages } from "./workspace.mjs";

const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");

/** fast-check's seeds are signed and of 32 bits; these are easy to type. */
const MAX_SEED = 2 ** 31;

const { values, positionals } = parseArgs({
  options: { cases: { type: "string", default: "1000000" }, seed: { type: "string" } },
  allowPositionals: true,
});
const cases = positive("--cases", values.cases);
const seed = values.seed === undefined ? randomInt(MAX_SEED) : positive("--seed", values.seed);

const files = propertyFiles().filter(
  ({ file }) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
);
const properties = files.reduce((sum, { properties }) => sum + properties, 0);
if (properties === 0) throw new RangeError("no test with a property matches");
const runs = Math.ceil(cases / properties);

console.log(`${properties} properties in ${files.length} files, ${runs.toLocaleString("en")} cases each`);
console.log(`seed ${seed}; again with: pnpm soak --cases ${cases} --seed ${seed} ${positionals.join(" ")}`.trimEnd());

const { status, seconds } = await run(
  [
    process.execPath,
    VITEST,
    "run",
    "--testTimeout=0",
    "--reporter=verbose",
    ...reporters(),
    ...files.map(({ file }) => file),
  ],
  { env: { FUZZ_RUNS: `${runs}`, FUZZ_SEED: `${seed}` }, echo: true },
);
report(
  status === 0 ? "ok" : "FAIL",
  "soak",
  `${(runs * properties).toLocaleString("en")} cases, seed ${seed}, ${seconds.toFixed(0)} s`,
);
process.exitCode = status === 0 ? 0 : 1;

/** What vitest.config.ts adds for whoever sums several runs; the command line replaces its reporters. */
function reporters() {
  const { STACK_REPORTS: folder } = process.env;
  return folder === undefined ? [] : ["--reporter=json", `--outputFile.json=${join(folder, "soak.json")}`];
}

/** The tests whose number of cases FUZZ_RUNS sets, and how many properties each holds. */
function propertyFiles() {
  return workspacePackages().flatMap(({ folder, path }) => {
    const home = join(path, "test");
    if (!existsSync(home)) return [];
    return readdirSync(home, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => ({ file: `${folder}/test/${name}`, text: readFileSync(join(home, name), "utf8") }))
      .filter(({ text }) => text.includes("FUZZ_RUNS"))
      .map(({ file, text }) => ({ file, properties: text.match(/\bfc\.(assert|check)\(/g)?.length ?? 0 }));
  });
}

/**
 * @param {string} name
 * @param {string} text
 */
function positive(name, text) {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} ${text}: a whole number from 1 on`);
  return value;
}
