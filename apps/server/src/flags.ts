/**
 * What the command line says.
 *
 * Every value is checked here, so that the rest of the program is told things
 * that are true. A flag that is repeated counts as it was said last: a script
 * can put its own flags before a user's.
 *
 * @module
 */
import { isIPv6 } from "node:net";
import { parseArgs } from "node:util";
import { escapeForLog } from "@stack/http";

/** How requests are told of. */
export type LogMode = "json" | "pretty" | "silent";

/** The settings of a server, complete. */
export interface Flags {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The port for TLS beside the cleartext one, 0 lets the system choose; `null` for none. */
  readonly tlsPort: number | null;
  /** Paths of certificate and key as PEM; `null` for the development certificate. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
  readonly log: LogMode;
  /** Octets of content that a request may have; `Infinity` for no bound, `null` for the default of @stack/server. */
  readonly maxContent: number | null;
  /** How long open exchanges may take to finish when the server stops, ms. */
  readonly graceMs: number;
  readonly patience: Patience;
}

/** How long the server waits for its peers; what is not said is the default of @stack/server. */
export interface Patience {
  /** ms for a request's head (S88). */
  readonly headTimeoutMs?: number;
  /** ms that a connection may be idle. */
  readonly idleTimeoutMs?: number;
  /** ms without any content, while some is owed (S90). */
  readonly contentTimeoutMs?: number;
  /** ms for a whole request (S89). */
  readonly requestTimeoutMs?: number;
  /** The least pace of content in either direction (S90, S91). */
  readonly minOctetsPerSecond?: number;
  /** The time that the pace is averaged over, ms. */
  readonly rateWindowMs?: number;
  /** Connections at once (S104). */
  readonly maxConnections?: number;
}

/** What the command line asks for. */
export type Command =
  | { readonly do: "serve"; readonly flags: Flags }
  | { readonly do: "help" }
  | { readonly do: "version" };

/** The command line cannot be followed. The message is one line and says what would be right. */
export class FlagError extends Error {
  override readonly name = "FlagError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_FLAG";
}

/**
 * Reads a command line.
 *
 * @param argv - what follows the program's name
 * @param onTerminal - whether stdout is a terminal: people read there, elsewhere programs do
 * @throws FlagError
 *
 * @example
 * ```ts
 * parseFlags(["--port", "80", "--port", "0"], false); // the last one wins: port 0
 * ```
 */
export function parseFlags(argv: readonly string[], onTerminal: boolean): Command {
  // strict: false, for messages of our own; parseArgs' are several lines and speak of positional arguments.
  const { values, tokens } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional") throw new FlagError(`unexpected argument ${quoted(token.value)}`);
    if (token.kind === "option") checkOption(token.name, token.rawName, token.value, token.inlineValue === true);
  }
  if (values.help === true) return { do: "help" };
  if (values.version === true) return { do: "version" };
  const text = (name: ValueName): string | undefined => values[name] as string | undefined;
  const port = wholeNumber("port", text("port") ?? "8080", 65_535);
  return {
    do: "serve",
    flags: {
      host: host(text("host") ?? "127.0.0.1"),
      port,
      tlsPort: tlsPort(text("tls-port"), port),
      certificate: certificate(text("cert"), text("key"), text("tls-port")),
      log: logMode(text("log"), onTerminal),
      maxContent: octets(text("max-content")),
      graceMs: wholeNumber("grace", text("grace") ?? "10000", MAX_MS),
      patience: patience(text),
    },
  };
}

function checkOption(name: string, rawName: string, value: string | undefined, inline: boolean): void {
  if (!Object.hasOwn(OPTIONS, name)) throw new FlagError(`unknown flag ${escapeForLog(rawName)}`);
  const wantsValue = OPTIONS[name as keyof typeof OPTIONS].type === "string";
  // "--host --port 80" forgot the host; "--host=--port" did not, whatever it means.
  const missing = value === undefined || value === "" || (value.startsWith("--") && !inline);
  if (wantsValue && missing) throw new FlagError(`--${name} needs a value`);
  if (!wantsValue && value !== undefined) throw new FlagError(`--${name} takes no value`);
}

function wholeNumber(name: string, value: string, max: number, min = 0): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new FlagError(`--${name} is a whole number from ${min} to ${max}, not ${quoted(value)}`);
}

function host(value: string): string {
  const name = value.replace(/^\[(.*)\]$/, "$1"); // an IPv6 address as it stands in a URL
  if (/[:/]/.test(name) && !isIPv6(name))
    throw new FlagError(`--host is an address or a name, not ${quoted(value)}; --port has the port`);
  return name;
}

function tlsPort(value: string | undefined, port: number): number | null {
  if (value === undefined) return null;
  const number = wholeNumber("tls-port", value, 65_535);
  if (number === port && number !== 0)
    throw new FlagError(`--port and --tls-port are both ${port}; TLS wants a port of its own`);
  return number;
}

function logMode(value: string | undefined, onTerminal: boolean): LogMode {
  if (value === undefined) return onTerminal ? "pretty" : "json";
  if (value === "json" || value === "pretty" || value === "silent") return value;
  throw new FlagError(`--log is json, pretty or silent, not ${quoted(value)}`);
}

function certificate(
  cert: string | undefined,
  key: string | undefined,
  tlsPort: string | undefined,
): Flags["certificate"] {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) throw new FlagError("--cert and --key go together");
  if (tlsPort === undefined) throw new FlagError("--cert and --key need --tls-port, the port for TLS");
  return { cert, key };
}

/** Only what was said: the defaults are those of @stack/server, in one place. */
function patience(text: (name: ValueName) => string | undefined): Patience {
  const said: Record<string, number> = {};
  for (const [flag, option, max] of PATIENCE) {
    const value = text(flag);
    if (value !== undefined) said[option] = wholeNumber(flag, value, max, 1);
  }
  return { ...said, ...pace(text("min-rate")) };
}

/** `512/10`: octets a second, averaged over seconds. */
function pace(value: string | undefined): Patience {
  if (value === undefined) return {};
  const [, rate, seconds] = /^(\d{1,9})(?:\/([1-9]\d{0,3}))?$/.exec(value) ?? [];
  if (rate === undefined)
    throw new FlagError(`--min-rate is octets a second, as 512, or 512/10 over 10 seconds, not ${quoted(value)}`);
  const minOctetsPerSecond = Number(rate);
  return seconds === undefined ? { minOctetsPerSecond } : { minOctetsPerSecond, rateWindowMs: Number(seconds) * 1_000 };
}

function octets(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (value === "unlimited") return Number.POSITIVE_INFINITY;
  const [, digits, unit] = /^(\d{1,15})(KiB|MiB|GiB)?$/.exec(value) ?? [];
  const number = digits === undefined ? Number.NaN : Number(digits) * (UNITS[unit ?? ""] as number);
  if (Number.isSafeInteger(number)) return number;
  throw new FlagError(`--max-content is octets, as 65536, 64KiB, 10MiB, 1GiB or unlimited, not ${quoted(value)}`);
}

function quoted(text: string): string {
  return `"${escapeForLog(text)}"`;
}

/** A day: a longer wait is a typing error, and timers end at 24 days. */
const MAX_MS = 86_400_000;

const MAX_CONNECTIONS = 1_000_000;

/** Flags that are one number: its option, and the most that it can be. */
const PATIENCE = [
  ["head-timeout", "headTimeoutMs", MAX_MS],
  ["idle-timeout", "idleTimeoutMs", MAX_MS],
  ["content-timeout", "contentTimeoutMs", MAX_MS],
  ["request-timeout", "requestTimeoutMs", MAX_MS],
  ["max-connections", "maxConnections", MAX_CONNECTIONS],
] as const;

const UNITS: Readonly<Record<string, number>> = { "": 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 };

const OPTIONS = {
  host: { type: "string" },
  port: { type: "string", short: "p" },
  "tls-port": { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  log: { type: "string" },
  "max-content": { type: "string" },
  grace: { type: "string" },
  "head-timeout": { type: "string" },
  "idle-timeout": { type: "string" },
  "content-timeout": { type: "string" },
  "request-timeout": { type: "string" },
  "min-rate": { type: "string" },
  "max-connections": { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

type ValueName = Exclude<keyof typeof OPTIONS, "help" | "version">;

/** What `--help` prints. */
export const HELP = `stack-server: the reference HTTP server of @stack

Usage: stack-server [flags]

  --host HOST          where to listen: an address or a name (default 127.0.0.1, this machine only)
  --port PORT, -p      0 to 65535, 0 takes a free one (default 8080)
  --tls-port PORT      speaks TLS on this port too; without --cert with a certificate for this machine
                       that is made on the first start and kept (default: no TLS)
  --cert FILE          the certificate and its chain, PEM; read again when the file changes
  --key FILE           its key, PEM
  --log MODE           json, pretty or silent (default pretty on a terminal, else json)
  --max-content SIZE   content that a request may have: octets, or with KiB, MiB, GiB,
                       or unlimited (default 1MiB); more is answered with 413
  --grace MS           how long open exchanges may take to finish after SIGINT or SIGTERM (default 10000)
  --head-timeout MS    for a request's head, from the connection's start or its first octet (default 20000)
  --idle-timeout MS    a connection without a request is closed after this (default 75000)
  --content-timeout MS without an octet of content that is owed (default 30000)
  --request-timeout MS for a whole request (default 300000)
  --min-rate OCTETS    a second of content, either way; 512/10: averaged over 10 seconds (default 512/10)
  --max-connections N  at once; more are closed as they come (default 32768)
  --help, -h           this text
  --version, -v        the version

A flag that is repeated counts as it was said last. A second SIGINT or SIGTERM ends the process at once.

Examples:
  stack-server                                    serve this machine on port 8080
  stack-server --port 0 --log silent              a free port, no access log
  stack-server --host 0.0.0.0 --port 80           serve everyone
  stack-server --tls-port 8443                    HTTPS and HTTP/2 for browsers beside it
  stack-server --host ::1 --max-content 1GiB      IPv6, large uploads
  stack-server --log json | jq -R 'fromjson?'     read the access log with jq
`;
