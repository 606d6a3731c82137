/**
 * What this package carries: the shape of a protocol engine, and what the
 * engine sees of its carrier.
 *
 * Types only. Engines satisfy them structurally and import nothing from here,
 * so a protocol package needs no I/O package and the reverse.
 *
 * @module
 */
/**
 * A protocol, one connection of it: octets in, octets out. Opens no socket, reads no clock, sets no timer.
 *
 * After each call of `receive`, `receiveEnd`, `drain` and `onDeadline` follows one of `flush`, unless 64 KiB wait for the
 * kernel already. What an engine throws resets its connection, and `closed` is told (S102).
 *
 * @example
 * ```ts
 * const greet = (carrier: Carrier): Engine => ({
 *   receive() {},
 *   receiveEnd() {},
 *   flush(sink) {
 *     sink.writeLatin1(`hello, ${carrier.peer.address}\n`);
 *     sink.end();
 *     return true;
 *   },
 *   drain() {},
 *   deadline: carrier.now + 5_000,
 *   onDeadline: () => carrier.abort(null),
 *   closed() {},
 * });
 * ```
 */
export interface Engine {
  /**
   * Takes all of `bytes[start, end)`, borrowed until the call returns: what must wait is copied and reading is paused.
   * A range, so that reads into one reused buffer make no object each.
   */
  receive(bytes: Uint8Array, start?: number, end?: number): void;
  /** The peer ended its side (FIN or close_notify). The other direction is open until the engine ends it too. */
  receiveEnd(): void;
  /** Writes what is ready to the sink. False: the sink asked to wait, there is more. */
  flush(sink: ByteSink): boolean;
  /** Finish what is open, take nothing new, then end. */
  drain(): void;
  /** When {@link onDeadline} is due, in ms on the carrier's clock; `Infinity` if never. Reread after every call. */
  readonly deadline: number;
  onDeadline(): void;
  /** The byte stream is gone; no further call follows. `null`: in good order. */
  closed(reason: Error | null): void;
}

/** Where {@link Engine.flush} puts its octets. Valid only during the call. */
export interface ByteSink {
  /** The sink's own memory. May be another one after {@link reserve}: read it anew, behind the call. */
  readonly memory: Uint8Array;
  /** Makes room for `octets` in {@link memory} and returns the offset at which they go. */
  reserve(octets: number): number;
  /** Says how many of the reserved octets were filled. More than were reserved: RangeError (S106). */
  commit(octets: number): void;
  /** Text whose every code unit is an octet: heads, and content that is ASCII. */
  writeLatin1(text: string): void;
  /**
   * Content octets, lent until {@link Carrier.pending} falls to 0. False: wait before writing more, `flush` is called
   * again then. An empty write only asks.
   */
  write(bytes: Uint8Array): boolean;
  /** Nothing follows: the peer is told so (FIN) after the last octet. */
  end(): void;
}

/** What carries an engine: a socket, a TLS socket, a stream of another protocol, a test. */
export interface Carrier {
  /** Coarse monotonic time, ms. */
  readonly now: number;
  /** Coarse time of day, seconds since 1970-01-01 UTC. */
  readonly epochSeconds: number;
  readonly peer: PeerInfo;
  /** Octets written that the kernel has not taken yet. */
  readonly pending: number;
  /** Asks for a call of {@link Engine.flush} before this turn of the event loop ends. */
  wantFlush(): void;
  /** Paused, the engine is given nothing: neither octets nor the end. The peer is held back by the system's buffers. */
  pauseReading(paused: boolean): void;
  /**
   * Drops the connection and what is pending, now; {@link Engine.closed} follows with `reason`, in a turn of its own.
   * With a reason the peer sees a reset, where there is one (not on Unix sockets, not under TLS); with `null` an end.
   */
  abort(reason: Error | null): void;
  /**
   * Gives the byte stream to another engine, together with the octets that this one did not use. What this one has
   * still to say leaves first; it is called no more. Reading stays paused if it was.
   */
  handOver(next: Engine, rest: Uint8Array): void;
}

/** Who is at the other end. */
export interface PeerInfo {
  /** IP address, or "" (Unix socket, in memory). */
  readonly address: string;
  /** TCP port, or 0. */
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** True when the octets travel under TLS. */
  readonly secure: boolean;
  /** The protocol that ALPN chose, or "". */
  readonly alpn: string;
  /** What TLS proved; null in cleartext, absent where the carrier does not know. */
  readonly tls?: TlsPeer | null;
}

/** What TLS negotiated, and what it proved about the peer. */
export interface TlsPeer {
  /** "TLSv1.2" or "TLSv1.3". */
  readonly protocol: string;
  /** The cipher suite by its IANA name. */
  readonly cipher: string;
  /** The host name that the client asked for (RFC 6066 §3), in lower case, or "". */
  readonly servername: string;
  /** A ticket of an earlier connection replaced the exchange of certificates (RFC 8446 §2.2). */
  readonly resumed: boolean;
  /** The peer has shown a certificate, and it was verified. */
  readonly authorized: boolean;
  /** The certificate that the peer has shown, or null. It proves nothing unless {@link authorized}. */
  readonly certificate: PeerCertificate | null;
}

/** A certificate (RFC 5280), as far as it tells who the peer is. */
export interface PeerCertificate {
  /** One attribute to a line, `O=Example\nCN=client-1`. */
  readonly subject: string;
  readonly issuer: string;
  /** subjectAltName, each with its kind: `DNS:a.example`, `URI:spiffe://example/a`, `IP Address:192.0.2.1`. */
  readonly names: readonly string[];
  /** SHA-256 of {@link raw} in upper-case hex, `AB:CD:…`. */
  readonly fingerprint256: string;
  readonly serialNumber: string;
  /** The certificate in DER. */
  readonly raw: Uint8Array;
}
