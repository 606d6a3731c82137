/**
 * What a frame decoder reports.
 *
 * @module
 */

/**
 * Called once for each frame that is right by itself: its length, its flags and
 * its stream identifier are those of its type (RFC 9113 §6). Whether it may come
 * now is for the engine to say. Ranges are borrowed: valid until the call returns.
 */
export interface FrameVisitor {
  /** DATA: content `bytes[start, end)`; `flowOctets` counts the padding too (RFC 9113 §6.1, §6.9.1). */
  onData(streamId: number, bytes: Uint8Array, start: number, end: number, flowOctets: number, endStream: boolean): void;
  /** HEADERS: a field block fragment. Priority signals of RFC 7540 were checked and dropped (RFC 9113 §5.3.2). */
  onHeaders(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endStream: boolean,
    endHeaders: boolean,
  ): void;
  /** PRIORITY: deprecated, without effect, counted by who counts. */
  onPriority(streamId: number): void;
  onRstStream(streamId: number, errorCode: number): void;
  /** One setting; called for each in the frame, then {@link onSettingsEnd}. Values are not checked here. */
  onSetting(identifier: number, value: number): void;
  onSettingsEnd(): void;
  onSettingsAck(): void;
  /** PUSH_PROMISE: the promised stream and a field block fragment. */
  onPushPromise(
    streamId: number,
    promisedId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endHeaders: boolean,
  ): void;
  /** PING: eight opaque octets from `at` on. */
  onPing(bytes: Uint8Array, at: number, ack: boolean): void;
  onGoaway(lastStreamId: number, errorCode: number, bytes: Uint8Array, start: number, end: number): void;
  /** WINDOW_UPDATE; stream 0 is the connection. The increment is 1 to 2^31-1. */
  onWindowUpdate(streamId: number, increment: number): void;
  onContinuation(streamId: number, bytes: Uint8Array, start: number, end: number, endHeaders: boolean): void;
  /** PRIORITY_UPDATE (RFC 9218 §7.1): the field value for a stream. */
  onPriorityUpdate(streamId: number, bytes: Uint8Array, start: number, end: number): void;
  /** ORIGIN (RFC 8336) or ALTSVC (RFC 7838): the payload as it is. Only servers send them. */
  onExtension(type: number, streamId: number, bytes: Uint8Array, start: number, end: number): void;
  /** A frame of unknown type (RFC 9113 §5.5): ignored, but never in the middle of a field block. */
  onUnknown(type: number, streamId: number): void;
  /** A frame that breaks one stream and not the connection (RFC 9113 §5.4.2). */
  onStreamError(streamId: number, errorCode: number): void;
}
