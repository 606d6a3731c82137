/**
 * What a package's README says is what its source has, and the other way round.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { publishedPackages } from "../workspace.mjs";

const SECTIONS = ["Use", "Interface", "Errors", "Limits", "Conformance", "Speed", "Not here"];

/** Codes of the runtime that ours looks at. */
const OF_THE_RUNTIME = ["ERR_BUFFER_TOO_LARGE", "ERR_TLS_CERT_ALTNAME_INVALID"];

const packages = publishedPackages()
  .filter(({ folder }) => folder.startsWith("packages/"))
  .map(({ folder, path, manifest }) => ({
    folder,
    path,
    name: manifest.name,
    readme: readFileSync(join(path, "README.md"), "utf8"),
    codes: codesOf(path),
    exports: Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) =>
      entry === "./package.json" ? [] : exportsOf(join(path, (target as { "@stack/source": string })["@stack/source"])),
    ),
    dependencies: Object.keys(manifest.dependencies ?? {}),
  }));

describe.each(packages)("$folder/README.md", ({ name, path, readme, codes, exports }) => {
  test("has the sections of every README, in their order", () => {
    const sections = [...readme.matchAll(/^## (.*)$/gm)].map(([, section]) => section);
    expect(sections.filter((section) => SECTIONS.includes(section ?? ""))).toEqual(SECTIONS);
  });

  test("says to add whatever its programs import: pnpm lets a program import nothing else", () => {
    const added = [...readme.matchAll(/\bpnpm add ([^\n`#]*)/g)].flatMap(([, names = ""]) => names.trim().split(/\s+/));
    const imported = [...readme.matchAll(/^import [^;]*\bfrom "((?:@[\w-]+\/)?[\w-]+)[/"]/gm)].map(
      ([, from]) => from ?? "",
    );
    expect([...new Set(imported)].filter((from) => !added.includes(from))).toEqual([]);
  });

  test("points at tests and examples that exist", () => {
    const named = [...readme.matchAll(/`((?:test|examples)\/[\w./-]*)[^`]*`/g)].map(([, file = ""]) => file);
    expect(named.filter((file) => !existsSync(join(path, file)) && !beginsFile(path, file))).toEqual([]);
  });

  test("names every function, class and constant that is exported", () => {
    expect(exports.filter((exported) => !new RegExp(`\\b${exported}\\b`).test(readme))).toEqual([]);
  });

  test("has every code of an error that is made here", () => {
    const others = new Set(below(name).flatMap((neighbour) => neighbour.codes));
    const own = codes.filter((code) => !others.has(code) && !OF_THE_RUNTIME.includes(code));
    expect(own.filter((code) => !readme.includes(`\`${code}\``) && !readme.includes(`\`${code} `))).toEqual([]);
  });

  test("has each of them under Errors or at the head of a row: one told by the way is not found by who looks it up", () => {
    const others = new Set(below(name).flatMap((neighbour) => neighbour.codes));
    const errors = readme.slice(readme.indexOf("\n## Errors"), readme.indexOf("\n## Limits"));
    const heads = readme.match(/^\|[^|]*`ERR_[^|]*\|/gm) ?? [];
    const found = new Set(`${errors}\n${heads.join("\n")}`.match(/\bERR_[A-Z0-9_]+/g));
    const own = codes.filter((code) => !others.has(code) && !OF_THE_RUNTIME.includes(code));
    expect(own.filter((code) => !found.has(code))).toEqual([]);
  });

  test("has no code that nothing here or below makes", () => {
    const known = new Set([...codes, ...below(name).flatMap((neighbour) => neighbour.codes)]);
    const said = [...readme.matchAll(/\bERR_[A-Z0-9_]+(?!…)\b/g)].map(([code]) => code);
    expect(said.filter((code) => !known.has(code))).toEqual([]);
  });
});

/** The packages of ours that one depends on, through others too. */
function below(name: string): typeof packages {
  const found = new Set<string>();
  const open = [name];
  for (const next of open)
    for (const dependency of packages.find((pack) => pack.name === next)?.dependencies ?? [])
      if (!found.has(dependency)) {
        found.add(dependency);
        open.push(dependency);
      }
  return packages.filter((pack) => found.has(pack.name));
}

/** The codes in the texts of a package's `src`, without those in its comments. */
function codesOf(path: string): string[] {
  const home = join(path, "src");
  const text = readdirSync(home)
    .filter((file) => file.endsWith(".ts"))
    .map((file) =>
      readFileSync(join(home, file), "utf8").replace(/^ *(?:\*|\/\*\*|\/\/).*$|\.startsWith\("ERR_.*?"\)/gm, ""),
    )
    .join("\n");
  return [...new Set([...text.matchAll(/"(ERR_[A-Z0-9_]+)"/g)].map(([, code]) => code ?? ""))];
}

/** What an entry exports, its types left out. */
function exportsOf(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list = ""]) =>
    list
      .split(",")
      .map((name) => name.trim().replace(/^.* as /, ""))
      .filter((name) => name !== "" && !name.startsWith("type ")),
  );
}

/** Whether a name that is cut short, as in `test/fuzz` or `test/rfc9112/7.1`, is that of a file. */
function beginsFile(path: string, name: string): boolean {
  const home = join(path, dirname(name));
  return existsSync(home) && readdirSync(home).some((file) => file.startsWith(basename(name)));
}
