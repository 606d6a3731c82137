/**
 * What can be carried here: the shape of a protocol engine and of its carrier.
 *
 * Types only, declared again as `@stack/tcp` declares them: engines and
 * carriers fit together structurally. So this package depends on none that is
 * tested with it, and no cycle can arise.
 *
 * @module
 */

/** A protocol, one connection of it: octets in, octets out. */
export interface Engine {
  receive(bytes: Uint8Array, start?: number, end?: number): void;
  receiveEnd(): void;
  flush(sink: ByteSink): boolean;
  drain(): void;
  readonly deadline: number;
  onDeadline(): void;
  closed(reason: Error | null): void;
}

/** Where {@link Engine.flush} puts its octets. */
export interface ByteSink {
  readonly memory: Uint8Array;
  reserve(octets: number): number;
  commit(octets: number): void;
  writeLatin1(text: string): void;
  write(bytes: Uint8Array): boolean;
  end(): void;
}

/** What an engine sees of the byte stream below it. */
export interface Carrier {
  readonly now: number;
  readonly epochSeconds: number;
  readonly peer: PeerInfo;
  readonly pending: number;
  wantFlush(): void;
  pauseReading(paused: boolean): void;
  abort(reason: Error | null): void;
  handOver(next: Engine, rest: Uint8Array): void;
}

/** Who is at the other end. */
export interface PeerInfo {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  readonly alpn: string;
}
