#!/usr/bin/env node
import { measureGrowth } from "./growth.mjs";
import { machine } from "./machine.mjs";
import { measureMemory } from "./memory.mjs";
import { HELP, parseOptions, UsageError } from "./options.mjs";
/**
 * `pnpm bench:server`: the reference server beside its peers, in one run.
 *
 * What is measured is the server's own CPU time per request, not requests per
 * second, which say little once the load generator is the bottleneck. The
 * method, its reasons and the figures are in docs/performance.md.
 *
 * @module
 */
import { preflight } from "./preflight.mjs";
import { protocolOf } from "./protocols.mjs";
import { keep, publish } from "./results.mjs";
import { measureVariants } from "./rounds.mjs";
import { printGrowth, printMemory, printServer, printTransfer } from "./table.mjs";
import { measureTransfer } from "./transfer.mjs";

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  if (options.report) {
    publish();
    return;
  }
  preflight(options);
  if (options.mode === "server") {
    const result = { ...machine(options), ...(await measureVariants(options)) };
    printServer(result, protocolOf(options));
    keep(options.h2 ? "server-h2" : "server", result, options);
  } else if (options.mode === "memory") {
    const result = { ...machine(options), ...(await measureMemory(options)) };
    printMemory(result, protocolOf(options));
    keep(options.h2 ? "memory-h2" : "memory", result, options);
  } else if (options.mode === "transfer") {
    const result = { ...machine(options), ...(await measureTransfer(options)) };
    printTransfer(result);
    keep("transfer", result, options);
  } else {
    const result = { ...machine(options), ...(await measureGrowth(options)) };
    printGrowth(result);
    keep("growth", result, options);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench:server: ${error.message}\n`);
  process.exitCode = 2;
}
