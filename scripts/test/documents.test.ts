/**
 * What the documents point at is there.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** Kept by git, or about to be. */
const DOCUMENTS = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)));

describe("relative links", () => {
  test.each(DOCUMENTS)("%s", (document) => {
    const text = readFileSync(join(ROOT, document), "utf8").replace(/^```[\s\S]*?^```/gm, "");
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? "");
    const dead = links
      .filter((link) => !/^(?:[a-z]+:|#)/.test(link))
      .filter((link) => !existsSync(join(ROOT, dirname(document), link.replace(/#.*$/, ""))));
    expect(dead).toEqual([]);
  });

  test.each(DOCUMENTS)("to headings: %s", (document) => {
    const text = readFileSync(join(ROOT, document), "utf8").replace(/^```[\s\S]*?^```/gm, "");
    const dead = [...text.matchAll(/\]\((?![a-z]+:)([^)\s#]*)#([^)\s]+)\)/g)].filter(([, path = "", anchor = ""]) => {
      const target = join(ROOT, path === "" ? document : join(dirname(document), path));
      return target.endsWith(".md") && !anchorsOf(target).includes(anchor);
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });
});

describe("docs/README.md", () => {
  test("lists every document of the folder", () => {
    const index = readFileSync(join(ROOT, "docs/README.md"), "utf8");
    const documents = DOCUMENTS.filter((path) => path.startsWith("docs/") && path !== "docs/README.md");
    expect(documents.filter((path) => !index.includes(`](${path.slice("docs/".length)})`))).toEqual([]);
  });

  test("is found from the first page", () => {
    expect(readFileSync(join(ROOT, "README.md"), "utf8")).toContain("](docs/README.md)");
  });
});

describe("docs/architecture.md", () => {
  const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
  const sources = readdirSync(join(ROOT, "packages")).flatMap((name) => {
    const folder = join(ROOT, "packages", name, "src");
    return existsSync(folder) ? readdirSync(folder).map((file) => `${name}/src/${file}`) : [];
  });

  test("names files that exist", () => {
    const named = [...text.matchAll(/`([a-z0-9/-]+\.ts)`/g)].map(([, file]) => file ?? "");
    expect(named.length).toBeGreaterThan(50);
    const known = new Set([...sources, ...sources.map((file) => basename(file))]);
    expect(named.filter((file) => !known.has(file) && !existsSync(join(ROOT, "packages", file)))).toEqual([]);
  });

  test("names functions that their files have", () => {
    const named = [...text.matchAll(/`(?:[\w-]+\/src\/)?([\w-]+\.ts)` `(\w+)`/g)];
    expect(named.length).toBeGreaterThan(8);
    const missing = named.filter(([, file = "", name = ""]) => {
      const homes = sources
        .filter((source) => basename(source) === file)
        .map((source) => join(ROOT, "packages", source));
      return !homes.some((home) => new RegExp(`\\b${name}\\b`).test(readFileSync(home, "utf8")));
    });
    expect(missing.map(([words]) => words)).toEqual([]);
  });

  test("shows every package", () => {
    const packages = readdirSync(join(ROOT, "packages")).filter((name) =>
      existsSync(join(ROOT, "packages", name, "package.json")),
    );
    expect(packages.filter((name) => !text.includes(`../packages/${name})`) && name !== "testing")).toEqual([]);
    expect(
      packages.filter(
        (name) => !text.includes(`["${name}<br/>`) && !text.includes(`["${name}"]`) && name !== "testing",
      ),
    ).toEqual([]);
  });
});

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}
