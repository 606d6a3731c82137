/**
 * The page at `/`: what is running, its figures, and what it answers to.
 *
 * One document that needs nothing else, made of the files in `assets/`, which
 * are read once. What differs from request to request is filled in at its places.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Handler, HttpRequest } from "@stack/http";
import { NAME, RUNTIME, VERSION } from "./about.ts";
import { endpointName } from "./endpoint-name.ts";

/** A route as the page lists it. */
export interface ListedRoute {
  readonly method: string;
  readonly path: string;
  /** One sentence. */
  readonly about: string;
  /** The curl line; `BASE` in it stands for scheme and authority. */
  readonly curl: string;
  /** Where a link leads, `null` where a browser cannot go. */
  readonly example: string | null;
}

/**
 * Makes the handler of the page. Reads the assets.
 * @param selfSigned - nobody vouches for the certificate: the curl lines of a page that came over TLS say so (`-k`)
 */
export function createPage(routes: readonly ListedRoute[], selfSigned = false): Handler {
  const style = asset("page.css");
  const script = asset("page.js");
  const html = asset("page.html")
    .replace('<link rel="stylesheet" href="page.css">', () => `<style>${style}</style>`)
    .replace('<script type="module" src="page.js"></script>', () => `<script type="module">${script}</script>`);
  const template = compile(html, {
    name: escapeHtml(NAME),
    version: escapeHtml(VERSION),
    runtime: escapeHtml(RUNTIME),
    pid: `${process.pid}`,
    favicon: `data:image/svg+xml,${encodeURIComponent(asset("favicon.svg").trim())}`,
    routes: routes.map(listItem).join(""),
  });
  const policy = contentSecurityPolicy(style, script);
  return (request, response) => {
    response.fields
      .append("Content-Type", "text/html; charset=utf-8")
      .append("Content-Security-Policy", policy)
      .append("X-Content-Type-Options", "nosniff")
      .append("Referrer-Policy", "no-referrer")
      .append("Cache-Control", "no-store");
    response.send(template.map((part, i) => (i % 2 === 0 ? part : fillIn(part, request, selfSigned))).join(""));
  };
}

/** What differs from request to request. Much of it comes from the peer, all of it is escaped (S155). */
function fillIn(name: string, request: HttpRequest, selfSigned: boolean): string {
  const address = endpointName(request.peer.localAddress, request.peer.localPort);
  switch (name) {
    case "base":
      return escapeHtml(`${request.scheme}://${PLAIN_AUTHORITY.test(request.authority) ? request.authority : address}`);
    case "curl":
      return selfSigned && request.scheme === "https" ? "curl -k" : "curl";
    case "address":
      return escapeHtml(address);
    case "protocol":
      return escapeHtml(`HTTP/${request.version}`);
    case "transport":
      return request.scheme === "https" ? "TLS" : "TCP";
    case "engine":
      return request.version === "2" ? "@stack/http2" : "@stack/http1";
    case "uptime":
      return `${Math.round(process.uptime())} s`;
    default:
      throw new Error(`the page has no value for {{${name}}}`);
  }
}

/** An authority that can be copied into a shell as it is: what a request says is for its sender to choose. */
const PLAIN_AUTHORITY = /^[A-Za-z0-9.\-:[\]]+$/;

function listItem({ method, path, about, curl, example }: ListedRoute): string {
  const name = escapeHtml(path);
  const shown =
    example === null
      ? `<span class="path">${name}</span>`
      : `<a class="path" href="${escapeHtml(example)}">${name}</a>`;
  const command = escapeHtml(curl).replace(/^curl/, "{{curl}}").replaceAll("BASE", "{{base}}");
  return (
    `<li><div><div class="route"><span class="method" data-method="${method}">${method}</span>${shown}</div>` +
    `<p class="about">${escapeHtml(about)}</p></div>` +
    `<div class="curl"><pre tabindex="0" aria-label="curl line for ${method} ${name}"><code>${command}</code></pre>` +
    `<button type="button" class="copy" aria-label="copy the curl line for ${method} ${name}">copy</button></div></li>`
  );
}

/** Texts at even places; at odd ones the names of what is filled in for each request. */
function compile(source: string, values: Readonly<Record<string, string>>): string[] {
  const filled = source.replace(SLOT, (slot, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : slot,
  );
  return filled.split(SLOT);
}

const SLOT = /\{\{(\w+)\}\}/g;

/** Nothing from elsewhere, and of what is here only this style and this script (S155). */
function contentSecurityPolicy(style: string, script: string): string {
  return [
    "default-src 'none'",
    `style-src '${hash(style)}'`,
    `script-src '${hash(script)}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function hash(source: string): string {
  return `sha256-${createHash("sha256").update(source).digest("base64")}`;
}

function asset(name: string): string {
  return readFileSync(new URL(`../assets/${name}`, import.meta.url), "utf8");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
