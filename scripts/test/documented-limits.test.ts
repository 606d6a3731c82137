/**
 * Every default that a page states is the source's. HTTP/2 has a test of its own, `documented-limits.test.ts`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DEFAULT_POOL, DEFAULT_TIMEOUTS } from "../../packages/client/src/client-options.ts";
import { DEFAULT_SERVER_OPTIONS } from "../../packages/http1/src/options.ts";
import { ROOT } from "../workspace.mjs";

/** Bounds of a connection: its options that are numbers, and finite. */
const CONNECTION = Object.fromEntries(
  Object.entries(DEFAULT_SERVER_OPTIONS).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
);

/** Package → bound as its README calls it → the default, or the file of its `src` and what stands before it there. */
const BOUNDS: Readonly<Record<string, Readonly<Record<string, number | readonly [file: string, before: string]>>>> = {
  client: {
    ...DEFAULT_TIMEOUTS,
    ...DEFAULT_POOL,
    maxContentOctets: ["response", "MAX_WHOLE_OCTETS ="],
    prefetch: ["incoming-content", "PREFETCH ="],
    attempts: ["exchange", "MAX_ATTEMPTS ="],
    maxRedirects: ["redirects", "MAX_REDIRECTS ="],
    maxPerHost: ["tough-cookie-jar", "MAX_COOKIES_PER_HOST ="],
    maxCookies: ["tough-cookie-jar", "MAX_JAR_COOKIES ="],
  },
  http1: CONNECTION,
  server: { ...CONNECTION, maxConnections: 32_768, backlog: 1_024, keepAliveMs: 60_000 },
  tcp: {
    maxConnections: ["listen", "DEFAULT_MAX_CONNECTIONS ="],
    backlog: ["listen", "options.backlog ??"],
    "octets that wait for the kernel": ["socket-output", "HIGH_WATER ="],
    "octets in one write": ["socket-output", "MAX_WRITE ="],
    "octets in one read": ["reused-read", "READ_OCTETS ="],
    keepAliveMs: ["open-socket", "keepAliveMs ="],
    graceMs: ["listen", "options.graceMs ??"],
    timeoutMs: ["dial", "timeoutMs ="],
    attemptDelayMs: ["connection-attempts", "export const ATTEMPT_DELAY_MS ="],
    "A that waits for AAAA": ["connection-attempts", "RESOLUTION_DELAY_MS ="],
    "addresses of one answer": ["name-resolver", "MAX_ADDRESSES ="],
    maxNames: ["name-cache", "options.maxNames ??"],
    ttlMs: ["name-cache", "options.ttlMs ??"],
    maxTtlMs: ["name-cache", "options.maxTtlMs ??"],
    negativeTtlMs: ["name-cache", "options.negativeTtlMs ??"],
    staleMs: ["name-cache", "options.staleMs ??"],
    "a question that nobody answers": ["name-cache", "MAX_QUESTION_MS ="],
  },
  tls: {
    handshakeTimeoutMs: ["protocol-options", "DEFAULT_HANDSHAKE_TIMEOUT_MS ="],
    MAX_CLIENT_HELLO_OCTETS: ["server-handshake", "MAX_CLIENT_HELLO_OCTETS ="],
    MAX_TICKET_KEYS: ["ticket-keys", "MAX_TICKET_KEYS ="],
    sessionLifetimeMs: ["server-tls", "DEFAULT_SESSION_LIFETIME_MS ="],
    maxSessions: ["client-tls", "DEFAULT_MAX_SESSIONS ="],
  },
  compression: {
    maxRatio: ["expansion", "MAX_RATIO ="],
    ratioFloor: ["expansion", "RATIO_FLOOR ="],
    maxCodings: ["expansion", "MAX_CODINGS ="],
    ENCODED_WINDOW: ["decoding-stage", "ENCODED_WINDOW ="],
    MAX_ZSTD_WINDOW: ["zstd-frames", "MAX_ZSTD_WINDOW ="],
  },
  multipart: {
    maxParts: ["limits", "MAX_PARTS ="],
    maxHeadOctets: ["limits", "MAX_HEAD_OCTETS ="],
    maxHeadFields: ["limits", "MAX_HEAD_FIELDS ="],
  },
};

/** Bounds that a page has in running text, and not in a table. */
const IN_TEXT = ["maxRedirects", "maxPerHost", "maxCookies"];

/** Headings of docs/security.md under which a package's bounds stand too, as far as it names them. */
const SECURITY: Readonly<Record<string, string>> = {
  client: "The client",
  http1: "HTTP/1.1",
  server: "HTTP/1.1",
  tcp: "The server",
  tls: "TLS",
  compression: "Content",
  multipart: "Content",
};

const security = readFileSync(join(ROOT, "docs/security.md"), "utf8");

describe.each(Object.keys(BOUNDS))("%s", (name) => {
  const readme = readFileSync(join(ROOT, "packages", name, "README.md"), "utf8");
  const bounds = Object.entries(BOUNDS[name] ?? {});

  test.each(bounds)("README: %s", (bound, source) => {
    const cell = IN_TEXT.includes(bound) ? inText(readme, bound) : inTable(section(readme, "Limits|Layers"), bound);
    expect(cell, `${bound} is documented`).not.toBeNull();
    expect(shown(defaultOf(name, source))).toContain(valueIn(cell ?? "", defaultOf(name, source)));
  });

  const told = bounds.filter(([bound]) => inTable(section(security, SECURITY[name] ?? ""), bound) !== null);
  test.each(told)("docs/security.md: %s", (bound, source) => {
    const cell = inTable(section(security, SECURITY[name] ?? ""), bound) ?? "";
    expect(shown(defaultOf(name, source))).toContain(valueIn(cell, defaultOf(name, source)));
  });

  test("docs/security.md has some of them", () => {
    expect(told.length).toBeGreaterThan(2);
  });
});

/** The cell beside a bound, or the part of it that is the bound's where a row has several. */
function inTable(text: string, bound: string): string | null {
  for (const line of text.split("\n").filter((row) => row.startsWith("| "))) {
    const [, names = "", values = ""] = line.split("|").map((cell) => cell.trim());
    const all = [...names.matchAll(/`(?:[a-z]\w*\.)*([a-z]\w*)`/g)].map(([, each]) => each ?? "");
    if (!all.includes(bound) && names !== bound && !line.includes(`\`${bound}\``)) continue;
    const parts = values.split(/, (?=\d|none|no )/);
    return parts.length === all.length ? (parts[all.indexOf(bound)] ?? values) : values;
  }
  return null;
}

function inText(text: string, bound: string): string | null {
  return new RegExp(`\`${bound}\` \\(?([^)|]*)`).exec(text)?.[1] ?? null;
}

/** Sections whose heading begins so. */
function section(text: string, heading: string): string {
  return [...text.matchAll(new RegExp(`^## (?:${heading})\\b.*\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, "gm"))]
    .map(([, found]) => found)
    .join("\n");
}

function defaultOf(name: string, source: number | readonly [file: string, before: string]): number {
  if (typeof source === "number") return source;
  const [file, before] = source;
  const text = readFileSync(join(ROOT, "packages", name, "src", `${file}.ts`), "utf8");
  const at = text.indexOf(before);
  const digits = at < 0 ? undefined : /^ *([\d_]+)/.exec(text.slice(at + before.length))?.[1];
  if (digits === undefined) throw new Error(`${name}/src/${file}.ts has no ${before} …`);
  return Number(digits.replaceAll("_", ""));
}

/** How a page may write a number: in full, in s for ms, in KiB or MiB for octets, in words for none. */
function shown(value: number): readonly string[] {
  if (value === Number.POSITIVE_INFINITY) return ["none", "no bound"];
  const forms = [value.toLocaleString("en-US")];
  if (value % 1_000 === 0) forms.push(`${value / 1_000} s`);
  if (value % 1_024 === 0) forms.push(`${value / 1_024} KiB`);
  if (value % 1_048_576 === 0) forms.push(`${value / 1_048_576} MiB`);
  return forms;
}

/** The form of `value` that the cell has as a word of its own; else the cell, which the test then shows. */
function valueIn(cell: string, value: number): string {
  return shown(value).find((form) => new RegExp(`(?<![\\d,.])${form}(?![\\d]|,\\d)`).test(cell)) ?? cell;
}
