/**
 * Which options there are and of what kind, for who has no types to tell: `clientCertificates: "required"` would ask
 * nobody for a certificate, and one that is given beside its place would never be shown.
 *
 * @module
 */
import type { Certificate } from "./certificate.ts";
import type { ClientTlsOptions } from "./client-tls.ts";
import { listOf } from "./pem.ts";
import type { ServerTlsOptions } from "./server-tls.ts";

/** @throws TypeError for an option that a server does not have or that is of another kind, RangeError for a number that is none */
export function checkServerOptions(options: ServerTlsOptions): void {
  check(options, SERVER, "a TLS server");
  if (options.certificates !== undefined)
    for (const certificate of listOf<Certificate>(options.certificates)) checkCertificate("certificates", certificate);
}

/** As {@link checkServerOptions}, of a client. */
export function checkClientOptions(options: ClientTlsOptions): void {
  check(options, CLIENT, "a TLS client");
  if (options.certificate !== undefined) checkCertificate("certificate", options.certificate);
}

/** `typeof` what it has to be; or the values that there are; or null, for what is looked at where it is read. */
type Kind = "number" | "boolean" | "function" | "string" | readonly string[] | null;

function check(given: object, known: Readonly<Record<string, Kind>>, what: string): void {
  if (typeof given !== "object" || given === null)
    throw new TypeError(`${what} is told by an object with ${Object.keys(known).join(", ")}`);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name))
      throw new TypeError(`${name} is no option of ${what}; known are ${Object.keys(known).join(", ")}`);
    const kind = known[name] ?? null;
    if (value === undefined || kind === null) continue;
    if (typeof kind !== "string") {
      if (!kind.includes(value)) throw new TypeError(`${name} is ${quoted(kind)}, not ${shown(value)}`);
    } else if (typeof value !== kind) throw new TypeError(`${name} is a ${kind}, not ${shown(value)}`);
    if (typeof value === "number" && !(value >= 0)) throw new RangeError(`${name} must be 0 or more, not ${value}`);
  }
}

/** What else it has is of no matter: it may come from who renews certificates. */
function checkCertificate(name: string, given: object): void {
  if (typeof given === "object" && given !== null && "cert" in given && "key" in given) return;
  throw new TypeError(`${name}: a certificate is { cert, key }, each PEM text or the path of a file`);
}

function quoted(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ");
}

/** A value in one line of an error. */
function shown(value: unknown): string {
  return typeof value === "bigint" || typeof value === "symbol"
    ? String(value)
    : (JSON.stringify(value) ?? typeof value);
}

// Records and no lists, so that an option which is added is missed here by the compiler.

const SERVER: Readonly<Record<keyof ServerTlsOptions, Kind>> = {
  certificates: null,
  unknownNames: ["default", "refuse"],
  honorCipherOrder: "boolean",
  clientCertificates: ["none", "request", "require"],
  ca: null,
  ticketKeys: null,
  ticketKeyRotationMs: "number",
  sessionLifetimeMs: "number",
  onHandshakeError: "function",
  onProblem: "function",
  alpn: null,
  minVersion: null,
  maxVersion: null,
  ciphers: "string",
  handshakeTimeoutMs: "number",
};

const CLIENT: Readonly<Record<keyof ClientTlsOptions, Kind>> = {
  ca: null,
  certificate: null,
  rejectUnauthorized: null, // whatever is not false is true (S116)
  maxSessions: "number",
  alpn: null,
  minVersion: null,
  maxVersion: null,
  ciphers: "string",
  handshakeTimeoutMs: "number",
};
