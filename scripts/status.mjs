/**
 * How the tools report: one line for each thing done, coloured on terminals only.
 *
 * @module
 */

const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;

/** @typedef {"ok" | "FAIL" | "skip"} Mark */

/** SGR colours (ECMA-48 §8.3.117). */
const COLOUR = { ok: 32, FAIL: 31, skip: 33 };

/**
 * @param {Mark} mark
 * @param {string} name
 * @param {string} detail
 */
export function report(mark, name, detail) {
  const shown = mark.padEnd(4);
  console.log(`${coloured ? `\x1b[${COLOUR[mark]}m${shown}\x1b[0m` : shown}  ${name.padEnd(22)}  ${detail}`.trimEnd());
}

/**
 * The last line of a tool: all is well, or what is not.
 *
 * @param {number} count things done
 * @param {readonly string[]} failed names
 */
export function conclude(count, failed) {
  if (failed.length === 0) report("ok", "all", `${count} of ${count}`);
  else report("FAIL", `${failed.length} of ${count}`, failed.join(", "));
  process.exitCode = failed.length === 0 ? 0 : 1;
}
