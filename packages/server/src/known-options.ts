/**
 * Which options there are, for who has no types to tell: a limit whose name is misspelled would be no limit.
 *
 * @module
 */
import { resolveServerOptions } from "@stack/http1";
import { resolveOptions } from "@stack/http2";
import { checkListenOptions } from "@stack/tcp";
import type { ServerListenOptions, ServerOptions } from "./options.ts";

/**
 * Looks at options before anything is made of them.
 *
 * @throws TypeError for one that a server does not have, and for a value of another kind than it has to be
 * @throws RangeError for a number that is none, or negative
 */
export function checkOptions(options: ServerOptions): void {
  if (typeof options !== "object" || options === null) throw new TypeError("the options of a server are an object");
  for (const name of Object.keys(options))
    if (!Object.hasOwn(KNOWN, name)) throw new TypeError(unknown(name, LISTEN.includes(name), KNOWN));
  const { http2, onConnectionRefused } = options;
  checkListenOptions(options);
  if (onConnectionRefused !== undefined && typeof onConnectionRefused !== "function")
    throw new TypeError("onConnectionRefused is a function: (address) => void");
  resolveServerOptions({ ...options, handler: () => {} });
  if (http2 === undefined || http2 === false) return;
  if (typeof http2 !== "object" || http2 === null)
    throw new TypeError("http2 is an object with options, or false where HTTP/2 is not to be spoken");
  for (const name of Object.keys(http2))
    if (!Object.hasOwn(KNOWN_HTTP2, name)) throw new TypeError(unknown(`http2.${name}`, false, KNOWN_HTTP2));
  resolveOptions(http2);
}

/** @throws TypeError for what is no way to listen: certificates beside their place would be served in cleartext */
export function checkListening(options: ServerListenOptions): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError('listen(address, { tls }): host and port are one address, such as "0.0.0.0:8080"');
  for (const name of Object.keys(options))
    if (name !== "tls") throw new TypeError(`${name} is no option of listen, which has tls: { certificates, … } alone`);
}

function unknown(name: string, isForListen: boolean, known: Readonly<Record<string, true>>): string {
  const way = isForListen ? ": give it to listen" : `; known are ${Object.keys(known).sort().join(", ")}`;
  return `${name} is no option of a server${way}`;
}

/** What is said where a server listens, for it may listen in several places. */
const LISTEN: readonly string[] = ["address", "host", "path", "port", "tls"];

// Records and no lists, so that an option which is added is missed here by the compiler.

const KNOWN: Readonly<Record<keyof ServerOptions, true>> = {
  backlog: true,
  contentTimeoutMs: true,
  head: true,
  headTimeoutMs: true,
  http2: true,
  idleTimeoutMs: true,
  keepAliveMs: true,
  lenient: true,
  lingerMs: true,
  maxConnections: true,
  maxConnectionsPerAddress: true,
  maxContentOctets: true,
  maxDrainOctets: true,
  maxHeldOctets: true,
  maxRequests: true,
  minOctetsPerSecond: true,
  noDelay: true,
  onConnectionRefused: true,
  onError: true,
  onExpectContinue: true,
  onRefused: true,
  rateWindowMs: true,
  requestTimeoutMs: true,
  reusePort: true,
  reuseReads: true,
};

const KNOWN_HTTP2: Readonly<Record<keyof Exclude<ServerOptions["http2"], false | undefined>, true>> = {
  contentTimeoutMs: true,
  controlBurst: true,
  controlsPerSecond: true,
  extendedConnect: true,
  headTimeoutMs: true,
  headerTableOctets: true,
  idleTimeoutMs: true,
  initialWindowOctets: true,
  lingerMs: true,
  maxConcurrentStreams: true,
  maxContentOctets: true,
  maxContinuations: true,
  maxFieldBlockOctets: true,
  maxFieldSectionOctets: true,
  maxFields: true,
  maxHeldOctets: true,
  maxWindowOctets: true,
  minOctetsPerSecond: true,
  onError: true,
  onExpectContinue: true,
  onRefused: true,
  origins: true,
  push: true,
  rateWindowMs: true,
  requestTimeoutMs: true,
  resetBurst: true,
  resetsPerSecond: true,
};
