/**
 * Which addresses answered lately, and which did not.
 *
 * Only a hint: it says in which order addresses are tried, never that one is not.
 *
 * @module
 */

/** When an address was last connected to, or last failed; ms, `-Infinity` for never. */
interface Remembered {
  connectedAt: number;
  failedAt: number;
}

/**
 * A bounded memory of addresses. RFC 8305 §4 wants it flushed when the network changes; a process is not told of that, so
 * what is remembered is short-lived instead.
 */
export class AddressMemory {
  private readonly maxAddresses: number;
  /** Told of last, last. */
  private readonly addresses: Map<string, Remembered>;

  /** @param maxAddresses - addresses that are remembered; those told of longest ago are forgotten */
  constructor(maxAddresses = 256) {
    this.maxAddresses = maxAddresses;
    this.addresses = new Map();
  }

  get size(): number {
    return this.addresses.size;
  }

  connected(address: string, now: number): void {
    this.remember(address, { connectedAt: now, failedAt: Number.NEGATIVE_INFINITY });
  }

  failed(address: string, now: number): void {
    this.remember(address, { connectedAt: Number.NEGATIVE_INFINITY, failedAt: now });
  }

  /** When it was last connected to, if that is not long ago; else `-Infinity`. */
  connectedAt(address: string, now: number): number {
    const at = this.addresses.get(address)?.connectedAt ?? Number.NEGATIVE_INFINITY;
    return now - at < CONNECTED_MS ? at : Number.NEGATIVE_INFINITY;
  }

  /** Whether it failed a moment ago, and has not been connected to since. */
  hasFailed(address: string, now: number): boolean {
    return now - (this.addresses.get(address)?.failedAt ?? Number.NEGATIVE_INFINITY) < FAILED_MS;
  }

  private remember(address: string, what: Remembered): void {
    this.addresses.delete(address);
    this.addresses.set(address, what);
    if (this.addresses.size > this.maxAddresses) this.addresses.delete(this.addresses.keys().next().value as string);
  }
}

/** How long a connection speaks for its family. */
const CONNECTED_MS = 600_000;
/** How long a failure puts an address behind the others. */
const FAILED_MS = 30_000;
