/**
 * What a call of `fetch` says to caches on the way (fetch standard §4.6, "HTTP-network-or-cache fetch").
 *
 * There is no cache of our own: of the cache modes this is what is left.
 *
 * @module
 */
import type { Fields } from "@stack/http";

/** Adds what a cache mode asks for, and what `fields` do not say themselves. */
export function appendCacheMode(fields: Fields, mode: string): void {
  // What is asked with conditions is meant for the server.
  const isConditional = mode === "default" && CONDITIONS.some((name) => fields.has(name));
  if (mode === "no-cache") appendOnce(fields, "Cache-Control", "max-age=0");
  else if (isConditional || mode === "no-store" || mode === "reload") {
    appendOnce(fields, "Pragma", "no-cache");
    appendOnce(fields, "Cache-Control", "no-cache");
  }
}

function appendOnce(fields: Fields, name: string, value: string): void {
  if (!fields.has(name)) fields.append(name, value);
}

const CONDITIONS = ["If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "If-Match", "If-Range"] as const;
