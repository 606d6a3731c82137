/**
 * The lines of the log: for people, and for programs.
 *
 * What a peer sent is escaped in both: a request must not be able to write a
 * line of its own, nor drive the terminal of whoever reads (S51).
 *
 * @module
 */
import { escapeForLog } from "@stack/http";
import { failureText } from "@stack/server";
import type { Outcome } from "./observed-response.ts";

/** A request that is over. */
export interface RequestEntry extends Outcome {
  readonly method: string;
  /** Without the query: it may hold what is nobody's business. */
  readonly path: string;
  /** From the handler's call to the end of the response, ms. */
  readonly ms: number;
  /** The address of the peer, with its port. */
  readonly peer: string;
}

/** Writes what happens as lines. */
export interface LogLines {
  request(entry: RequestEntry): string;
  /** A request that no handler saw, or a connection that was cut. */
  refused(error: Error, status: number): string;
  /** A handler that failed. */
  failed(error: unknown, method: string, path: string): string;
  /** Something that the server itself does. */
  note(message: string): string;
}

/** One JSON object a line, with the time. What the peer sent is exact, in ASCII. */
export const JSON_LINES: LogLines = {
  request: ({ method, path, status, octets, ms, peer, complete }) =>
    `{"time":"${now()}","method":${quoted(method)},"path":${quoted(path)},"status":${status},` +
    `${octets === null ? "" : `"octets":${octets},`}"ms":${ms.toFixed(3)},"peer":${quoted(peer)}${complete ? "" : ',"complete":false'}}`,
  refused: (error, status) =>
    `{"time":"${now()}","refused":${status},"code":${quoted(codeOf(error))},"message":${quoted(error.message)}}`,
  failed: (error, method, path) =>
    `{"time":"${now()}","failed":${quoted(textOf(error))},${causeMember(error)}"code":${quoted(codeOf(error))},"method":${quoted(method)},"path":${quoted(path)}}`,
  note: (message) => `{"time":"${now()}","note":${quoted(message)}}`,
};

/** Lines for people, in columns; in colour if there is somebody to see it. */
export function prettyLines(colour: boolean): LogLines {
  const paint = (code: number, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const time = (): string => paint(DIM, now().slice(11, 23));
  return {
    request({ method, path, status, octets, ms, peer, complete }) {
      const outcome = complete ? `${status}` : status === 0 ? "cut" : `${status} cut`;
      const figures = `${octets === null ? "" : `${readableOctets(octets)} `}${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
      return `${time()} ${paint(STATUS_COLOURS[Math.trunc(status / 100)] ?? RED, outcome)} ${escapeForLog(method).padEnd(4)} ${escapeForLog(path)} ${paint(DIM, `${figures} ${peer}`)}`;
    },
    refused: (error, status) => {
      const what = status === 0 ? "cut" : `${status}`;
      return `${time()} ${paint(YELLOW, what)} refused: ${escapeForLog(error.message)}`;
    },
    failed(error, method, path) {
      return `${time()} ${paint(RED, "failed")} ${escapeForLog(method)} ${escapeForLog(path)}: ${failureText(error)}`;
    },
    note: (message) => `${time()} ${escapeForLog(message, MAX_TEXT)}`,
  };
}

/** `1234` as `1.2 KiB`: what one can see at a glance. */
export function readableOctets(octets: number): string {
  if (octets < 1_024) return `${octets} B`;
  let value = octets / 1_024;
  let unit = 0;
  for (; value >= 1_024 && unit < UNITS.length - 1; unit++) value /= 1_024;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${UNITS[unit]}`;
}

function now(): string {
  return new Date().toISOString();
}

/** A JSON string of ASCII: exact, and without a character that a terminal acts on. */
function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text).replace(
    NOT_VISIBLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function textOf(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return "a value that cannot be shown"; // Object.create(null) has no toString
  }
}

/** What a failure was caused by, when it says. */
function causeMember(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined || cause === null ? "" : `"cause":${quoted(textOf(cause))},`;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}

const NOT_VISIBLE = /[^\x20-\x7e]/g;
/** How much of one text is written: a target may have kilobytes, a stack many lines. */
const MAX_TEXT = 4_096;

const DIM = 2;
const RED = 31;
const GREEN = 32;
const YELLOW = 33;
const CYAN = 36;
const STATUS_COLOURS: readonly (number | undefined)[] = [undefined, CYAN, GREEN, CYAN, YELLOW, RED];
const UNITS = ["KiB", "MiB", "GiB", "TiB"];
