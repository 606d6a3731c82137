/**
 * Code that is only read: what stands under `@example` in the comments of each `packages/<name>/src`, and in READMEs.
 *
 * Nobody runs it, so it is compiled at least. Many pieces are fragments, as they should be: what a reader has at hand
 * where they stand, a `request` or a `socket`, is not declared in them. So what a comment takes from its own package need
 * not be imported, and what it has at hand is declared by its type in {@link AT_HAND}.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages, ROOT } from "./workspace.mjs";

/**
 * @typedef {object} TsdocExample
 * @property {string} name `packages/http/src/fields.ts:12`
 * @property {string} file where its text goes, `http/fields-12.ts`
 * @property {string} text a module
 */

/**
 * @param {string} [root] the workspace
 * @returns {TsdocExample[]}
 */
export function tsdocExamples(root = ROOT) {
  return publishedPackages(root)
    .filter(({ folder }) => folder.startsWith("packages/"))
    .flatMap(({ folder, path, manifest }) => {
      const exported = exportedNames(readFileSync(join(path, "src/index.ts"), "utf8"));
      return readdirSync(join(path, "src"))
        .filter((file) => file.endsWith(".ts"))
        .sort()
        .flatMap((file) => {
          const source = readFileSync(join(path, "src", file), "utf8");
          const internal = [...source.matchAll(/^export (?:const|function|class|interface|type) (\w+)/gm)]
            .map(([, name]) => /** @type {string} */ (name))
            .filter((name) => !exported.includes(name));
          return fragments(source).map(({ line, code }) => ({
            name: `${folder}/src/${file}:${line}`,
            file: `${folder.slice("packages/".length)}/${file.slice(0, -".ts".length)}-${line}.ts`,
            text: moduleOf(code, manifest.name, exported, file, internal),
          }));
        });
    });
}

/**
 * Every block of TypeScript in the README of a package and of the repository.
 *
 * @param {string} [root] the workspace
 * @returns {TsdocExample[]}
 */
export function readmeBlocks(root = ROOT) {
  const packages = publishedPackages(root).map(({ folder, manifest }) => ({ folder, name: manifest.name }));
  return [{ folder: "", name: "" }, ...packages].flatMap(({ folder, name }) => {
    const readme = readFileSync(join(root, folder, "README.md"), "utf8");
    return [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => {
      const line = readme.slice(0, match.index).split("\n").length;
      return {
        name: join(folder, `README.md:${line}`),
        file: `readme/${folder.replace("/", "-") || "root"}-${line}.ts`,
        text: moduleOf(match[1] ?? "", name, [], "", []),
      };
    });
  });
}

/**
 * The code blocks under `@example`, each with its line.
 *
 * @param {string} source
 * @returns {{ line: number, code: string }[]}
 */
export function fragments(source) {
  return [
    ...source.matchAll(/^ *\* @example\b.*\n(?: *\*(?! *(?:@|```)).*\n)* *\* ```ts\n((?: *\*.*\n)*?) *\* ```$/gm),
  ].map((match) => ({
    line: source.slice(0, match.index).split("\n").length,
    code: (match[1] ?? "").replace(/^ *\* ?/gm, ""),
  }));
}

/**
 * How many `@example` there are, with a code block or without.
 *
 * @param {string} source
 */
export function exampleTags(source) {
  return [...source.matchAll(/^ *\* @example\b/gm)].length;
}

/**
 * What an index.ts exports, types too.
 *
 * @param {string} index its text
 * @returns {string[]}
 */
export function exportedNames(index) {
  return [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = ""]) =>
    list
      .split(",")
      .map((name) =>
        name
          .trim()
          .replace(/^type /, "")
          .replace(/^.* as /, ""),
      )
      .filter((name) => name !== ""),
  );
}

/**
 * The fragment as a module that imports what it uses of its own package, and has declared what it has at hand.
 *
 * @param {string} code
 * @param {string} own the package's name
 * @param {readonly string[]} exported of the package
 * @param {string} file in which the fragment stands
 * @param {readonly string[]} internal exported by that file alone
 */
function moduleOf(code, own, exported, file, internal) {
  const used = (/** @type {string} */ name) => uses(code, name) && !declares(code, name);
  const lines = [
    ...importOf(exported.filter(used), own),
    ...importOf(internal.filter(used), `../../node_modules/${own}/dist/${file.replace(/\.ts$/, ".js")}`),
    ...Object.entries(AT_HAND)
      .filter(([name]) => used(name) && !exported.includes(name) && !internal.includes(name))
      .map(([name, type]) => `declare const ${name}: ${type};`),
  ];
  return `${lines.join("\n")}\n${code}\nexport {};\n`;
}

/**
 * @param {readonly string[]} names
 * @param {string} from
 */
function importOf(names, from) {
  return names.length === 0 ? [] : [`import { ${names.join(", ")} } from "${from}";`];
}

/**
 * Whether a name stands in the code on its own: no member, no key, no part of a text.
 *
 * @param {string} code
 * @param {string} name
 */
function uses(code, name) {
  return new RegExp(`(?<![.\\w"'$])${name}(?![\\w"'])(?!\\??:)`).test(code);
}

/**
 * @param {string} code
 * @param {string} name
 */
function declares(code, name) {
  return new RegExp(
    `\\b(?:const|let|function|class)\\s+${name}\\b|\\bconst\\s*[{[][^}\\]]*\\b${name}\\b[^}\\]]*[}\\]]|\\bimport\\b[^;]*\\b${name}\\b[^;]*\\bfrom\\b`,
  ).test(code);
}

/** An engine of the reader's own, as a class. */
const ENGINE = 'new (...context: readonly unknown[]) => import("@stack/tcp").Engine';

/** What a fragment may use without saying where it comes from, and its type. */
const AT_HAND = /** @type {const} */ ({
  request: 'import("@stack/http").HttpRequest',
  response: 'import("@stack/http").HttpResponse',
  content: 'import("@stack/http").Content',
  Content: 'typeof import("@stack/http").Content',
  fields: 'import("@stack/http").Fields',
  encoded: 'import("@stack/http").ContentOrigin',
  authenticated: 'import("@stack/http").Layer',
  listProperties: 'import("@stack/http").Handler',
  router: 'import("@stack/router").Router',
  client: 'import("@stack/client").Client',
  receiver: 'import("@stack/http").ResponseReceiver',
  visitor: 'import("@stack/http2-frames").FrameVisitor',
  dial: 'typeof import("@stack/tcp").dial',
  connect: '(carrier: import("@stack/tcp").Carrier) => import("@stack/tcp").Engine',
  AddressMemory: 'typeof import("../../node_modules/@stack/tcp/dist/address-memory.js").AddressMemory',
  known: "ReadonlyMap<string, readonly string[]>",
  connectTcp: 'typeof import("node:net").connect',
  connectTls: 'typeof import("node:tls").connect',
  socket: 'import("node:net").Socket',
  hash: 'import("node:crypto").Hash',
  bytes: "Uint8Array",
  at: "number",
  now: "number",
  send: "(bytes: Uint8Array) => void",
  store: "(bytes: Uint8Array) => void",
  Echo: ENGINE,
  Http1: ENGINE,
  Http2: ENGINE,
  Http2Client: ENGINE,
  Knock: 'new (...context: readonly unknown[]) => import("@stack/tcp").Engine & { stop(): void }',
  LineClient: ENGINE,
});
