/**
 * docs/rfc-coverage.md: which test proves which section, and which attack.
 *
 *     node scripts/rfc-coverage.mjs          writes it
 *     node scripts/rfc-coverage.mjs --check  fails if it is not what the tests say
 *
 * Read are the titles of the tests: "RFC 9112 §7.1 Chunked Transfer Coding",
 * "S10: …". A file whose titles name no section counts for the one in its own
 * name, `rfc9112/7.1-chunked.test.ts`.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";
import { report } from "./status.mjs";
import { ROOT, workspacePackages } from "./workspace.mjs";

/** Where the page lies. */
const PAGE = "docs/rfc-coverage.md";

/**
 * @typedef {object} Proof
 * @property {string} file from the root
 * @property {Citation[]} citations
 * @property {{ id: string, what: string }[]} attacks
 *
 * @typedef {object} Citation
 * @property {string} document `RFC 9112`
 * @property {string} section `7.1`, `C.2.2`
 * @property {string} title what stands behind it; empty if it is not the section's own name
 */

/** A document and its sections: "RFC 9112 §9.3, Appendix C.2.2: …". */
const CITATION =
  /((?:RFC \d+(?:bis)?|WHATWG [A-Z]\w*)) ((?:(?:§{1,2}|Appendix )[\dA-Z][\d.A-Z]*(?:(?:,| and) (?=§|Appendix ))?)+)/g;
const SECTION = /(?:§{1,2}|Appendix )([\dA-Z](?:\.?[\dA-Z]+)*)/g;

/** Ids of attacks at the start of a title: "S73, S105: …". */
const ATTACKS = /^((?:S\d+(?:, )?)+): (.*)/s;

/**
 * @param {string} title of a `describe` or a `test`
 * @returns {Citation[]}
 */
export function citations(title) {
  /** @type {Citation[]} */
  const found = [];
  for (const match of title.matchAll(CITATION)) {
    const [whole, document = "", list = ""] = match;
    const sections = [...list.matchAll(SECTION)].map(([, section = ""]) => section);
    const rest = title.slice(match.index + whole.length).replace(/, (server|client)\b.*/, "");
    const named = sections.length === 1 && match.index === 0 && /^ [A-Z0-9]/.test(rest) && !/[:;]/.test(rest);
    for (const section of sections) found.push({ document, section, title: named ? rest.trim() : "" });
  }
  return found;
}

/**
 * What the file's own place says, for files whose titles say nothing.
 *
 * @param {string} file `…/test/rfc9112/7.1-chunked.test.ts`
 * @returns {Citation[]}
 */
export function citationOfPath(file) {
  const match = /\/rfc(\d+(?:bis)?)\/([\dA-Z](?:\.?[\dA-Z]+)*)-[^/]+$/.exec(file);
  return match === null ? [] : [{ document: `RFC ${match[1]}`, section: match[2] ?? "", title: "" }];
}

/**
 * @param {string} file
 * @param {string} text of a test, or of a list of attacks
 * @returns {Proof}
 */
export function read(file, text) {
  /** @type {string[]} */
  const titles = [];
  /** @type {Proof["attacks"]} */
  const attacks = [];
  new Visitor({
    CallExpression({ callee, arguments: given }) {
      if (/^(describe|test)\b/.test(text.slice(callee.start, callee.end))) titles.push(...strings(given.slice(0, 1)));
      attacks.push(...listed(given));
    },
    ArrayExpression: ({ elements }) => void attacks.push(...listed(elements)),
  }).visit(parseSync(file, text).program);
  for (const title of titles) {
    const [, ids = "", what = ""] = ATTACKS.exec(title) ?? [];
    for (const id of ids.split(", ")) if (id !== "") attacks.push({ id, what });
  }
  const cited = titles.flatMap(citations);
  return { file, citations: cited.length > 0 ? cited : citationOfPath(file), attacks };
}

/**
 * An attack as a row of a table: `["S10", "chunk-size overflow", …]`, `refused("S10", "chunk-size overflow", …)`.
 *
 * @param {readonly unknown[]} nodes
 */
function listed(nodes) {
  const [id = "", what = ""] = strings(nodes.slice(0, 2));
  return /^S\d+$/.test(id) ? [{ id, what }] : [];
}

/**
 * @param {readonly unknown[]} nodes
 * @returns {string[]} those that are literal text; a placeholder shows as …
 */
function strings(nodes) {
  return nodes.flatMap((node) => {
    const { type, value, quasis } =
      /** @type {{ type: string, value?: unknown, quasis?: { value: { cooked: string } }[] }} */ (node ?? { type: "" });
    if (type === "Literal" && typeof value === "string") return [value];
    return type === "TemplateLiteral" && quasis ? [quasis.map((quasi) => quasi.value.cooked).join("…")] : [];
  });
}

/**
 * @param {readonly Proof[]} proofs
 * @returns {string} the page
 */
export function page(proofs) {
  /** @type {Map<string, Map<string, { title: string, files: Set<string> }>>} */
  const documents = new Map();
  /** @type {Map<string, { what: Set<string>, files: Set<string> }>} */
  const attacks = new Map();
  for (const proof of proofs) {
    for (const { document, section, title } of proof.citations) {
      const row = entry(
        entry(documents, document, () => new Map()),
        section,
        () => ({ title: "", files: new Set() }),
      );
      row.title ||= title;
      row.files.add(proof.file);
    }
    for (const { id, what } of proof.attacks) {
      const row = entry(attacks, id, () => ({ what: new Set(), files: new Set() }));
      row.what.add(what);
      row.files.add(proof.file);
    }
  }
  const lines = [
    "# What is proved where",
    "",
    "Generated from the titles of the tests by `pnpm docs:coverage`; `pnpm check` fails when it is stale.",
  ];
  for (const [document, sections] of sorted(documents)) {
    lines.push("", `## ${document}`, "", "| section | | tests |", "|---|---|---|");
    for (const [section, { title, files }] of sorted(sections))
      lines.push(`| ${/^\d/.test(section) ? "§" : "Appendix "}${section} | ${cell(title)} | ${links(files)} |`);
  }
  lines.push("", "## Attacks", "", "| id | | tests |", "|---|---|---|");
  for (const [id, { what, files }] of sorted(attacks))
    lines.push(`| ${id} | ${cell(clearest([...what]))} | ${links(files)} |`);
  return `${lines.join("\n")}\n`;
}

/**
 * @template T
 * @param {Map<string, T>} map
 * @param {string} key
 * @param {() => T} make
 */
function entry(map, key, make) {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/**
 * In the order of numbers: §9.3 before §9.10, appendices last.
 *
 * @template T
 * @param {Map<string, T>} map
 */
function sorted(map) {
  const order = new Intl.Collator("en", { numeric: true });
  return [...map].sort(([a], [b]) => order.compare(a, b));
}

/**
 * The first title that is complete; a placeholder of `test.each` says less.
 *
 * @param {readonly string[]} titles
 */
function clearest(titles) {
  const complete = titles.find((title) => !/[%$…]/.test(title));
  return complete ?? (titles[0] ?? "").replace(/%\w|\$\w+/g, "…");
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
}

/** @param {Set<string>} files */
function links(files) {
  return [...files]
    .map((file) => `[${file.split("/")[1]}/${basename(file).replace(/(\.test)?\.ts$/, "")}](../${file})`)
    .join(" · ");
}

/** Every test of the workspace, and first the lists of attacks that tests share: they name each best. */
function proofs() {
  const packages = workspacePackages().sort(
    (a, b) => Number(b.manifest.private ?? 0) - Number(a.manifest.private ?? 0),
  );
  return packages.flatMap(({ folder, path }) =>
    [...(folder === "packages/testing" ? ["src"] : []), "test"].flatMap((home) =>
      existsSync(join(path, home))
        ? readdirSync(join(path, home), { recursive: true, encoding: "utf8" })
            .filter((name) => (home === "src" ? name.endsWith(".ts") : name.endsWith(".test.ts")))
            .sort()
            .map((name) => read(`${folder}/${home}/${name}`, readFileSync(join(path, home, name), "utf8")))
        : [],
    ),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = page(proofs());
  const file = join(ROOT, PAGE);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    report("FAIL", PAGE, "is not what the tests say: `pnpm docs:coverage` writes it");
    process.exitCode = 1;
  }
}
