/**
 * The Link field (RFC 8288): typed links between resources.
 *
 * @module
 */
import { decodeExtValue, encodeExtValue } from "./ext-value.ts";
import { decodeQuotedString, encodeTokenOrQuotedString, NotQuotableError, quotedStringEnd } from "./quoted-string.ts";
import { isToken, owsEnd, tokenEnd } from "./tokens.ts";
import { encodeUriReference } from "./uri-reference.ts";

/** Links that one field may hold; the rest is ignored (S100). */
export const MAX_LINKS = 256;
/** Parameters that one link may have, empty ones included; the rest of the field is ignored (S100). */
export const MAX_LINK_PARAMETERS = 64;

/** A link, from the message's resource to another. */
export interface Link {
  /** A URI reference, as it stands between `<` and `>`; to be resolved against the message's URI (§3.2). */
  readonly target: string;
  /** Relation types in lower case, e.g. `["preload"]`, `["next", "prefetch"]`, or URIs. */
  readonly relations: readonly string[];
  /** The other parameters in order, names in lower case, values decoded. `title*` appears as `title`. */
  readonly parameters: readonly (readonly [string, string])[];
}

/**
 * Writes a Link field.
 *
 * @param links - targets are encoded where they hold what no URI may hold (S52)
 * @throws TypeError when a link has no relation, or a relation with a quote or whitespace in it, when a parameter's
 *   name is no token, or is `rel`; `ERR_NOT_QUOTABLE` when a value has a control in it
 *
 * A value beyond ASCII is written as `name*` in UTF-8 (RFC 8187).
 *
 * @example
 * ```ts
 * formatLinks([{ target: "/style.css", relations: ["preload"], parameters: [["as", "style"]] }]);
 * // "</style.css>; rel=preload; as=style"
 * ```
 *
 * RFC 8288 §3.
 */
export function formatLinks(links: Iterable<Link>): string {
  const written: string[] = [];
  for (const { target, relations, parameters } of links) {
    if (relations.length === 0 || !relations.every(isRelation))
      throw new TypeError(`not relation types: ${JSON.stringify(relations)}; give names like "next" or URIs`);
    let text = `<${encodeUriReference(target)}>; rel=${encodeTokenOrQuotedString(relations.join(" "))}`;
    for (const [name, value] of parameters) text += `; ${formatParameter(name, value)}`;
    written.push(text);
  }
  return written.join(", ");
}

/**
 * Reads a Link field.
 *
 * Lenient, as Appendix B.2 says: what cannot be read ends the list, and links without a relation are left out. The
 * first `rel` of a link counts, the first of `media`, `title`, `title*` and `type` too (§3.4.1).
 *
 * @param text - the field's value, its lines joined by `, `
 * @returns the links in order, at most {@link MAX_LINKS}
 *
 * @example
 * ```ts
 * parseLinks('</page/3>; rel="next prefetch"; title*=UTF-8\'\'n%C3%A4chste');
 * // [{ target: "/page/3", relations: ["next", "prefetch"], parameters: [["title", "nächste"]] }]
 * ```
 *
 * RFC 8288 §3 and Appendix B. Linear.
 */
export function parseLinks(text: string): Link[] {
  const links: Link[] = [];
  let at = 0;
  for (let count = 0; count < MAX_LINKS; count++) {
    while (at < text.length && (text.charCodeAt(at) === COMMA || owsEnd(text, at) > at)) at++;
    if (text.charCodeAt(at) !== LESS_THAN) break;
    const end = text.indexOf(">", at);
    if (end < 0) break;
    const parameters: [string, string][] = [];
    const next = readParameters(text, end + 1, parameters);
    const link = linkOf(text.slice(at + 1, end), parameters);
    if (link !== null) links.push(link);
    if (text.charCodeAt(next) !== COMMA) break;
    at = next;
  }
  return links;
}

/** Reads `;name=value` into `parameters` (Appendix B.3); returns the offset of what ends them. */
function readParameters(text: string, at: number, parameters: [string, string][]): number {
  let count = 0;
  for (at = owsEnd(text, at); text.charCodeAt(at) === SEMICOLON; at = owsEnd(text, at)) {
    if (++count > MAX_LINK_PARAMETERS) return text.length;
    at = owsEnd(text, at + 1);
    const nameEnd = tokenEnd(text, at);
    const name = text.slice(at, nameEnd).toLowerCase();
    at = owsEnd(text, nameEnd);
    let value = "";
    if (text.charCodeAt(at) === EQUALS) {
      const start = owsEnd(text, at + 1);
      if (text.charCodeAt(start) === QUOTE) {
        at = quotedStringEnd(text, start);
        if (at < 0) return text.length;
        value = decodeQuotedString(text.slice(start, at)) ?? "";
      } else {
        // More than a token: URIs are seen without quotes.
        for (at = start; at < text.length && !endsValue(text.charCodeAt(at)); ) at++;
        value = text.slice(start, at).trimEnd();
      }
    }
    if (name !== "") parameters.push([name, value]);
  }
  return at;
}

function linkOf(target: string, read: readonly [string, string][]): Link | null {
  let rel: string | undefined;
  const parameters: [string, string][] = [];
  const title = read.find(([name]) => name === "title*");
  const decodedTitle = title === undefined ? null : decodeExtValue(title[1]);
  for (const [name, value] of read) {
    if (name === "rel") rel ??= value;
    else if (name === "title*") {
      if (decodedTitle !== null && !has(parameters, "title")) parameters.push(["title", decodedTitle]);
    } else if (name === "title" && decodedTitle !== null) {
      // The extended form wins, wherever it stands.
    } else if (!ONCE.has(name) || !has(parameters, name)) parameters.push([name, value]);
  }
  const relations = (rel ?? "")
    .toLowerCase()
    .split(" ")
    .filter((relation) => relation !== "");
  return relations.length === 0 ? null : { target, relations, parameters };
}

function formatParameter(name: string, value: string): string {
  if (!isToken(name) || name.toLowerCase() === "rel")
    throw new TypeError(`not a link parameter: ${JSON.stringify(name)}; relations have their own place`);
  if (isAscii(value)) return `${name}=${encodeTokenOrQuotedString(value)}`;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) throw new NotQuotableError(code);
  }
  return name.endsWith("*") ? `${name}=${encodeExtValue(value)}` : `${name}*=${encodeExtValue(value)}`;
}

/** `relation-type` of §3.3, and no more than a quoted string can hold: a name, or a URI. */
function isRelation(relation: string): boolean {
  return relation !== "" && encodeUriReference(relation) === relation;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function has(parameters: readonly [string, string][], name: string): boolean {
  return parameters.some((parameter) => parameter[0] === name);
}

function endsValue(code: number): boolean {
  return code === SEMICOLON || code === COMMA;
}

/** Parameters that may occur once; later ones are ignored (§3.4.1). */
const ONCE: ReadonlySet<string> = new Set(["media", "title", "type", "anchor"]);

const QUOTE = 0x22;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const LESS_THAN = 0x3c;
const EQUALS = 0x3d;
