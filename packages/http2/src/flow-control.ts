/**
 * Flow-control windows (RFC 9113 §5.2 and §6.9).
 *
 * The arithmetic of windows and nothing else: no frame is sent here.
 *
 * @module
 */
import { MAX_31_BIT } from "@stack/http2-frames";

/** The initial window of a stream and of a connection, octets (RFC 9113 §6.9.2). */
export const DEFAULT_WINDOW = 65_535;

/** The largest window, octets (RFC 9113 §6.9.1). */
export const MAX_WINDOW: number = MAX_31_BIT;

/** Not a window: the peer granted more than {@link MAX_WINDOW}. */
export const OVERFLOW: number = Number.NaN;

/**
 * Adds credit to a window.
 *
 * @param window - octets left; negative after the peer lowers SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113 §6.9.2)
 * @param credit - octets granted; negative when the initial window is lowered
 * @returns the new window, or {@link OVERFLOW}, which the caller answers with FLOW_CONTROL_ERROR
 */
export function grant(window: number, credit: number): number {
  const sum = window + credit;
  return sum > MAX_WINDOW ? OVERFLOW : sum;
}

/**
 * The window that we give to the peer, of a stream or of the connection.
 *
 * Octets are given back when they were consumed, not when they arrive, so what
 * the peer can make us hold is never more than {@link size}. Returned in portions:
 * one WINDOW_UPDATE for many frames.
 */
export class ReceiveWindow {
  /** Octets that the peer may have in flight or waiting with us. */
  size: number;
  /** Octets that the peer may still send. */
  left: number;
  private consumed: number;

  /** @param left - what the peer takes the window for, while it may not have heard of `size` */
  constructor(size: number, left: number = size) {
    this.size = size;
    this.left = left;
    this.consumed = 0;
  }

  /** Octets arrived. False: more than the window allowed (FLOW_CONTROL_ERROR). */
  take(octets: number): boolean {
    this.left -= octets;
    return this.left >= 0;
  }

  /** Octets were consumed; returns the increment to send now, or 0. */
  give(octets: number): number {
    this.consumed += octets;
    if (this.consumed < portion(this.size)) return 0;
    const increment = this.consumed;
    this.left += increment;
    this.consumed = 0;
    return increment;
  }

  /** Enlarges the window; returns by how much. */
  grow(size: number): number {
    const more = Math.max(0, size - this.size);
    this.size += more;
    this.left += more;
    return more;
  }
}

/**
 * Estimates the bandwidth-delay product, so that windows are as large as the
 * path needs and no larger. A PING is sent when content arrives; what came
 * until its acknowledgement is what the path holds. Windows are grown when that
 * was most of the window: then it is the window that limits.
 */
export class BandwidthEstimate {
  /** A probe is on its way. */
  probing: boolean;
  private octets: number;

  constructor() {
    this.probing = false;
    this.octets = 0;
  }

  /** Content arrived. True: so much came that the window could be what limits; send a probe now. */
  arrived(octets: number, window: number): boolean {
    this.octets += octets;
    if (this.probing || this.octets < window / 2) return false;
    this.probing = true;
    this.octets = 0;
    return true;
  }

  /** The probe came back: the window that the path could use, octets. */
  measured(window: number, most: number): number {
    this.probing = false;
    const { octets } = this;
    this.octets = 0;
    return octets >= window / 2 ? Math.min(Math.max(octets * 2, window * 2), most) : window;
  }
}

/**
 * How many octets are consumed before they are given back: half of a small window, an eighth of a large one. What is
 * consumed and not given back lies idle: with halves, a window would have to be twice as large as its path.
 */
function portion(size: number): number {
  return Math.max(Math.min(size / 2, SMALL_PORTION), size / 8);
}

const SMALL_PORTION = 32_768;
