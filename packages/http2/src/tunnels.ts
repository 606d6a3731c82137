/**
 * The engines of other protocols that run on a connection's streams (RFC 8441).
 *
 * A socket keeps its engine's deadline and tells it to drain; a stream has
 * neither clock nor timer, so its connection does it for all of them.
 *
 * @module
 */

/** What the connection does for one of them. */
export interface Tunnel {
  /** When it wants to be called, ms; Infinity for never. */
  readonly deadline: number;
  onDeadline(): void;
  drain(): void;
}

/** The open ones. */
export class Tunnels {
  private readonly open: Set<Tunnel>;

  constructor() {
    this.open = new Set();
  }

  /** The first of their deadlines, ms. */
  get deadline(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const tunnel of this.open) first = Math.min(first, tunnel.deadline);
    return first;
  }

  add(tunnel: Tunnel): void {
    this.open.add(tunnel);
  }

  delete(tunnel: Tunnel): void {
    this.open.delete(tunnel);
  }

  onDeadline(now: number): void {
    for (const tunnel of [...this.open]) if (now >= tunnel.deadline) tunnel.onDeadline();
  }

  drain(): void {
    for (const tunnel of [...this.open]) tunnel.drain();
  }
}
