/**
 * The keys that session tickets are sealed with (RFC 8446 §4.6.1, RFC 5077 §4).
 *
 * A ticket carries the secrets of its session. The newest key seals; the ones
 * before it still open, so that a rotation costs no client its session. Several
 * processes resume each other's sessions when they share keys. A key that is
 * kept for ever would open every TLS 1.2 connection ever recorded: keys are
 * replaced on a schedule.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { KEY_NAME_OCTETS } from "./client-hello.ts";
import { TlsError } from "./errors.ts";
import { KeyFile } from "./key-file.ts";

/** Octets of a key: 16 that name it, 16 for the HMAC, 16 for AES. */
export const TICKET_KEY_OCTETS = 48;

/** Keys that are kept: the one that seals, and those that still open. */
export const MAX_TICKET_KEYS = 3;

/** How often keys of our own are replaced, ms. */
export const DEFAULT_TICKET_KEY_ROTATION_MS = 7_200_000;

/** A key and its name. */
export interface TicketKey {
  /** In hex, as it stands in a ticket. */
  readonly name: string;
  readonly octets: Buffer;
}

/** The keys of a server, the newest first. */
export class TicketKeys {
  private keys: readonly TicketKey[];
  private readonly file: KeyFile | null;
  private readonly rotationMs: number;
  private dueAt: number;

  /**
   * @param source - keys that are shared, the newest first; the path of a file with them; or undefined for keys of our own
   * @param rotationMs - how often they are replaced; 0 for never, because someone else does it
   * @throws {@link TlsError} `ERR_TLS_TICKET_KEYS`, `ERR_TLS_FILE`
   */
  constructor(source: readonly Uint8Array[] | string | undefined, rotationMs: number | undefined) {
    const now = Date.now();
    // Keys that were given are known to others too: replaced by one process alone they would not be shared any more.
    this.rotationMs = rotationMs ?? (source === undefined ? DEFAULT_TICKET_KEY_ROTATION_MS : 0);
    this.dueAt = this.after(now);
    this.file = null;
    if (typeof source === "string") {
      this.file = new KeyFile(source);
      // Only who may replace them may make the first.
      if (this.rotationMs > 0) this.file.createUnlessThere(newKey());
      this.keys = [];
      this.reload();
    } else this.keys = source === undefined ? [keyOf(newKey())] : keysOf(source, "ticketKeys");
  }

  /** The key that seals. */
  get current(): TicketKey {
    return this.keys[0] as TicketKey;
  }

  /** The key that opens one of the tickets that a client offers; the current one when none does. */
  opening(names: readonly string[]): TicketKey {
    for (const name of names) {
      const key = this.keys.find((candidate) => candidate.name === name);
      if (key !== undefined) return key;
    }
    return this.current;
  }

  has(name: string): boolean {
    return this.keys.some((key) => key.name === name);
  }

  /**
   * Puts a key in front; the oldest is forgotten.
   *
   * @param octets - {@link TICKET_KEY_OCTETS}; random when absent
   * @returns the key, for the other processes that share it
   * @throws {@link TlsError} `ERR_TLS_TICKET_KEYS`
   */
  rotate(octets: Uint8Array = newKey()): Uint8Array {
    keyOf(octets);
    if (this.file === null) this.keys = keysOf([octets, ...this.keys.map((key) => key.octets)], "ticketKeys");
    else if (!this.file.putInFront(octets, null, MAX_TICKET_KEYS * TICKET_KEY_OCTETS))
      throw new TlsError("ERR_TLS_TICKET_KEYS", `another process is writing ${this.file.path}; rotate again later`);
    else this.reload();
    this.dueAt = this.after(Date.now());
    return octets;
  }

  /** Replaces the key when its time is over. Asked before each handshake, so that an idle process needs no timer. */
  rotateIfDue(now: number): boolean {
    if (now < this.dueAt) return false;
    this.dueAt = now + RETRY_MS;
    if (this.file === null) {
      this.rotate();
      return true;
    }
    // Whichever process comes first replaces them, the others find it done.
    this.reload();
    if (now < this.dueAt) return true;
    this.dueAt = now + RETRY_MS;
    if (this.file.putInFront(newKey(), this.current.octets, MAX_TICKET_KEYS * TICKET_KEY_OCTETS)) this.reload();
    return true;
  }

  /**
   * Reads the file again; without one there is nothing to do.
   *
   * @throws {@link TlsError} `ERR_TLS_TICKET_KEYS`, `ERR_TLS_FILE`; the keys are then as they were
   */
  reload(): void {
    if (this.file === null) return;
    const { octets, writtenAt } = this.file.read();
    const count = octets.length / TICKET_KEY_OCTETS;
    if (!Number.isInteger(count) || count === 0) throw wrongSize(this.file.path, octets.length);
    const split = Array.from({ length: count }, (_, i) =>
      octets.subarray(i * TICKET_KEY_OCTETS, (i + 1) * TICKET_KEY_OCTETS),
    );
    this.keys = keysOf(split, this.file.path);
    this.dueAt = this.after(writtenAt);
  }

  private after(time: number): number {
    return this.rotationMs > 0 ? time + this.rotationMs : Number.POSITIVE_INFINITY;
  }
}

function newKey(): Uint8Array {
  return randomBytes(TICKET_KEY_OCTETS);
}

function keysOf(list: readonly Uint8Array[], name: string): TicketKey[] {
  if (list.length === 0) throw wrongSize(name, 0);
  return list.slice(0, MAX_TICKET_KEYS).map((octets) => keyOf(octets, name));
}

function keyOf(octets: Uint8Array, name = "a ticket key"): TicketKey {
  if (octets.length !== TICKET_KEY_OCTETS) throw wrongSize(name, octets.length);
  const own = Buffer.from(octets);
  return { name: own.toString("hex", 0, KEY_NAME_OCTETS), octets: own };
}

function wrongSize(name: string, octets: number): TlsError {
  const advice = `a ticket key has ${TICKET_KEY_OCTETS} octets (openssl rand ${TICKET_KEY_OCTETS})`;
  return new TlsError("ERR_TLS_TICKET_KEYS", `${name} has ${octets} octets; ${advice}`);
}

/** After a rotation that did not succeed, ms: another process may be at it. */
const RETRY_MS = 1_000;
