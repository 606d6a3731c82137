/**
 * The programs that the documentation promises: every `examples/*.ts` of a
 * package and the first program under "## Use" of its README.
 *
 * They are compiled and run as a user would: in a folder of their own, against
 * the packages' `dist`, found by name.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./command.mjs";
import { ROOT, workspacePackages } from "./workspace.mjs";

/**
 * @typedef {object} Example
 * @property {string} name `packages/http/examples/fields.ts`, or `packages/http/README.md`
 * @property {string} file where its text goes in the folder of examples, `http/fields.ts`
 * @property {string} text
 */

/**
 * @param {string} [root] the workspace
 * @returns {Example[]}
 */
export function examples(root = ROOT) {
  return workspacePackages(root).flatMap(({ folder, path }) => {
    const home = join(path, "examples");
    const files = existsSync(home)
      ? readdirSync(home)
          .filter((name) => name.endsWith(".ts"))
          .sort()
      : [];
    const found = files.map((name) => ({
      name: `${folder}/examples/${name}`,
      file: `${folder}/${name}`,
      text: readFileSync(join(home, name), "utf8"),
    }));
    const readme = join(path, "README.md");
    const use = existsSync(readme) ? firstProgram(readFileSync(readme, "utf8")) : null;
    return use === null ? found : [...found, { name: `${folder}/README.md`, file: `${folder}/README.ts`, text: use }];
  });
}

/**
 * The first fenced block of TypeScript under the heading "Use".
 *
 * @param {string} readme
 * @returns {string | null}
 */
export function firstProgram(readme) {
  const section = /^## Use\b.*\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readme)?.[1] ?? "";
  return /^```(?:ts|typescript|js|javascript)\n([\s\S]*?)^```/m.exec(section)?.[1] ?? null;
}

/**
 * Lays the examples out in `folder` and compiles them there, strictly.
 *
 * @param {string} folder empty
 * @param {readonly Pick<Example, "file" | "text">[]} list
 * @param {Readonly<Record<string, string>>} [libraries] of others that examples import: name → where it is installed
 * @returns {Promise<import("./command.mjs").Outcome>}
 */
export async function compile(folder, list, libraries = {}) {
  for (const { file, text } of list) {
    mkdirSync(dirname(join(folder, "src", file)), { recursive: true });
    writeFileSync(join(folder, "src", file), text);
  }
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  mkdirSync(join(folder, "node_modules/@stack"));
  for (const { manifest, path } of workspacePackages()) symlinkSync(path, join(folder, "node_modules", manifest.name));
  for (const [name, path] of Object.entries(libraries)) symlinkSync(path, join(folder, "node_modules", name));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  return run([join(ROOT, "node_modules/.bin/tsc"), "-p", "tsconfig.json"], { cwd: folder });
}

/** What a user's strict project says; no condition of ours, so names lead to `dist`. */
const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    lib: ["es2023"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    rewriteRelativeImportExtensions: true,
    rootDir: "src",
    outDir: "out",
  },
  include: ["src"],
};

/**
 * Runs a compiled example to its end.
 *
 * @param {string} folder
 * @param {Example} example
 * @param {number} limitMs
 */
export function runExample(folder, { file }, limitMs) {
  return run([process.execPath, join("out", file.replace(/\.ts$/, ".js"))], { cwd: folder, limitMs });
}

/**
 * The program that an example wanted to start and the machine does not have.
 *
 * @param {string} output of the example
 * @returns {string | null}
 */
export function missingProgram(output) {
  const match = /\bspawn(?:Sync)? (\S+) ENOENT|^\S*sh: (?:line )?(?:\d+: )?(\S+): (?:command )?not found/m.exec(output);
  return match?.[1] ?? match?.[2] ?? null;
}
