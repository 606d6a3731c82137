import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compile } from "../examples.mjs";
import { statingExamples, untrueLines } from "../stated-values.mjs";
import { exampleTags, exportedNames, fragments, readmeBlocks, tsdocExamples } from "../tsdoc-examples.mjs";
import { publishedPackages, ROOT } from "../workspace.mjs";

const folder = mkdtempSync(join(tmpdir(), "tsdoc-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("examples in comments and READMEs", () => {
  test("compile strictly, against dist", { timeout: 120_000 }, async () => {
    const list = tsdocExamples();
    expect(new Set(list.map(({ file }) => file.split("/")[0])).size).toBeGreaterThan(10);
    const { status, output } = await compile(folder, [...list, ...readmeBlocks()], {
      "tough-cookie": join(ROOT, "packages/client/node_modules/tough-cookie"),
    });
    expect(status, `${output}\n(the examples use dist: is it built? pnpm build)`).toBe(0);
  });

  test("give what they say that they give", { timeout: 120_000 }, async () => {
    const list = statingExamples([...tsdocExamples(), ...readmeBlocks()]);
    expect(list.reduce((sum, { said }) => sum + said, 0)).toBeGreaterThan(150);
    expect(await untrueLines(list)).toEqual([]);
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

describe("what a line of an example says", () => {
  const example = (text: string) => [{ name: "an example", file: "a.ts", text: `${text}\nexport {};\n` }];

  test.each([
    ["a value", 'JSON.stringify("a"); // \'"b"\'', 'an example: JSON.stringify("a"); // \'"b"\' gives \'"a"\''],
    ["what a constant has", "const two = 1 + 1; // 3", "an example: const two = 1 + 1; // 3 gives 2"],
    ["an error that does not come", "String(1); // throws ERR_A", "an example: String(1); // throws ERR_A gives '1'"],
  ])("is found untrue: %s", async (_, text, complaint) => {
    expect(await untrueLines(statingExamples(example(text)))).toEqual([complaint]);
  });

  test.each([
    ["a remark", "const one = 1; // the first"],
    ["what is at hand only", "declare const request: string;\nrequest; // 1"],
    ["the end of a statement", "String(\n1,\n); // 2"],
  ])("is not looked at: %s", (_, text) => {
    expect(statingExamples(example(text))).toEqual([]);
  });
});
