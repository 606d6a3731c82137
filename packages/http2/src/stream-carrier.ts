/**
 * A stream as the carrier of another protocol (RFC 9113 §8.5, RFC 8441).
 *
 * What an accepted CONNECT gives: DATA frames carry the octets, END_STREAM is
 * the end of a side, RST_STREAM is a reset. An engine that is handed over runs on it
 * as it runs on a socket.
 *
 * @module
 */
import type {
  ByteSink,
  Carrier,
  ContentReceiver,
  ContentSource,
  Engine,
  Fields,
  PeerInfo,
  Producer,
} from "@stack/http";
import { ERROR_CODE } from "@stack/http2-frames";
import type { Connection } from "./connection.ts";
import type { ServerStream } from "./server-stream.ts";
import type { Tunnel } from "./tunnels.ts";

/** Octets that the peer may send ahead of the engine. */
const WINDOW = 65_536;

export class StreamCarrier implements Carrier, ByteSink, ContentReceiver, Producer, Tunnel {
  memory: Uint8Array;
  private readonly stream: ServerStream;
  private readonly carrier: Carrier;
  /** Keeps the engine's time; null before there is one. */
  private connection: Connection | null;
  private engine: Engine | null;
  /** The engine's deadline as the connection knows it. */
  private known: number;
  private source: ContentSource | null;
  private at: number;
  private ended: boolean;
  private flushing: boolean;
  private paused: boolean;
  private unpaid: number;
  private over: boolean;

  constructor(stream: ServerStream, carrier: Carrier) {
    this.memory = NOTHING;
    this.stream = stream;
    this.carrier = carrier;
    this.connection = null;
    this.engine = null;
    this.known = Number.POSITIVE_INFINITY;
    this.source = null;
    this.at = 0;
    this.ended = false;
    this.flushing = false;
    this.paused = false;
    this.unpaid = 0;
    this.over = false;
  }

  // Carrier

  get now(): number {
    return this.carrier.now;
  }

  get epochSeconds(): number {
    return this.carrier.epochSeconds;
  }

  get peer(): PeerInfo {
    return this.carrier.peer;
  }

  get pending(): number {
    return this.stream.contentOctets;
  }

  wantFlush(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.flush();
    });
  }

  pauseReading(paused: boolean): void {
    this.paused = paused;
    if (paused || this.unpaid === 0) return;
    const octets = this.unpaid;
    this.unpaid = 0;
    this.source?.grant(octets);
  }

  abort(reason: Error | null): void {
    const { over } = this;
    this.leave(); // the engine is told this reason, not what the reset says of it
    this.stream.reset(ERROR_CODE.CANCEL);
    if (!over) this.engine?.closed(reason);
  }

  handOver(next: Engine, rest: Uint8Array): void {
    const first = this.engine === null;
    this.engine = next;
    if (rest.length > 0) next.receive(rest, 0, rest.length);
    if (first) {
      this.connection = this.stream.connection;
      this.connection?.tunnelOpened(this);
      this.stream.attach(this);
      this.source = this.stream.read(this);
      this.source.grant(WINDOW);
    }
    this.wantFlush();
  }

  // Tunnel: what the connection does for the engine

  get deadline(): number {
    return this.engine === null ? Number.POSITIVE_INFINITY : this.engine.deadline;
  }

  onDeadline(): void {
    this.engine?.onDeadline();
    this.flush();
  }

  drain(): void {
    this.engine?.drain();
    this.flush();
  }

  // ContentReceiver: what the peer sends

  onContent(bytes: Uint8Array, start: number, end: number): void {
    this.engine?.receive(bytes, start, end);
    if (this.paused) this.unpaid += end - start;
    else this.source?.grant(end - start);
    this.flush();
  }

  onEnd(_trailers: Fields | null): void {
    this.engine?.receiveEnd();
    this.flush();
    if (this.ended) this.close(null);
  }

  onError(error: Error): void {
    this.close(error);
  }

  // Producer: room for what we send

  resume(): void {
    this.flush();
  }

  stopped(reason: Error): void {
    this.close(reason);
  }

  // ByteSink

  reserve(octets: number): number {
    if (this.memory.length - this.at < octets) {
      const grown = new Uint8Array(Math.max(this.at + octets, 1_024));
      grown.set(this.memory.subarray(0, this.at));
      this.memory = grown;
    }
    return this.at;
  }

  commit(octets: number): void {
    this.at += octets;
  }

  writeLatin1(text: string): void {
    const at = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.memory[at + i] = text.charCodeAt(i);
    this.at += text.length;
  }

  write(bytes: Uint8Array): boolean {
    this.spill();
    return this.stream.tunnelContent(bytes, false);
  }

  end(): void {
    this.ended = true;
  }

  private flush(): void {
    if (this.engine === null || this.over || this.ended) return;
    this.engine.flush(this);
    this.spill();
    const { deadline } = this.engine;
    if (deadline !== this.known) {
      this.known = deadline;
      this.carrier.wantFlush(); // it is read anew after that
    }
    if (!this.ended) return;
    this.stream.tunnelContent(NOTHING, true);
    if (this.stream.remoteEnded) this.close(null);
  }

  private spill(): void {
    if (this.at === 0) return;
    const bytes = this.memory.subarray(0, this.at);
    this.memory = NOTHING;
    this.at = 0;
    this.stream.tunnelContent(bytes, false);
  }

  private close(reason: Error | null): void {
    if (this.over) return;
    this.leave();
    this.engine?.closed(reason);
  }

  private leave(): void {
    this.over = true;
    this.connection?.tunnelClosed(this);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
