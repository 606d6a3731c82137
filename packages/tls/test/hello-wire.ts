/**
 * ClientHellos as octets, written part by part.
 *
 * @module
 */

/** The octets of hex digits; blanks are for reading. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replace(/\s+/g, ""), "hex");
}

/** A vector: its length in so many octets, then its content. */
export function vector(lengthOctets: number, ...content: (Uint8Array | string)[]): Buffer {
  const joined = Buffer.concat(content.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
  const length = Buffer.alloc(lengthOctets);
  length.writeUIntBE(joined.length, 0, lengthOctets);
  return Buffer.concat([length, joined]);
}

/** An extension of a ClientHello. */
export function extension(type: number, ...content: (Uint8Array | string)[]): Buffer {
  return Buffer.concat([hex(type.toString(16).padStart(4, "0")), vector(2, ...content)]);
}

/** server_name with one host name. */
export function serverName(name: string): Buffer {
  return extension(0, vector(2, hex("00"), vector(2, name)));
}

/** session_ticket (RFC 5077 §3.2). */
export function sessionTicket(ticket: Uint8Array): Buffer {
  return extension(35, ticket);
}

/** pre_shared_key with identities of tickets (RFC 8446 §4.2.11). */
export function preSharedKey(...tickets: Uint8Array[]): Buffer {
  const identities = tickets.map((ticket) => Buffer.concat([vector(2, ticket), hex("00000000")]));
  return extension(41, vector(2, ...identities), vector(2, vector(1, Buffer.alloc(32))));
}

/** A handshake message: its type, its length, its content. */
export function message(type: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type]), vector(3, content)]);
}

/** A ClientHello with these extensions; without any, and without their length, when there are none. */
export function clientHello(...extensions: Uint8Array[]): Buffer {
  const fixed = [hex("0303"), Buffer.alloc(32, 7), vector(1), vector(2, hex("1301")), vector(1, hex("00"))];
  return message(1, Buffer.concat(extensions.length === 0 ? fixed : [...fixed, vector(2, ...extensions)]));
}

/** A message in records of so many octets each. */
export function records(content: Uint8Array, octets: number = content.length): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < content.length; at += octets)
    parts.push(hex("160301"), vector(2, content.subarray(at, at + octets)));
  return Buffer.concat(parts);
}
