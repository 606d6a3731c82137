/**
 * A failure as text for the operator's terminal or log.
 *
 * The message of an error often quotes what a peer sent; the frames of its stack
 * are ours. Line ends between them stay, all else that is not visible ASCII is
 * escaped, so that no request drives a terminal (S51).
 *
 * @module
 */
import { escapeForLog } from "@stack/http";

/**
 * The stack of `error` and of its causes, or the value that was thrown, escaped.
 *
 * @example
 * ```ts
 * failureText(new Error("no \x1b[2J")); // "Error: no \\x1b[2J\n    at …"
 * ```
 */
export function failureText(error: unknown): string {
  let text = "";
  let next = error;
  for (let depth = 0; depth <= MAX_CAUSES; depth++) {
    text += depth === 0 ? oneText(next) : `\ncaused by ${oneText(next)}`;
    if (!(next instanceof Error) || next.cause === undefined || next.cause === null) break;
    next = next.cause;
  }
  return text;
}

function oneText(error: unknown): string {
  const lines = stackOf(error).split("\n", MAX_LINES);
  return lines.map((line) => escapeForLog(line, MAX_LINE)).join("\n");
}

function stackOf(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return "a value that cannot be shown"; // Object.create(null) has no toString
  }
}

/** Causes that are followed: a cause may name itself. */
const MAX_CAUSES = 4;
/** Lines of each, and characters of a line: an error that quotes content must not flood the log. */
const MAX_LINES = 50;
const MAX_LINE = 1_024;
