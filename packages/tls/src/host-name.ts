/**
 * Host names of servers, and which of them a pattern is for.
 *
 * @module
 */

/**
 * A name or pattern as it is looked up.
 *
 * @param name - `example.com` or `*.example.com`; international labels in their ASCII form (`xn--…`)
 * @throws TypeError when it is neither
 */
export function normalName(name: string): string {
  const normal = name.toLowerCase();
  if (isServableName(normal)) return normal;
  throw new TypeError(
    `${JSON.stringify(name)} is no host name; write example.com, *.example.com or xn--bcher-kva.example`,
  );
}

/** Whether a name in lower case can be asked for, or is a pattern of such names. */
export function isServableName(name: string): boolean {
  return name.length <= MAX_HOST_NAME && PATTERN.test(name);
}

/**
 * What a name is looked up by, the most specific first: itself, and with a wildcard for its first label. A wildcard
 * stands for one label and no more (RFC 9525 §6.3).
 */
export function lookup<T>(patterns: ReadonlyMap<string, T>, name: string): T | undefined {
  if (name.startsWith("*")) return undefined; // nobody is called like a pattern
  const exact = patterns.get(name);
  if (exact !== undefined) return exact;
  const dot = name.indexOf(".");
  return dot > 0 ? patterns.get(`*${name.slice(dot)}`) : undefined;
}

/** Octets (RFC 1035 §2.3.4). */
const MAX_HOST_NAME = 253;
/** Labels as they are met in certificates: with underscores, and of any length. */
const PATTERN = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
