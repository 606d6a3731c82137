/**
 * Everything that must hold before a change is taken, one line each.
 *
 *     pnpm check                      all of it
 *     pnpm check --only lint,floors   some of it
 *     pnpm check --except tests
 *
 * A step that fails prints what its tool said; the others run all the same.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { run } from "./command.mjs";
import { conclude, report } from "./status.mjs";

/** The tools of this workspace, as `node_modules/.bin` has them. */
const bin = (/** @type {string} */ name) => `node_modules/.bin/${name}`;
const script = (/** @type {string} */ name) => [process.execPath, `scripts/${name}.mjs`];
const tsc = (/** @type {string} */ project) => [bin("tsc"), "--noEmit", "-p", project];

/**
 * Name → what it checks, and the commands that do.
 *
 * @type {Readonly<Record<string, { what: string, commands: readonly (readonly string[])[] }>>}
 */
const STEPS = {
  lint: {
    what: "format and lint (biome)",
    commands: [[bin("biome"), "check", "--error-on-warnings", "--max-diagnostics=50"]],
  },
  types: {
    what: "types (tsc)",
    commands: [tsc("tsconfig.json"), tsc("scripts/tsconfig.json"), tsc("bench/tsconfig.json")],
  },
  floors: { what: "which package may import what", commands: [script("check-floors")] },
  "dead-code": {
    what: "files, exports and dependencies nobody uses (knip)",
    commands: [[bin("knip"), "--no-progress", "--no-config-hints"]],
  },
  coverage: { what: "docs/rfc-coverage.md is what the tests say", commands: [[...script("rfc-coverage"), "--check"]] },
  build: {
    what: "every package builds (turbo)",
    commands: [[bin("turbo"), "run", "build", "--output-logs=errors-only"]],
  },
  packages: { what: "each package as its users get it (publint, attw)", commands: [script("check-packages")] },
  tests: { what: "tests (vitest)", commands: [script("test")] },
};

const { values } = parseArgs({ options: { only: { type: "string" }, except: { type: "string" } } });
const only = named("--only", values.only) ?? Object.keys(STEPS);
const except = named("--except", values.except) ?? [];

const failed = [];
const chosen = Object.entries(STEPS).filter(([name]) => only.includes(name) && !except.includes(name));
for (const [name, { what, commands }] of chosen) {
  const start = performance.now();
  let output = "";
  for (const command of commands) {
    const outcome = await run(command);
    if (outcome.status !== 0) output += outcome.output || `${command.join(" ")} ended with ${outcome.status}\n`;
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  report(output === "" ? "ok" : "FAIL", name, `${what}, ${seconds} s`);
  if (output === "") continue;
  console.log(output.trimEnd().replace(/^/gm, "      "));
  failed.push(name);
}
conclude(chosen.length, failed);

/**
 * @param {string} option
 * @param {string | undefined} list
 */
function named(option, list) {
  const names = list?.split(",");
  for (const name of names ?? [])
    if (!(name in STEPS)) throw new RangeError(`${option} ${name}: known are ${Object.keys(STEPS).join(", ")}`);
  return names;
}
