import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Tests run against `src` through the condition `@stack/source`; what they spawn runs `dist`, as users do. */
const conditions = ["@stack/source", "node", "import", "module", "default"];

/** The folder for this run's counts as JSON, for whoever sums several runs (scripts/test-counts.mjs). */
const { STACK_REPORTS: reports, STACK_RUN: run = "tests" } = process.env;

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
    testTimeout: 30_000,
    setupFiles: process.env.FUZZ_SEED === undefined ? [] : ["scripts/fuzz-seed.ts"],
    reporters: reports === undefined ? ["default"] : ["default", ["json", { outputFile: `${reports}/${run}.json` }]],
  },
});

export default config;
