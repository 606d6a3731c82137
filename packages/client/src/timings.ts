/**
 * When a request passed each of its stages.
 *
 * @module
 */

/**
 * Times of one request, ms on the clock of `performance.now()`. What did not happen is -1: on a reused connection
 * nobody is connected to.
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
