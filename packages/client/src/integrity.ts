/**
 * Subresource Integrity: whether octets are those that were expected.
 *
 * @module
 */

const STRENGTH = ["sha256", "sha384", "sha512"] as const;

/**
 * Of several digests only those of the strongest algorithm count, and one of them must fit: a weaker one beside it proves
 * nothing (S129). Metadata without any digest that is known proves nothing, and is met by everything, as the standard has it.
 *
 * W3C Subresource Integrity §3.3.4.
 */
export async function matchesIntegrity(bytes: Uint8Array, metadata: string): Promise<boolean> {
  let strongest = -1;
  let digests: string[] = [];
  for (const token of metadata.split(/[\t\n\f\r ]+/)) {
    const [, name = "", digest = ""] =
      /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?[\x21-\x7e]*)?$/i.exec(token) ?? [];
    const strength = STRENGTH.indexOf(name.toLowerCase() as (typeof STRENGTH)[number]);
    if (strength < 0 || strength < strongest) continue;
    if (strength > strongest) digests = [];
    strongest = strength;
    digests.push(digest);
  }
  const algorithm = STRENGTH[strongest];
  if (algorithm === undefined) return true;
  const hash = Buffer.from(await crypto.subtle.digest(`SHA-${algorithm.slice(3)}`, new Uint8Array(bytes)));
  return digests.some((digest) => Buffer.from(digest, "base64").equals(hash));
}
