/**
 * When a request passed each of its stages.
 *
 * @module
 */
import type { OpeningTimes } from "./pooled-connection.ts";

/**
 * Times of one request, ms on the clock of `performance.now()`. What did not happen is -1: on a reused connection
 * nobody is connected to. `resolved`, `connected` and `secured` are told to the first request over a connection, whoever
 * began it, as far as they came after its call; so a duration is never negative.
 */
export class Timings {
  /** The call. */
  start: number;
  /** A connection was there; what lies before is the queue and the three stages below. */
  queued: number;
  /** The host's addresses were known. */
  resolved: number;
  /** The socket was connected. */
  connected: number;
  /** The TLS handshake was over. */
  secured: number;
  /** The request was given to the connection. */
  sent: number;
  /** The response's head was there. */
  head: number;
  /** The response was complete. */
  end: number;

  constructor(start: number) {
    this.start = start;
    this.queued = -1;
    this.resolved = -1;
    this.connected = -1;
    this.secured = -1;
    this.sent = -1;
    this.head = -1;
    this.end = -1;
  }
}

/** Its request is the first over a connection. What was there before the call cost it nothing. */
export function tellOpening(timings: Timings, { resolved, connected, secured }: OpeningTimes): void {
  const { start } = timings;
  timings.resolved = resolved < start ? -1 : resolved;
  timings.connected = connected < start ? -1 : connected;
  timings.secured = secured < start ? -1 : secured;
}
