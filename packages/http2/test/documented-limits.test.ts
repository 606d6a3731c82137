import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS } from "../src/index.ts";

const PAGES = ["../README.md", "../../../docs/security.md"];
const sizes: Readonly<Record<number, string>> = { 32768: "32 KiB", 1048576: "1 MiB", 8388608: "8 MiB" };

describe.each(PAGES)("every limit is documented with its default: %s", (page) => {
  const rows = readFileSync(new URL(page, import.meta.url), "utf8")
    .split("## HTTP/2:")
    .at(-1)
    ?.split("\n")
    .filter((line) => line.startsWith("| `"));
  const limits = Object.entries(DEFAULT_OPTIONS).filter(([, value]) => typeof value === "number");

  test.each(limits)("%s is %d", (name, value) => {
    const shown = (value as number).toLocaleString("en-US");
    const said = rows?.filter((row) => row.includes(`\`${name}\``)) ?? [];
    expect(said.some((row) => row.includes(shown) || row.includes(sizes[value as number] ?? shown))).toBe(true);
  });
});
