/**
 * The tests on this runtime, as `pnpm test` runs them after the build.
 *
 *     pnpm test [part of a path …] [options of vitest …]
 *
 * @module
 */

import { temporaryFolder } from "./pack.mjs";
import { runTests } from "./run-tests.mjs";
import { report } from "./status.mjs";

const { STACK_REPORTS: reports = temporaryFolder("tests"), STACK_RUN: name = "tests" } = process.env;
const { status, passedAlone } = await runTests({
  runtime: [process.execPath],
  args: process.argv.slice(2),
  reports,
  name,
  inherit: true,
});
for (const line of passedAlone) report("skip", "passed only alone", line);
process.exitCode = status;
