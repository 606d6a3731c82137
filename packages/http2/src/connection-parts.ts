/**
 * What a connection is made of, and what its layers ask of each other.
 *
 * Frames come in through the frame reception, the connection says how it begins
 * and ends, the roles say what field sections mean. However many classes deep,
 * it is one object.
 *
 * @module
 */
import { DEFAULT_TABLE_SIZE, HpackDecoder } from "@stack/hpack";
import type { Carrier } from "@stack/http";
import { Budgets } from "./budget.ts";
import type { ControlFrames } from "./control-frames.ts";
import { FieldBlock } from "./field-block.ts";
import { Goaway } from "./goaway.ts";
import type { ResolvedOptions } from "./options.ts";
import { type MessageOwner, Output } from "./output.ts";
import { ReceiveWindows } from "./receive-windows.ts";
import { PeerSettings } from "./settings.ts";
import type { Stream } from "./stream.ts";
import { type StreamOwner, StreamTable } from "./stream-table.ts";

// Where the connection is.
/** The peer's SETTINGS have not come. */
export const STARTING = 0;
export const RUNNING = 1;
/** GOAWAY was said for the last time; what still comes is read away. */
export const ENDING = 2;
export const GONE = 3;

export abstract class ConnectionParts implements StreamOwner, MessageOwner {
  readonly carrier: Carrier;
  readonly streams: StreamTable;
  readonly options: ResolvedOptions;
  protected readonly control: ControlFrames;
  protected readonly output: Output;
  protected readonly peerSettings: PeerSettings;
  protected readonly windows: ReceiveWindows;
  protected readonly budgets: Budgets;
  protected readonly goaway: Goaway;
  protected readonly hpackDecoder: HpackDecoder;
  protected readonly block: FieldBlock;
  protected phase: number;
  /** The largest stream identifier that the peer opened. */
  protected lastPeerId: number;

  constructor(carrier: Carrier, options: ResolvedOptions) {
    this.carrier = carrier;
    this.options = options;
    this.peerSettings = new PeerSettings();
    this.budgets = new Budgets(carrier, options);
    this.output = new Output(this, carrier, this.peerSettings, this.budgets, options);
    this.control = this.output.control;
    this.windows = new ReceiveWindows(this.control, options);
    this.streams = new StreamTable(this, this.control, this.windows, this.budgets, options);
    this.goaway = new Goaway(this.control);
    this.hpackDecoder = new HpackDecoder({
      // A smaller table is in force when the peer has acknowledged it (RFC 9113 §4.3.1).
      maxTableOctets: Math.max(options.headerTableOctets, DEFAULT_TABLE_SIZE),
      maxFieldSectionOctets: options.maxFieldSectionOctets,
      maxFields: options.maxFields,
    });
    this.block = new FieldBlock(options);
    this.phase = STARTING;
    this.lastPeerId = 0;
  }

  abstract wantFlush(): void;
  abstract streamGone(stream: Stream): void;
  abstract endSent(stream: Stream): void;
  abstract promiseDropped(stream: Stream): void;

  // What the connection and the roles say

  /** The peer's first SETTINGS came. */
  protected abstract onStarted(): void;
  /** A field block came that is not complete. */
  protected abstract onBlockOpen(): void;
  /** The peer's settings were applied. */
  protected abstract onPeerSettings(): void;
  protected abstract onPeerGoaway(lastStreamId: number, errorCode: number): void;
  /** The peer reset a stream, before its receiver is told. */
  protected abstract onPeerReset(stream: Stream, errorCode: number): boolean;
  /** A whole field section was decoded. */
  protected abstract headReceived(streamId: number, list: string[], endStream: boolean): void;
  /** The peer has told a stream's priority, perhaps before the stream (RFC 9218 §7.1). */
  protected abstract priorityReceived(streamId: number, priority: number): void;
  protected abstract promiseReceived(streamId: number, promisedId: number, list: string[]): void;
  protected abstract checkPush(streamId: number, promisedId: number): void;
  /** No frame has opened the stream yet. */
  protected abstract isIdle(streamId: number): boolean;
}
