import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Tests run against `src` through the condition `@stack/source`; what they spawn runs `dist`, as users do. */
const conditions = ["@stack/source", "node", "import", "module", "default"];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["{packages,apps,bench,scripts}/**/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "bench/peers/**"],
    testTimeout: 30_000,
  },
});

export default config;
