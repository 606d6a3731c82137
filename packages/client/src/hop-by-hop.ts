/**
 * Fields that end at the next hop (RFC 9110 §7.6.1), taken away on both ways (S178).
 *
 * @module
 */
import { Fields, listElements } from "@stack/http";

/**
 * The fields that go on: without those for one connection, those that Connection names, and those that would make the
 * next hop believe what only this one knows (S29, S112).
 *
 * @returns null when Connection names a field that it must not take away (S41)
 */
export function endToEnd(fields: Fields): Fields | null {
  const lines = fields.lines();
  let named: Set<string> | null = null;
  const connection = fields.get("connection");
  if (connection !== undefined) {
    const options = listElements(connection);
    if (options === null) return null;
    named = new Set();
    for (const option of options) {
      const name = option.toLowerCase();
      if (PROTECTED.test(name)) return null;
      named.add(name);
    }
  }
  const kept: string[] = [];
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || named?.has(lower) === true) continue;
    kept.push(name, lines[i + 1] as string);
  }
  return Fields.adopt(kept);
}

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "te",
  "transfer-encoding",
  "upgrade",
  "http2-settings", // RFC 9113 §3.1: h2c by Upgrade is gone, and was a way past proxies (S29)
  "proxy", // no field at all, but a variable of CGI programs (S112)
]);

/** What says whose the message is, what it is, and where it came from: never for one hop alone. */
const PROTECTED =
  /^(?:authorization|cache-control|cookie|date|forwarded|host|if-.*|range|set-cookie|via|vary|expires|content-.*|x-forwarded-.*|x-real-ip)$/;
