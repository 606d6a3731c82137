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
  /** PRIORITY: deprecated and without effect (RFC 9113 §5.3.2), but it costs what it costs (S59). */
  onPriority(streamId: number): void;
  /** RST_STREAM; the code may be one that nobody has defined (RFC 9113 §7). */
  onRstStream(streamId: number, errorCode: number): void;
  /** One setting, 16 and 32 bits; called for each in the frame, unknown ones too. Values are not checked here (S70). */
  onSetting(identifier: number, value: number): void;
  /** The end of a SETTINGS frame, which is now to be acknowledged (RFC 9113 §6.5.3). */
  onSettingsEnd(): void;
  onSettingsAck(): void;
  /** PUSH_PROMISE: the promised stream, never 0, and a field block fragment. */
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
  /** GOAWAY; `bytes[start, end)` is debug data: the peer's text, not to be trusted or shown as it is. */
  onGoaway(lastStreamId: number, errorCode: number, bytes: Uint8Array, start: number, end: number): void;
  /** WINDOW_UPDATE; stream 0 is the connection. The increment is 1 to 2^31-1. */
  onWindowUpdate(streamId: number, increment: number): void;
  /** CONTINUATION: more of a field block. Whether one is open on that stream is the engine's to know (§6.10). */
  onContinuation(streamId: number, bytes: Uint8Array, start: number, end: number, endHeaders: boolean): void;
  /** PRIORITY_UPDATE (RFC 9218 §7.1): the field value for a stream, which is never 0. */
  onPriorityUpdate(streamId: number, bytes: Uint8Array, start: number, end: number): void;
  /**
   * ORIGIN (RFC 8336), on stream 0 and without reserved flags, or ALTSVC (RFC 7838): the payload as it is, for
   * `decodeOrigins` and `decodeAltsvc`. Only servers send them; a server that receives one ignores it.
   */
  onExtension(type: number, streamId: number, bytes: Uint8Array, start: number, end: number): void;
  /**
   * A frame of unknown type, or of an extension where that is to be ignored (RFC 9113 §4.1 and §5.5, S71): it means
   * nothing, but must not stand in the middle of a field block, and costs what it costs.
   */
  onUnknown(type: number, streamId: number): void;
  /**
   * A frame that breaks one stream and not the connection (RFC 9113 §5.4.2): a PRIORITY of wrong length, a
   * WINDOW_UPDATE by 0, a stream that is said to depend on itself. Returned and not thrown, since the peer chooses how
   * often (S55). The stream may be in any state, idle too.
   */
  onStreamError(streamId: number, errorCode: number): void;
}
