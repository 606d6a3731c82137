/**
 * What is running: this program, and what it runs on.
 *
 * @module
 */
import { readFileSync } from "node:fs";

interface Manifest {
  readonly version: string;
}

/** The command's name; the package's has a scope. */
export const NAME = "stack-server";

/** From package.json, so that it is written in one place. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Manifest
).version;

/** The runtime and its version: Bun and Deno pass for Node, and say who they are. */
export const RUNTIME: string = runtime(process.versions);

function runtime({ bun, deno, node }: NodeJS.ProcessVersions): string {
  if (bun !== undefined) return `Bun ${bun}`;
  return deno !== undefined ? `Deno ${deno}` : `Node.js ${node}`;
}
