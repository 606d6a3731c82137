/**
 * Whether a server may change to the protocol that its handler names (RFC 9110 §7.8).
 *
 * What makes the tunnel, and what is said on the wire, is elsewhere.
 *
 * @module
 */
import { listElements, sameName } from "@stack/http";
import { Http1Error } from "./errors.ts";

/**
 * A server names the protocol that it changes to, changes to none that the client did not offer, and not in the middle of a
 * request: content that nobody read would be taken for the other protocol's octets (S28, S29). Where the client offered one
 * alone, there is no doubt which is meant by who names none.
 *
 * @param offer - the fields of a request that asks for an upgrade, as a flat list; null for one that does not
 * @param fields - of the response, as a flat list
 * @param received - the whole request has come
 * @returns the fields with the Upgrade that names it
 * @throws Http1Error `ERR_HTTP1_NO_UPGRADE`
 */
export function upgradeFields(
  offer: readonly string[] | null,
  fields: readonly string[],
  received: boolean,
): readonly string[] {
  if (offer === null) throw refused("the client offered no upgrade; answer the request instead");
  if (!received) throw refused("the request has content that was not read; read it to its end, then accept");
  const offered = protocols(offer);
  const accepted = protocols(fields);
  if (accepted.length === 0 && offered.length === 1) return ["Upgrade", offered[0] as string, ...fields];
  if (accepted.length === 0 || !accepted.every((protocol) => isAmong(offered, protocol)))
    throw refused("the client did not offer this protocol; give one of its own in the field Upgrade");
  return fields;
}

/** Protocols compare without case (RFC 9110 §7.8). */
function isAmong(offered: readonly string[], protocol: string): boolean {
  return offered.some((other) => sameName(other, protocol));
}

/** What the Upgrade field of a section names. */
function protocols(fields: readonly string[]): string[] {
  const named: string[] = [];
  for (let i = 0; i < fields.length; i += 2)
    if (sameName(fields[i] as string, "upgrade")) named.push(...(listElements(fields[i + 1] as string) ?? []));
  return named;
}

function refused(message: string): Http1Error {
  return new Http1Error("ERR_HTTP1_NO_UPGRADE", 0, message);
}
