/**
 * What a ClientHello says before TLS answers it (RFC 8446 §4.1.2).
 *
 * The server's context is chosen by the host name and by the key of the ticket,
 * both of which stand in the client's first message. They are read here, from
 * octets that TLS then reads again: nothing is decided about the handshake. A
 * message that breaks the grammar tells nothing, and TLS answers it with the
 * alert that it deserves.
 *
 * @module
 */

/** What is read from a ClientHello. */
export interface ClientHello {
  /** The host name asked for (RFC 6066 §3), in lower case; "" when there is none. */
  readonly servername: string;
  /** The names of the keys that the client's tickets were made with, in hex (RFC 5077 §4). */
  readonly ticketKeyNames: readonly string[];
}

/** More octets are needed. */
export const MORE = 0;

/** This is no TLS record of a handshake. */
export const NOT_TLS = 1;

/** A ClientHello that tells nothing. */
export const UNREADABLE: ClientHello = { servername: "", ticketKeyNames: [] };

/** The octets of a ticket that name its key: those that OpenSSL writes first (RFC 5077 §4 recommends the same). */
export const KEY_NAME_OCTETS = 16;

/**
 * Reads the first message of a client.
 *
 * @param bytes - everything that came so far
 * @returns what it says, {@link UNREADABLE} when it breaks the grammar, {@link MORE} or {@link NOT_TLS}
 *
 * RFC 8446 §4.1.2 and §5.1; the message may be cut into records anywhere.
 */
export function readClientHello(bytes: Uint8Array): ClientHello | typeof MORE | typeof NOT_TLS {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE) return NOT_TLS;
  const message = firstMessage(bytes);
  if (message === null) return MORE;
  try {
    return parse(new Reader(message));
  } catch (error) {
    if (error instanceof RangeError) return UNREADABLE;
    throw error;
  }
}

/** The first handshake message without its header, joined from its records; null while it is not whole. */
function firstMessage(bytes: Uint8Array): Uint8Array | null {
  let joined: Uint8Array = new Uint8Array(0);
  let at = 0;
  while (at + RECORD_HEADER <= bytes.length) {
    // Not a handshake record any more: the message ends here, too short, and is found to be unreadable.
    if (bytes[at] !== HANDSHAKE) return joined;
    const end = at + RECORD_HEADER + uint16(bytes, at + 3);
    const fragment = bytes.subarray(at + RECORD_HEADER, end);
    joined = joined.length === 0 ? fragment : join(joined, fragment);
    if (joined.length >= MESSAGE_HEADER) {
      const length = MESSAGE_HEADER + ((joined[1] as number) << 16) + uint16(joined, 2);
      if (joined.length >= length)
        return joined[0] === CLIENT_HELLO ? joined.subarray(MESSAGE_HEADER, length) : NOTHING;
    }
    if (end > bytes.length) return null;
    at = end;
  }
  return null;
}

function parse(hello: Reader): ClientHello {
  hello.skip(2 + 32); // legacy_version, random
  hello.vector8(); // legacy_session_id
  hello.vector16(); // cipher_suites
  hello.vector8(); // legacy_compression_methods
  if (hello.isEmpty) return UNREADABLE; // TLS 1.2 without extensions (RFC 5246 §7.4.1.2)
  const extensions = hello.vector16();
  let servername = "";
  const ticketKeyNames: string[] = [];
  while (!extensions.isEmpty) {
    const type = extensions.uint16();
    const data = extensions.vector16();
    if (type === SERVER_NAME) servername = hostName(data.vector16());
    else if (type === SESSION_TICKET) keyName(data.rest(), ticketKeyNames);
    else if (type === PRE_SHARED_KEY) {
      const identities = data.vector16();
      while (!identities.isEmpty && ticketKeyNames.length < MAX_TICKETS) {
        keyName(identities.vector16().rest(), ticketKeyNames);
        identities.skip(4); // obfuscated_ticket_age
      }
    }
  }
  return { servername, ticketKeyNames };
}

/** The HostName of a ServerNameList (RFC 6066 §3), which has one name of each type. */
function hostName(list: Reader): string {
  while (!list.isEmpty) {
    const type = list.uint8();
    const name = list.vector16().rest();
    if (type === HOST_NAME) return bufferOf(name).toString("latin1").toLowerCase();
  }
  return "";
}

function keyName(ticket: Uint8Array, names: string[]): void {
  if (ticket.length > KEY_NAME_OCTETS) names.push(bufferOf(ticket).toString("hex", 0, KEY_NAME_OCTETS));
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The vectors of RFC 8446 §3.4. What is not there throws a RangeError, once per connection. */
class Reader {
  private readonly bytes: Uint8Array;
  private at: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.at = 0;
  }

  get isEmpty(): boolean {
    return this.at === this.bytes.length;
  }

  skip(octets: number): void {
    this.take(octets);
  }

  uint8(): number {
    return this.take(1)[0] as number;
  }

  uint16(): number {
    return uint16(this.take(2), 0);
  }

  vector8(): Reader {
    return new Reader(this.take(this.uint8()));
  }

  vector16(): Reader {
    return new Reader(this.take(this.uint16()));
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.at);
  }

  private take(octets: number): Uint8Array {
    const end = this.at + octets;
    if (end > this.bytes.length) throw new RangeError("the message is too short");
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** ContentType (RFC 8446 §5.1). */
const HANDSHAKE = 22;
const RECORD_HEADER = 5;
/** HandshakeType (RFC 8446 §4). */
const CLIENT_HELLO = 1;
const MESSAGE_HEADER = 4;
/** ExtensionType (RFC 8446 §4.2, RFC 5077 §3.2). */
const SERVER_NAME = 0;
const SESSION_TICKET = 35;
const PRE_SHARED_KEY = 41;
/** NameType (RFC 6066 §3). */
const HOST_NAME = 0;
/** Tickets that are looked at; a client offers one or two. */
const MAX_TICKETS = 8;
const NOTHING: Uint8Array = new Uint8Array(0);
