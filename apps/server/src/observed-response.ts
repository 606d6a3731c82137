/**
 * A response that is watched on its way out: what a layer needs that tells of
 * requests when they are over.
 *
 * The handler gets a response of its own; what it sends there is passed on, piece
 * by piece and with back-pressure, to the response that the layer was given.
 *
 * @module
 */
import { type Carrier, type Fields, forbidsContent, HttpResponse, type Producer, type ResponseSink } from "@stack/http";

/** How a response ended. */
export interface Outcome {
  /** The status that was sent, 0 when the peer was gone before. */
  readonly status: number;
  /** Octets of content that were sent, without those of its coding; `null` when someone else answered. */
  readonly octets: number | null;
  /** False when the response was broken off: the peer has an incomplete one. */
  readonly complete: boolean;
}

/** One response on its way, from the handler's side to the layer's. */
export class ObservedResponse implements ResponseSink {
  /** What the handler is given. */
  readonly response: HttpResponse;
  private readonly outer: HttpResponse;
  private readonly onEnd: (outcome: Outcome) => void;
  private silent: boolean;
  private status: number;
  private octets: number | null;
  private producer: Producer | null;
  private waiting: boolean;
  private over: boolean;

  /**
   * @param outer - the response that the layer was given
   * @param head - whether the request is HEAD, so that content stays here
   * @param onEnd - told once, when the last octet was handed on or the response was broken off
   */
  constructor(outer: HttpResponse, head: boolean, onEnd: (outcome: Outcome) => void) {
    this.outer = outer;
    this.onEnd = onEnd;
    this.silent = head;
    this.status = 0;
    this.octets = 0;
    this.producer = null;
    this.waiting = false;
    this.over = false;
    this.response = new HttpResponse(this);
  }

  /** The handler failed; `status` is answered in its place, unless its own head was sent or the peer is gone (0). */
  failed(status: number): void {
    const headSent = this.status !== 0;
    if (!headSent) {
      this.status = status;
      this.octets = null;
    }
    this.end(!headSent && status !== 0);
  }

  sendInformational(status: number, fields: Fields): void {
    this.outer.inform(status, fields);
  }

  sendWhole(status: number, fields: Fields, content: Uint8Array | string): void {
    this.begin(status, fields);
    this.outer.send(content);
    this.counts(typeof content === "string" ? Buffer.byteLength(content) : content.length);
    this.end(true);
  }

  sendHead(status: number, fields: Fields, end: boolean): void {
    if (end) {
      this.sendWhole(status, fields, "");
      return;
    }
    this.begin(status, fields);
    this.outer.write(""); // the head, and nothing yet
  }

  get takesContent(): boolean {
    return !this.silent;
  }

  sendContent(bytes: Uint8Array, end: boolean): boolean {
    this.counts(bytes.length);
    if (end) {
      this.outer.end(bytes);
      this.end(true);
      return true;
    }
    const room = this.outer.write(bytes);
    if (!room) this.wait();
    return room;
  }

  sendTrailers(fields: Fields): void {
    this.outer.trailers.appendAll(fields);
    this.outer.end();
    this.end(true);
  }

  accept(fields: Fields): Carrier {
    const carrier = this.outer.accept(fields);
    this.status = 101;
    this.end(true);
    return carrier;
  }

  push(): null {
    return null; // what is pushed has a request of its own, which is observed as such
  }

  reset(code: number): void {
    this.outer.reset(code);
    this.end(false);
  }

  attach(producer: Producer): void {
    this.producer = producer;
  }

  private begin(status: number, fields: Fields): void {
    this.status = status;
    if (forbidsContent(status)) this.silent = true;
    this.outer.status = status;
    this.outer.fields.appendAll(fields);
  }

  private counts(octets: number): void {
    if (!this.silent && this.octets !== null) this.octets += octets;
  }

  private wait(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.outer.drained().then(
      () => {
        this.waiting = false;
        this.producer?.resume();
      },
      (reason: Error) => this.producer?.stopped(reason),
    );
  }

  private end(complete: boolean): void {
    if (this.over) return;
    this.over = true;
    this.onEnd({ status: this.status, octets: this.octets, complete });
  }
}
