import { writeFileSync } from "node:fs";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import type { Reporter } from "vitest/node";

/** Tests run against `src` through the condition `@stack/source`; what they spawn runs `dist`, as users do. */
const conditions = ["@stack/source", "node", "import", "module", "default"];

/** The folder for this run's counts as JSON, for whoever sums several runs (scripts/test-counts.mjs). */
const { STACK_REPORTS: reports, STACK_RUN: run = "tests" } = process.env;

/** What nobody caught, beside the counts: vitest's JSON says nothing of it, and calls such a file passed. */
const unhandled: Reporter = {
  onTestRunEnd(_, errors) {
    const told = errors.map(({ type, message, VITEST_TEST_PATH: file }) => ({ file, message: `${type}: ${message}` }));
    writeFileSync(`${reports}/${run}.unhandled`, JSON.stringify(told));
  },
};

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["{packages,apps,bench,scripts}/**/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "bench/peers/**"],
    // Processes, not threads: Deno has no threads that vitest can use, and a crash takes one file with it.
    pool: "forks",
    // All cores: many tests wait for a socket or a child. vitest would leave one core free.
    maxWorkers: "100%",
    // What hangs is a fault. What is only slow has three other programs on its cores; before and after it, too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: process.env.FUZZ_SEED === undefined ? [] : ["scripts/fuzz-seed.ts"],
    reporters:
      reports === undefined ? ["default"] : ["default", ["json", { outputFile: `${reports}/${run}.json` }], unhandled],
  },
});

export default config;
