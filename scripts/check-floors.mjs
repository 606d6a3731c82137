/**
 * The floors of the house, enforced: which package may import what.
 *
 * Protocol knows no sockets and no clock, I/O knows no HTTP, and no octet above
 * `node:net` is anybody else's. `node scripts/check-floors.mjs` prints each
 * violation as `file:line`, with what to do, and exits with 1.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";
import { globalUses } from "./global-uses.mjs";
import { report } from "./status.mjs";
import { ROOT, workspacePackages } from "./workspace.mjs";

/**
 * @typedef {object} Row
 * @property {number} floor
 * @property {readonly string[]} imports packages of this workspace, without `@stack/`
 * @property {readonly string[]} node modules of the runtime; `fs` is `node:fs` and `node:fs/promises`
 * @property {readonly string[]} [libraries] packages of others; none on floors 0 and 1
 * @property {readonly string[]} [beside] packages that only entries other than `.` may import
 * @property {boolean} [pure] no `Buffer`, no timer, no clock, no process: octets, state and time come in as arguments
 */

/**
 * The table. A package that is not in it fails: adding a row is a decision.
 *
 * @type {Readonly<Record<string, Row>>}
 */
// biome-ignore format: a table
export const FLOORS = {
  // Floor 0: pure functions of octets.
  "http":         { floor: 0, imports: [], node: [], pure: true },
  "http1-parser": { floor: 0, imports: [], node: [], pure: true },
  "hpack":        { floor: 0, imports: [], node: [], pure: true },
  "http2-frames": { floor: 0, imports: [], node: [], pure: true },
  // Floor 1, protocol: engines without I/O.
  "http1":        { floor: 1, imports: ["http", "http1-parser"], node: [], pure: true },
  "http2":        { floor: 1, imports: ["http", "hpack", "http2-frames"], node: [], pure: true },
  "iip":          { floor: 1, imports: [], node: [], beside: ["tcp", "tls"], pure: true },
  "multipart":    { floor: 1, imports: ["http"], node: [], pure: true },
  // Floor 1, I/O: knows no HTTP.
  "tcp":          { floor: 1, imports: [], node: ["net", "dns", "fs"] },
  "tls":          { floor: 1, imports: ["tcp"], node: ["tls", "crypto", "fs"] },
  // Floor 2: Handlers and Layers.
  "router":       { floor: 2, imports: ["http"], node: [] },
  "static":       { floor: 2, imports: ["http"], node: ["fs", "path"] },
  "compression":  { floor: 2, imports: ["http"], node: ["zlib"], libraries: ["fzstd"] },
  "cache":        { floor: 2, imports: ["http"], node: ["fs", "crypto"] },
  "telemetry":    { floor: 2, imports: ["http"], node: [] },
  "config":       { floor: 2, imports: [], node: ["fs"], libraries: ["yaml"] },
  // Floor 3: the beam that joins the pillars.
  "server":       { floor: 3, imports: ["http", "http1", "http1-parser", "http2", "http2-frames", "tcp", "tls", "router"], node: [], libraries: ["@types/node"] },
  "client":       { floor: 3, imports: ["http", "http1", "http1-parser", "http2", "http2-frames", "tcp", "tls", "compression", "multipart"], node: ["buffer", "net", "stream"], libraries: ["@types/node", "tough-cookie"] },
  "proxy":        { floor: 3, imports: ["http", "http1", "http1-parser", "http2", "tcp", "tls", "router", "cache", "client", "server"], node: [] },
};

/** Apps are compositions: any published package by name, any module of the runtime but these. */
const FORBIDDEN_MODULES = ["http", "https", "http2", "_http_agent", "_http_client", "_http_common", "_http_server"];
const FORBIDDEN_LIBRARIES = ["undici"];

/** Another implementation of what we are. */
const FORBIDDEN_GLOBALS = ["fetch", "WebSocket", "EventSource", "XMLHttpRequest"];

/** What a pure package may not touch. */
const IMPURE_GLOBALS = [
  "process",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "performance",
  "Date.now",
  "new Date()",
  "require",
];

/** The one file of a pure package that may look for `globalThis.Buffer`. */
const LATIN1 = "latin1.ts";

/** The scope of this workspace. */
const SCOPE = "@stack/";

/** What a package may ask for whose public types name those of `node:` modules. */
const NODE_TYPES = "@types/node";

/** For tests only; never imported by a `src`. */
const TESTING = "testing";

/**
 * @typedef {object} Violation
 * @property {string} at `packages/http/src/date.ts:12`, or the package.json
 * @property {string} what
 */

/**
 * Holds a workspace against the table.
 *
 * @param {string} [root]
 * @returns {Violation[]}
 */
export function checkFloors(root = ROOT) {
  /** @type {Violation[]} */
  const violations = [];
  for (const pack of workspacePackages(root)) {
    const name = pack.manifest.name.slice(SCOPE.length);
    if (name === TESTING) continue;
    const app = pack.folder.startsWith("apps/");
    const row = app ? null : FLOORS[name];
    const manifest = `${pack.folder}/package.json`;
    if (row === undefined) {
      violations.push({
        at: manifest,
        what: `${pack.manifest.name} is on no floor: add its row to scripts/check-floors.mjs`,
      });
      continue;
    }
    for (const what of manifestViolations(pack.manifest, row)) violations.push({ at: manifest, what });
    violations.push(...sourceViolations(root, pack, row));
  }
  return violations;
}

/**
 * What a user's install brings along.
 *
 * @param {import("./workspace.mjs").Manifest} manifest
 * @param {Row | null} row null for an app
 * @returns {string[]}
 */
function manifestViolations({ dependencies = {}, peerDependencies = {}, optionalDependencies = {} }, row) {
  const names = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  const violations = [];
  for (const name of names) {
    if (name === NODE_TYPES && row !== null && row.node.length > 0) continue;
    const neighbour = name.startsWith(SCOPE) ? name.slice(SCOPE.length) : null;
    if (neighbour === TESTING) violations.push(`${name} is for tests: make it a devDependency`);
    else if (FORBIDDEN_LIBRARIES.includes(name)) violations.push(`depends on ${name}, another HTTP implementation`);
    else if (row === null) continue;
    else if (row.floor === 0) violations.push(`depends on ${name}: floor 0 has no dependencies`);
    else if (neighbour === null && !(row.libraries ?? []).includes(name))
      violations.push(`depends on ${name}, which is not in the table's libraries`);
    else if (neighbour !== null && !neighbours(row).includes(neighbour))
      violations.push(`depends on ${name}, which the table does not allow`);
  }
  return violations;
}

/** @param {Row} row */
function neighbours(row) {
  return [...row.imports, ...(row.beside ?? [])];
}

/**
 * @param {string} root
 * @param {import("./workspace.mjs").Package} pack
 * @param {Row | null} row
 * @returns {Violation[]}
 */
function sourceViolations(root, pack, row) {
  const source = join(pack.path, "src");
  const modules = sourceFiles(source).map(readModule);
  const main = reachable(join(source, "index.ts"), modules);
  return modules.flatMap((module) => {
    const allowed = row === null ? null : main.has(module.path) ? row.imports : neighbours(row);
    const found = [
      ...module.imports.map(({ name, offset }) => ({
        offset,
        what: importViolation(name, module.path, source, pack, row, allowed),
      })),
      ...module.globals.map((use) => ({ offset: use.offset, what: globalViolation(use, module.path, row) })),
    ];
    return found.flatMap(({ offset, what }) =>
      what === null ? [] : [{ at: `${relative(root, module.path)}:${lineOf(module.text, offset)}`, what }],
    );
  });
}

/**
 * @param {string} name as it stands in the import
 * @param {string} path of the module
 * @param {string} source the package's src
 * @param {import("./workspace.mjs").Package} pack
 * @param {Row | null} row
 * @param {readonly string[] | null} allowed neighbours; null for an app: any that is published
 * @returns {string | null}
 */
function importViolation(name, path, source, pack, row, allowed) {
  if (name.startsWith(".")) {
    const target = resolve(dirname(path), name);
    return target.startsWith(source + sep) ? null : `imports ${name}, outside its src: import the package by name`;
  }
  if (name.startsWith("node:")) {
    const module = /** @type {string} */ (name.slice("node:".length).split("/")[0]);
    if (FORBIDDEN_MODULES.includes(module)) return `imports ${name}: every octet above node:net is ours`;
    return row === null || row.node.includes(module)
      ? null
      : `imports ${name}: the table allows ${list(row.node.map((n) => `node:${n}`))}`;
  }
  const library = /** @type {string} */ (/^(@[^/]+\/)?[^/]+/.exec(name)?.[0]);
  if (FORBIDDEN_LIBRARIES.includes(library)) return `imports ${name}, another HTTP implementation`;
  if (library === pack.manifest.name) return `imports itself by name: import the file`;
  if (library === SCOPE + TESTING) return `imports ${library}, which is for tests`;
  if (row === null) return null;
  if (!library.startsWith(SCOPE))
    return (row.libraries ?? []).includes(library) ? null : `imports ${library}, which is not in the table's libraries`;
  const neighbour = library.slice(SCOPE.length);
  if (allowed?.includes(neighbour)) return null;
  if (row.beside?.includes(neighbour))
    return `imports ${library}, which index.ts must not reach: only the other entries may`;
  return `imports ${library}: the table allows ${list(row.imports.map((n) => SCOPE + n))}`;
}

/**
 * @param {import("./global-uses.mjs").Use} use
 * @param {string} path
 * @param {Row | null} row
 * @returns {string | null}
 */
function globalViolation({ name, type, throughGlobalThis }, path, row) {
  if (!type && FORBIDDEN_GLOBALS.includes(name)) return `uses the global ${name}: every octet above node:net is ours`;
  if (row?.pure !== true) return null;
  if (name === "Buffer" && !(throughGlobalThis && path.endsWith(sep + LATIN1)))
    return `uses Buffer: a pure package has Uint8Array; only ${LATIN1} may look for globalThis.Buffer`;
  if (!type && IMPURE_GLOBALS.includes(name)) return `uses ${name}: bytes, state and time come in as arguments`;
  return null;
}

/**
 * @typedef {object} Module
 * @property {string} path
 * @property {string} text
 * @property {{ name: string, offset: number }[]} imports
 * @property {import("./global-uses.mjs").Use[]} globals
 */

/**
 * @param {string} path
 * @returns {Module}
 */
function readModule(path) {
  const text = readFileSync(path, "utf8");
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  const imports = module.staticImports.map(({ moduleRequest }) => ({
    name: moduleRequest.value,
    offset: moduleRequest.start,
  }));
  for (const { entries } of module.staticExports)
    for (const { moduleRequest } of entries)
      if (moduleRequest !== null && !imports.some(({ offset }) => offset === moduleRequest.start))
        imports.push({ name: moduleRequest.value, offset: moduleRequest.start });
  for (const { moduleRequest } of module.dynamicImports)
    imports.push({ name: text.slice(moduleRequest.start + 1, moduleRequest.end - 1), offset: moduleRequest.start });
  new Visitor({
    TSImportType: ({ source }) => imports.push({ name: source.value, offset: source.start }),
  }).visit(program);
  return { path, text, imports, globals: globalUses(program) };
}

/**
 * The modules that `entry` reaches through relative imports, itself included.
 *
 * @param {string} entry
 * @param {readonly Module[]} modules
 */
function reachable(entry, modules) {
  const seen = new Set([entry]);
  for (const path of seen)
    for (const { name } of modules.find((module) => module.path === path)?.imports ?? [])
      if (name.startsWith(".")) seen.add(resolve(dirname(path), name));
  return seen;
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourceFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[mc]?tsx?$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * @param {string} text
 * @param {number} offset
 */
function lineOf(text, offset) {
  return text.slice(0, offset).split("\n").length;
}

/** @param {readonly string[]} names */
function list(names) {
  return names.length === 0 ? "none" : names.join(", ");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = checkFloors();
  for (const { at, what } of violations) report("FAIL", at, what);
  if (violations.length === 0) report("ok", "floors", `${workspacePackages().length} packages`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
