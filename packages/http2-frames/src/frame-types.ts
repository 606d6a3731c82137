/**
 * Frame types, flags and sizes (RFC 9113 §4.1 and §6; RFC 7838 §4, RFC 8336 §2, RFC 9218 §7.1).
 *
 * @module
 */

/** Frame types. Any other is ignored (RFC 9113 §5.5). */
export const FRAME_TYPE = {
  DATA: 0x00,
  HEADERS: 0x01,
  PRIORITY: 0x02,
  RST_STREAM: 0x03,
  SETTINGS: 0x04,
  PUSH_PROMISE: 0x05,
  PING: 0x06,
  GOAWAY: 0x07,
  WINDOW_UPDATE: 0x08,
  CONTINUATION: 0x09,
  ALTSVC: 0x0a,
  ORIGIN: 0x0c,
  PRIORITY_UPDATE: 0x10,
} as const;

/** Flags; one bit means different things on different types. Any other is ignored (RFC 9113 §4.1). */
export const FLAG = {
  END_STREAM: 0x01,
  ACK: 0x01,
  END_HEADERS: 0x04,
  PADDED: 0x08,
  PRIORITY: 0x20,
} as const;

/** Identifiers of settings (RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1). */
export const SETTING = {
  HEADER_TABLE_SIZE: 0x01,
  ENABLE_PUSH: 0x02,
  MAX_CONCURRENT_STREAMS: 0x03,
  INITIAL_WINDOW_SIZE: 0x04,
  MAX_FRAME_SIZE: 0x05,
  MAX_HEADER_LIST_SIZE: 0x06,
  ENABLE_CONNECT_PROTOCOL: 0x08,
  NO_RFC7540_PRIORITIES: 0x09,
} as const;

/** Octets of a frame's head (RFC 9113 §4.1). */
export const FRAME_HEAD_OCTETS = 9;

/** SETTINGS_MAX_FRAME_SIZE until it is changed, octets (RFC 9113 §6.5.2). */
export const DEFAULT_MAX_FRAME_OCTETS = 16_384;

/** The most that SETTINGS_MAX_FRAME_SIZE may be, octets. */
export const LARGEST_FRAME_OCTETS = 16_777_215;

/** The largest window, and the largest stream identifier: 31 bits (RFC 9113 §6.9, §5.1.1). */
export const MAX_31_BIT = 0x7fffffff;

/** What a client sends first (RFC 9113 §3.4), as latin1. */
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
