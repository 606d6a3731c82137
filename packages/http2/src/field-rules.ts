/**
 * What a field section may hold (RFC 9113 §8.2 and §8.3).
 *
 * A message that breaks these rules is malformed (§8.1.1): its stream is reset
 * with PROTOCOL_ERROR. They keep what is harmless here from becoming another
 * message once it is written as HTTP/1.1 (S79, S81).
 *
 * @module
 */
import { parseAuthority } from "@stack/http";

/** A request's head, taken apart. One object is reused: read it before the next call. */
export class RequestHead {
  method = "";
  scheme = "";
  authority = "";
  path = "";
  /** `:protocol` of an extended CONNECT (RFC 8441 §4), or "". */
  protocol = "";
  /** Octets announced by Content-Length, or -1. */
  contentLength = -1;
  /** The Priority field's value (RFC 9218 §5), or "". */
  priority = "";
  expectContinue = false;
  /** The fields behind the pseudo-header fields, Host first. */
  fields: string[] = [];

  /** Reads a decoded list; false: malformed. `extended`: we have said SETTINGS_ENABLE_CONNECT_PROTOCOL. */
  read(list: readonly string[], extended: boolean): boolean {
    this.method = "";
    this.scheme = "";
    this.authority = "";
    this.path = "";
    this.protocol = "";
    this.contentLength = -1;
    this.priority = "";
    this.expectContinue = false;
    let at = 0;
    let authoritySeen = false;
    for (; at < list.length; at += 2) {
      const name = list[at] as string;
      if (name.charCodeAt(0) !== COLON) break;
      const value = list[at + 1] as string;
      // Each at most once, none unknown, none empty where that would mean something else (§8.3.1, S81).
      if (name === ":method" && this.method === "" && TOKEN.test(value)) this.method = value;
      else if (name === ":path" && this.path === "" && value !== "") this.path = value;
      else if (name === ":scheme" && this.scheme === "" && value !== "") this.scheme = value;
      else if (name === ":authority" && !authoritySeen) {
        this.authority = value;
        authoritySeen = true;
      } else if (name === ":protocol" && extended && this.protocol === "" && PROTOCOL.test(value))
        this.protocol = value;
      else return false;
    }
    return this.readFields(list, at, authoritySeen) && this.isRequest(authoritySeen);
  }

  /** Reads what came of a list that was cut because it is too large: enough to refuse it by. */
  readPart(list: readonly string[]): void {
    this.read(list, true);
    if (this.method === "") this.method = "GET";
    if (this.path === "") this.path = "*";
    this.contentLength = -1;
    this.fields = [];
  }

  private readFields(list: readonly string[], from: number, authoritySeen: boolean): boolean {
    const fields: string[] = [];
    let host = -1;
    let cookie = -1;
    for (let at = from; at < list.length; at += 2) {
      const name = list[at] as string;
      const value = list[at + 1] as string;
      if (!isFieldName(name) || NOT_VALUE.test(value)) return false;
      switch (name.length) {
        case 2:
          if (name === "te" && value.toLowerCase() !== "trailers") return false; // §8.2.2
          break;
        case 4:
          if (name === "host") {
            // §8.3.1: the same authority, said once (S79)
            if (host >= 0 || (authoritySeen && value !== this.authority)) return false;
            host = fields.length;
          }
          break;
        case 6:
          if (name === "cookie") {
            // §8.2.3: crumbs are one field again before anyone else sees them
            if (cookie >= 0) {
              fields[cookie + 1] += `; ${value}`;
              continue;
            }
            cookie = fields.length;
          } else if (name === "expect") this.expectContinue = value.toLowerCase() === "100-continue";
          break;
        case 8:
          if (name === "priority") this.priority = value;
          break;
        case 14:
          if (name === "content-length") {
            if (this.contentLength >= 0 || !/^\d{1,15}$/.test(value)) return false;
            this.contentLength = Number(value);
          }
          break;
        default:
      }
      if (isConnectionSpecific(name)) return false;
      fields.push(name, value);
    }
    if (host >= 0 && !authoritySeen) this.authority = fields[host + 1] as string;
    else if (host < 0 && this.authority !== "") fields.unshift("host", this.authority);
    this.fields = fields;
    return true;
  }

  private isRequest(authoritySeen: boolean): boolean {
    if (this.method === "" || !isAuthority(this.authority)) return false;
    // §8.5: a host and a port (RFC 9110 §9.3.6), and nothing else
    if (this.method === "CONNECT" && this.protocol === "")
      return authoritySeen && WITH_PORT.test(this.authority) && this.scheme === "" && this.path === "";
    if (this.protocol !== "" && this.method !== "CONNECT") return false; // RFC 8441 §4
    if (!SCHEME.test(this.scheme) || TARGET_FORBIDS.test(this.path)) return false;
    if (this.path === "*") return this.method === "OPTIONS";
    if (!this.path.startsWith("/")) return false; // S81, S189
    // An http or https request has an authority (§8.3.1): without one it would be for any host.
    return this.authority !== "" || (this.scheme !== "http" && this.scheme !== "https");
  }
}

/** A response's head, taken apart. One object is reused: read it before the next call. */
export class ResponseHead {
  status = 0;
  /** Octets announced by Content-Length, or -1. */
  contentLength = -1;
  fields: string[] = [];

  /** Reads a decoded list; false: malformed. */
  read(list: readonly string[]): boolean {
    const value = list[1];
    this.contentLength = -1;
    if (list[0] !== ":status" || value === undefined || !/^[1-5]\d\d$/.test(value)) return false;
    this.status = Number(value);
    for (let at = 2; at < list.length; at += 2) {
      const name = list[at] as string;
      const text = list[at + 1] as string;
      if (!isFieldName(name) || NOT_VALUE.test(text) || isConnectionSpecific(name)) return false;
      if (name === "content-length") {
        if (this.contentLength >= 0 || !/^\d{1,15}$/.test(text)) return false;
        this.contentLength = Number(text);
      }
    }
    this.fields = list.slice(2);
    return true;
  }
}

/** Whether a decoded list can be a trailer section: no pseudo-header fields (§8.1), nothing connection-specific. */
export function isTrailerSection(list: readonly string[]): boolean {
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] as string;
    if (!isFieldName(name) || NOT_VALUE.test(list[at + 1] as string) || isConnectionSpecific(name) || FRAMING.has(name))
      return false;
  }
  return true;
}

/** §8.2.1: lower case, a token, no pseudo-header field behind regular ones. */
function isFieldName(name: string): boolean {
  return NAME.test(name);
}

/** §8.2.2: what describes an HTTP/1.1 connection makes a message malformed. */
export function isConnectionSpecific(name: string): boolean {
  switch (name.length) {
    case 7:
      return name === "upgrade";
    case 10:
      return name === "connection" || name === "keep-alive";
    case 16:
      return name === "proxy-connection";
    case 17:
      return name === "transfer-encoding";
    default:
      return false;
  }
}

/** Trailers that would frame, route or authorise a message after it was judged (RFC 9110 §6.5.1, S39). */
const FRAMING: ReadonlySet<string> = new Set([
  "content-length",
  "host",
  "authorization",
  "cookie",
  "set-cookie",
  "te",
  "trailer",
]);

const COLON = 0x3a;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 8441 §4: an upgrade token (RFC 9110 §7.8). */
const PROTOCOL = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)?$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** §8.2.1: NUL, CR, LF anywhere, SP or HTAB at either end; stricter: no other control either. */
const NOT_VALUE = /[^\t\x20-\x7e\x80-\xff]|^[\t ]|[\t ]$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const TARGET_FORBIDS = /[^\x21-\x7e]|#/;
const WITH_PORT = /:\d+$/;

/** A host and perhaps a port, as in Host (S24), without userinfo (§8.3.1); or nothing. */
function isAuthority(text: string): boolean {
  if (text === known || text === "") return true;
  if (parseAuthority(text) === null) return false;
  known = text;
  return true;
}

/** The last authority that was right: most requests are for one and the same. */
let known = "";
