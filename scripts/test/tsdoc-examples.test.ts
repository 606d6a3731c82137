import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compile } from "../examples.mjs";
import { exampleTags, exportedNames, fragments, readmeBlocks, tsdocExamples } from "../tsdoc-examples.mjs";
import { publishedPackages, ROOT } from "../workspace.mjs";

const folder = mkdtempSync(join(tmpdir(), "tsdoc-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("examples in comments and READMEs", () => {
  test("compile strictly, against dist", { timeout: 60_000 }, async () => {
    const list = tsdocExamples();
    expect(new Set(list.map(({ file }) => file.split("/")[0])).size).toBeGreaterThan(10);
    const { status, output } = await compile(folder, [...list, ...readmeBlocks()], {
      "tough-cookie": join(ROOT, "packages/client/node_modules/tough-cookie"),
    });
    expect(status, `${output}\n(the examples use dist: is it built? pnpm build)`).toBe(0);
  });

  test.each(publishedPackages().map(({ path, folder }) => [folder, path]))("each is a block of code: %s", (_, path) => {
    const home = join(path, "src");
    const without = readdirSync(home)
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => {
        const source = readFileSync(join(home, file), "utf8");
        return exampleTags(source) !== fragments(source).length;
      });
    expect(without).toEqual([]);
  });
});

describe("every function and class that a package exports has a comment", () => {
  test.each(publishedPackages().map(({ path, folder }) => [folder, path]))("%s", (_, path) => {
    const home = join(path, "src");
    const files = readdirSync(home).filter((file) => file.endsWith(".ts"));
    const text = files.map((file) => readFileSync(join(home, file), "utf8")).join("\n");
    const index = files.includes("index.ts") ? exportedNames(readFileSync(join(home, "index.ts"), "utf8")) : [];
    const bare = [...text.matchAll(/^(?! \*\/$)(.*)\nexport (?:async )?(?:abstract )?(?:function\*?|class) (\w+)/gm)];
    const commented = new Set(
      [...text.matchAll(/\*\/\nexport (?:async )?(?:abstract )?(?:function\*?|class) (\w+)/g)].map(([, name]) => name),
    );
    const without = bare
      .filter(([, before = "", name = ""]) => !before.endsWith("*/") && index.includes(name) && !commented.has(name))
      .map(([, , name]) => name);
    expect(without).toEqual([]);
  });
});

test("a fragment is what stands between the fences, without the comment's stars", () => {
  const source = "/**\n * Adds.\n *\n * @example\n * ```ts\n * add(1,\n *   2);\n * ```\n *\n * RFC 1.\n */\n";
  expect(fragments(source)).toEqual([{ line: 4, code: "add(1,\n  2);\n" }]);
});

test("an example that has lost its stars is none, and is found missing", () => {
  const source = "/**\n * @example\n * ```ts\n * add(1);\nadd(2);\n * ```\n */\n";
  expect(fragments(source)).toEqual([]);
  expect(exampleTags(source)).toBe(1);
});
