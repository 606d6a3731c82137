/**
 * What two requests must have in common to share a connection (S113).
 *
 * Everything that decides who is at the other end, and what was proved of it:
 * a key that is too coarse sends a request to the wrong server, or to one that
 * nobody has verified.
 *
 * @module
 */
import type { ClientTls } from "@stack/tls";
import type { Origin } from "./request-url.ts";

/** Which versions are spoken: by ALPN, HTTP/2 with prior knowledge (RFC 9113 §3.3), or HTTP/1.1 alone. */
export type VersionChoice = "alpn" | "prior-knowledge" | "http/1.1";

/** How an origin is reached. */
export interface Route {
  readonly origin: Origin;
  /** The path of a Unix socket that is dialled instead of the origin's host, or "" (S128). */
  readonly unixSocket: string;
  /** Whom the client trusts and what it shows; null in cleartext. */
  readonly tls: ClientTls | null;
  readonly version: VersionChoice;
  /** What tells one proxy from another, credentials included; "" for none. */
  readonly proxy: string;
  /** Requests are given to an HTTP proxy as they are (RFC 9112 §3.2.2), with this as Proxy-Authorization or ""; else null. */
  readonly forwarding: string | null;
  /** What tells one way of connecting from another: local address, address policy, a function of the user; "" for none. */
  readonly connect: string;
}

/** The key of a pool. No value can be read as two others: each is written with its length. */
export function connectionKey(route: Route): string {
  const { origin, unixSocket, tls, version, proxy, connect } = route;
  let key = "";
  for (const part of [
    origin.scheme,
    origin.host,
    String(origin.port),
    unixSocket,
    origin.scheme === "https" && tls !== null ? String(identity(tls)) : "",
    version,
    proxy,
    connect,
  ])
    key += `${part.length}:${part}`;
  return key;
}

/** A number for each object that is given: two that are alike, but not the same, share nothing. */
export function identity(object: object): number {
  let id = identities.get(object);
  if (id === undefined) {
    id = ++last;
    identities.set(object, id);
  }
  return id;
}

const identities: WeakMap<object, number> = new WeakMap();
let last = 0;
