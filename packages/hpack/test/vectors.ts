/**
 * Public test vectors: the folder that `STACK_VECTORS` names, or
 * `shared/vectors` beside the repository. Tests skip, visibly, without them.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = process.env.STACK_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));

/** A header block of RFC 7541 Appendix C. Those of one context share one decoder. */
export interface AppendixCase {
  title: string;
  section: string;
  context: string;
  wire: string;
  headers: [string, string][];
  dynamic_table_size: number;
}

/** RFC 7541 Appendix C, or null. */
export const appendixC: {
  integers: { value: number; prefix: number; bytes: string }[];
  cases: AppendixCase[];
} | null = read(`${folder}/rfc7541/appendix-c.json`);

/** The header blocks of one connection, as another implementation wrote them. */
export interface Story {
  name: string;
  cases: { wire: string; headers: Record<string, string>[]; header_table_size?: number | null }[];
}

/** All stories by all encoders; empty when they are not here. */
export const stories: Story[] = existsSync(`${folder}/hpack`)
  ? readdirSync(`${folder}/hpack`, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith(".json"))
      .sort()
      .map((file) => ({ ...read<Story>(`${folder}/hpack/${file}`), name: file }) as Story)
  : [];

/** Fields as the vectors write them, as the flat list that we use. */
export function flat(headers: readonly (Record<string, string> | readonly [string, string])[]): string[] {
  return headers.flatMap((header) => (Array.isArray(header) ? [...header] : Object.entries(header).flat())) as string[];
}

function read<T>(file: string): T | null {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}
