/**
 * Leaving in two phases (RFC 9113 §6.8).
 *
 * First: no new streams, please. Then, when the peer must have read that,
 * because a PING behind it came back or its time is over: which stream was the
 * last that is worked on. What it sent in between is answered.
 *
 * @module
 */
import { ERROR_CODE, MAX_31_BIT } from "@stack/http2-frames";
import type { ControlFrames } from "./control-frames.ts";

export class Goaway {
  /** The first phase has begun. */
  begun: boolean;
  /** The last stream was named. */
  said: boolean;
  /** The last stream that we work on; 2^31-1 until it is named. Never raised. */
  lastStream: number;
  /** When the second phase begins at the latest, ms. */
  due: number;
  private readonly control: ControlFrames;

  constructor(control: ControlFrames) {
    this.begun = false;
    this.said = false;
    this.lastStream = MAX_31_BIT;
    this.due = Number.POSITIVE_INFINITY;
    this.control = control;
  }

  /** The first phase; the caller sends a PING behind it. */
  begin(now: number): void {
    this.begun = true;
    this.control.goaway(MAX_31_BIT, ERROR_CODE.NO_ERROR, "");
    this.due = now + PING_MS;
  }

  /** The second phase: `lastStream` is the last that is worked on. */
  name(lastStream: number): void {
    this.said = true;
    this.due = Number.POSITIVE_INFINITY;
    this.lastStream = lastStream;
    this.control.goaway(lastStream, ERROR_CODE.NO_ERROR, "");
  }

  /** The last word, whatever was said before. */
  end(lastPeerStream: number, errorCode: number, debug: string): void {
    this.due = Number.POSITIVE_INFINITY;
    this.control.goaway(Math.min(lastPeerStream, this.lastStream), errorCode, debug);
  }

  /** Nobody is there to hear it. */
  stop(): void {
    this.due = Number.POSITIVE_INFINITY;
  }
}

/** How long the peer may take to answer the PING behind our first GOAWAY, ms. */
const PING_MS = 1_000;
