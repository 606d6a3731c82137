/**
 * Settings (RFC 9113 §6.5.2): the peer's, checked as they come, and ours, which differ from the protocol's defaults.
 *
 * @module
 */
import { DEFAULT_TABLE_SIZE } from "@stack/hpack";
import {
  ConnectionError,
  DEFAULT_MAX_FRAME_OCTETS,
  ERROR_CODE,
  LARGEST_FRAME_OCTETS,
  MAX_31_BIT,
  SETTING,
} from "@stack/http2-frames";
import { DEFAULT_WINDOW } from "./flow-control.ts";
import type { ResolvedOptions } from "./options.ts";

const { PROTOCOL_ERROR, FLOW_CONTROL_ERROR } = ERROR_CODE;

export class PeerSettings {
  initialWindowOctets: number = DEFAULT_WINDOW;
  maxFrameOctets: number = DEFAULT_MAX_FRAME_OCTETS;
  /** Streams that we may open; no bound until the peer says one. */
  maxConcurrentStreams: number = Number.POSITIVE_INFINITY;
  maxFieldSectionOctets: number = Number.POSITIVE_INFINITY;
  enablePush = true;
  enableConnectProtocol = false;

  /**
   * Applies one setting; unknown ones are ignored (§6.5.2, S71).
   * @throws ConnectionError for a value that a setting cannot have (S70)
   */
  apply(identifier: number, value: number): void {
    switch (identifier) {
      case SETTING.ENABLE_PUSH:
        this.enablePush = flag(value, "ENABLE_PUSH");
        break;
      case SETTING.MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        break;
      case SETTING.INITIAL_WINDOW_SIZE:
        if (value > MAX_31_BIT) throw new ConnectionError(FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE is over 2^31-1");
        this.initialWindowOctets = value;
        break;
      case SETTING.MAX_FRAME_SIZE:
        if (value < DEFAULT_MAX_FRAME_OCTETS || value > LARGEST_FRAME_OCTETS)
          throw new ConnectionError(PROTOCOL_ERROR, `MAX_FRAME_SIZE of ${value}`);
        this.maxFrameOctets = value;
        break;
      case SETTING.MAX_HEADER_LIST_SIZE:
        this.maxFieldSectionOctets = value;
        break;
      case SETTING.ENABLE_CONNECT_PROTOCOL: {
        const enabled = flag(value, "ENABLE_CONNECT_PROTOCOL");
        // RFC 8441 §3: once said it is not taken back
        if (this.enableConnectProtocol && !enabled)
          throw new ConnectionError(PROTOCOL_ERROR, "ENABLE_CONNECT_PROTOCOL taken back");
        this.enableConnectProtocol = enabled;
        break;
      }
      case SETTING.NO_RFC7540_PRIORITIES:
        flag(value, "NO_RFC7540_PRIORITIES"); // RFC 9218 §2.1
        break;
      default:
    }
  }
}

/** What we say first: what the role has to say, then what both have; what is the protocol's default is left out. */
export function ourSettings(options: ResolvedOptions, ofRole: readonly [number, number][]): [number, number][] {
  const { maxFieldSectionOctets, headerTableOctets, initialWindowOctets } = options;
  const settings: [number, number][] = [
    ...ofRole,
    [SETTING.MAX_HEADER_LIST_SIZE, maxFieldSectionOctets],
    [SETTING.NO_RFC7540_PRIORITIES, 1],
  ];
  if (headerTableOctets !== DEFAULT_TABLE_SIZE) settings.push([SETTING.HEADER_TABLE_SIZE, headerTableOctets]);
  if (initialWindowOctets !== DEFAULT_WINDOW) settings.push([SETTING.INITIAL_WINDOW_SIZE, initialWindowOctets]);
  return settings;
}

function flag(value: number, name: string): boolean {
  if (value > 1) throw new ConnectionError(PROTOCOL_ERROR, `${name} of ${value}`);
  return value === 1;
}
