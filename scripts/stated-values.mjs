/**
 * What examples say that their lines give: `sameName("ETag", "etag"); // true`, `const end = …; // 9`,
 * `parseJson(…); // throws ERR_JSON_PROTOTYPE_KEY`.
 *
 * A comment that is no literal, such as `// who was cut`, is for people and is left alone; so is a line that is a part of
 * a statement.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, isDeepStrictEqual } from "node:util";
import { compile } from "./examples.mjs";

/** @typedef {import("./tsdoc-examples.mjs").TsdocExample} TsdocExample */

/**
 * The examples that can be run as they stand and say what they give, with a call for each line that does.
 *
 * @param {readonly TsdocExample[]} list
 * @returns {(TsdocExample & { said: number })[]} `said`: how many lines
 */
export function statingExamples(list) {
  return list
    .filter(({ text }) => !/^declare const /m.test(text))
    .map((example) => {
      let said = 0;
      const lines = example.text.split("\n").map((line) => {
        const checked = check(line);
        if (checked !== line) said++;
        return checked;
      });
      return { ...example, said, text: `${DECLARATION}\n${lines.join("\n")}` };
    })
    .filter(({ said }) => said > 0);
}

/**
 * Runs examples, and tells which lines are not true.
 *
 * @param {readonly TsdocExample[]} list of {@link statingExamples}
 * @returns {Promise<string[]>} nothing when all are
 */
export async function untrueLines(list) {
  const folder = mkdtempSync(join(tmpdir(), "stated-"));
  try {
    const { status, output } = await compile(folder, list);
    if (status !== 0) return [output];
    /** @type {string[]} */
    const untrue = [];
    for (const { name, file } of list) {
      const complain = (/** @type {string} */ line, /** @type {unknown} */ gives) =>
        untrue.push(`${name}: ${line} gives ${inspect(gives)}`);
      Object.assign(globalThis, {
        says: (/** @type {string} */ line, /** @type {unknown} */ gives, /** @type {unknown} */ said) => {
          if (!isDeepStrictEqual(plain(gives), said)) complain(line, gives);
        },
        throws: (/** @type {string} */ line, /** @type {() => unknown} */ call, /** @type {string} */ code) => {
          try {
            complain(line, call());
          } catch (error) {
            if (/** @type {{ code?: unknown }} */ (error).code !== code) complain(line, error);
          }
        },
      });
      await import(join(folder, "out", file.replace(/\.ts$/, ".js")));
    }
    return untrue;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const DECLARATION =
  "declare const says: (line: string, gives: unknown, said: unknown) => void; declare const throws: (line: string, call: () => unknown, code: string) => void;";

/**
 * A line with a call that holds it to its comment; the line itself when it says nothing that can be checked.
 *
 * @param {string} line
 */
function check(line) {
  const match = /^(?!(?:let|if|for|try|await|return|import|export)\b|[)\]}.?])(\S.*);\s*\/\/ (.*)$/.exec(line);
  if (match === null) return line;
  const [, code = "", comment = ""] = match;
  const name = /^const (\w+) = /.exec(code)?.[1];
  const shown = /^console\.log\((.*)\)$/.exec(code)?.[1];
  const thrown = /^throws (ERR_\w+)$/.exec(comment)?.[1];
  if (thrown !== undefined) return `throws(${JSON.stringify(line)}, () => ${code}, "${thrown}");`;
  if (!isLiteral(comment)) return line;
  if (name !== undefined) return `${code}; says(${JSON.stringify(line)}, ${name}, ${comment});`;
  return code.startsWith("const ") ? line : `says(${JSON.stringify(line)}, ${shown ?? code}, ${comment});`;
}

/** @param {string} text */
function isLiteral(text) {
  if (!LITERAL.test(text)) return false;
  try {
    new Function(`return (${text})`)();
    return true;
  } catch {
    return false; // it only begins like one
  }
}

const LITERAL = /^(?:-?[\d_.]+|true|false|null|undefined|NaN|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[.*\]|\{.*\})$/;

/**
 * A value as a literal would make it: without a class, without a prototype.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
function plain(value) {
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(/** @type {Iterable<unknown>} */ (/** @type {unknown} */ (value)), plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
