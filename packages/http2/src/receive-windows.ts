/**
 * How much content the peer may send us, of each stream and of the connection (RFC 9113 §5.2, §6.9).
 *
 * Credit is given when content was consumed, so that what a peer can make us
 * hold is bounded by the windows; they grow where the path can use more, as the
 * bandwidth-delay product says.
 *
 * @module
 */
import { SETTING } from "@stack/http2-frames";
import type { ControlFrames } from "./control-frames.ts";
import { BandwidthEstimate, DEFAULT_WINDOW, ReceiveWindow } from "./flow-control.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Stream } from "./stream.ts";

export class ReceiveWindows {
  /** The peer knows our settings. */
  acknowledged: boolean;
  private readonly control: ControlFrames;
  private readonly maxOctets: number;
  private readonly maxHeldOctets: number;
  private readonly connection: ReceiveWindow;
  private readonly estimate: BandwidthEstimate;
  private streamOctets: number;
  private heldOctets: number;

  constructor(control: ControlFrames, options: ResolvedOptions) {
    this.acknowledged = false;
    this.control = control;
    this.maxOctets = options.maxWindowOctets;
    this.maxHeldOctets = options.maxHeldOctets;
    this.connection = new ReceiveWindow(DEFAULT_WINDOW);
    this.estimate = new BandwidthEstimate();
    this.streamOctets = options.initialWindowOctets;
    this.heldOctets = 0;
  }

  /** The connection's window is used up: nothing comes until someone reads. */
  get isExhausted(): boolean {
    return this.connection.left <= 0;
  }

  /** What the peer takes the window of a stream for on which no content has come. */
  get fresh(): number {
    return this.acknowledged ? this.streamOctets : Math.max(this.streamOctets, DEFAULT_WINDOW);
  }

  /** A probe of ours is on its way. */
  get probing(): boolean {
    return this.estimate.probing;
  }

  /** Content came, padding included. False: more than the connection's window. */
  take(octets: number): boolean {
    return this.connection.take(octets);
  }

  /** Content of a stream came. False: more than its window. */
  takeOf(stream: Stream, octets: number): boolean {
    stream.receiveWindow ??= new ReceiveWindow(this.streamOctets, this.fresh);
    return stream.receiveWindow.take(octets);
  }

  /** Content came that someone wants. True: the window could be what limits, send a probe now. */
  wantsProbe(octets: number): boolean {
    return this.estimate.arrived(octets, this.connection.size);
  }

  /**
   * Content waits for its reader: from now on it counts against its stream's window alone.
   * @returns how much of it; 0 when too much waits already
   */
  hold(octets: number): number {
    if (this.heldOctets + octets > this.maxHeldOctets) return 0;
    this.heldOctets += octets;
    return octets;
  }

  /** Content that was held is no longer. */
  letGo(octets: number): void {
    this.heldOctets -= octets;
  }

  /** Content of a stream was consumed, `held` of it after it was held. True: there is something to say. */
  consumed(stream: Stream, octets: number, held: number): boolean {
    const increment = stream.remoteEnded ? 0 : (stream.receiveWindow?.give(octets) ?? 0);
    if (increment > 0) this.control.windowUpdate(stream.id, increment);
    this.letGo(held);
    return this.returned(octets - held) || increment > 0;
  }

  /** Content is no longer held, or never was: the connection's window opens. True: there is something to say. */
  returned(octets: number): boolean {
    const increment = this.connection.give(octets);
    if (increment > 0) this.control.windowUpdate(0, increment);
    return increment > 0;
  }

  /** Enlarges the connection's window, which no setting does (RFC 9113 §6.9.2). */
  enlarge(octets: number): void {
    const increment = this.connection.grow(octets);
    if (increment > 0) this.control.windowUpdate(0, increment);
  }

  /** The probe came back: the windows become as large as the path can use. */
  grow(streams: Iterable<Stream>): void {
    const octets = this.estimate.measured(this.connection.size, this.maxOctets);
    this.enlarge(octets);
    if (octets <= this.streamOctets) return;
    this.streamOctets = octets;
    this.control.settings([[SETTING.INITIAL_WINDOW_SIZE, octets]]);
    for (const stream of streams) stream.receiveWindow?.grow(octets);
  }
}
