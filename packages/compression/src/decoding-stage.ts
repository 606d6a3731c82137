/**
 * One coding being undone between who sends content and who reads it: encoded octets in, decoded octets out, both for
 * credit.
 *
 * Nothing is asked for before the reader grants credit; never more than {@link ENCODED_WINDOW} encoded octets and two
 * pieces of decoded ones wait here. Content that is small and comes at once is decoded at once, without a stream.
 *
 * @module
 */
import type { ContentReceiver, ContentSource, Fields } from "@stack/http";
import type { ContentCoding, Decoder, DecoderVisitor } from "./content-coding.ts";
import { ContentDecodingError, corrupt } from "./errors.ts";
import type { Expansion } from "./expansion.ts";

/** Encoded octets that are asked for ahead of the decoder. */
export const ENCODED_WINDOW = 65_536;

/** Encoded octets up to which content is decoded in one synchronous call: cheaper than a stream (bench/compression). */
export const WHOLE_ENCODED = 32_768;

/** Decoded octets that such a call may give: it runs on the thread that serves everybody else. */
export const WHOLE_DECODED = 524_288;

const GATHERING = 0;
const DECODING = 1;
const DONE = 2;

/** Undoes one coding. The credit that it is granted counts decoded octets; that which it grants, encoded ones. */
export class DecodingStage implements ContentReceiver, ContentSource, DecoderVisitor {
  private readonly coding: ContentCoding;
  private readonly receiver: ContentReceiver;
  private readonly expansion: Expansion;
  private readonly onWire: boolean;
  private readonly small: boolean;
  private source: ContentSource | null;
  private decoder: Decoder | null;
  private state: number;
  /** Encoded octets that the decoder has not got yet. */
  private gathered: Uint8Array;
  private gatheredOctets: number;
  /** Encoded octets that the decoder is taking in. */
  private taking: number;
  private trailers: Fields | null;
  private inputEnded: boolean;
  private endTold: boolean;
  /** Decoded octets that wait for credit. */
  private readonly ready: Uint8Array[];
  private readyOffset: number;
  private decodedOctets: number;
  private decodedEnd: boolean;
  private credit: number;
  private asked: boolean;
  private delivering: boolean;
  private turnAwaited: boolean;

  /**
   * @param length - encoded octets to come, -1 when only the end will tell
   * @param onWire - whether the encoded octets are those of the wire, which `expansion` counts
   */
  constructor(coding: ContentCoding, receiver: ContentReceiver, expansion: Expansion, length: number, onWire: boolean) {
    this.coding = coding;
    this.receiver = receiver;
    this.expansion = expansion;
    this.onWire = onWire;
    this.small = length >= 0 && length <= WHOLE_ENCODED;
    this.source = null;
    this.decoder = null;
    this.state = GATHERING;
    this.gathered = NOTHING;
    this.gatheredOctets = 0;
    this.taking = 0;
    this.trailers = null;
    this.inputEnded = false;
    this.endTold = false;
    this.ready = [];
    this.readyOffset = 0;
    this.decodedOctets = 0;
    this.decodedEnd = false;
    this.credit = 0;
    this.asked = false;
    this.delivering = false;
    this.turnAwaited = false;
  }

  /** Who is granted credit for encoded octets. */
  attach(source: ContentSource): void {
    this.source = source;
    if (this.state === DONE && !this.inputEnded) source.stop(0);
  }

  // Towards the sender.

  onContent(bytes: Uint8Array, start: number, end: number): void {
    if (this.state === DONE || end === start) return;
    const octets = end - start;
    if (this.onWire) this.expansion.add(octets);
    this.gather(bytes, start, end);
    if (this.state === DECODING) this.feed();
    else if (this.gatheredOctets > WHOLE_ENCODED) this.startDecoding();
    // What comes whole within one turn, as most small contents do, needs no stream. What does not is not held back:
    // its sender may have nothing to add for a while.
    else if (!this.small && !this.turnAwaited) {
      this.turnAwaited = true;
      queueMicrotask(() => this.turnIsOver());
    }
  }

  onEnd(trailers: Fields | null): void {
    if (this.state === DONE) return;
    this.trailers = trailers;
    this.inputEnded = true;
    if (this.state === DECODING) this.feed();
    else this.decodeWhole();
  }

  onError(error: Error): void {
    if (this.state === DONE) return;
    this.release();
    this.receiver.onError(error);
  }

  // Towards the reader.

  grant(octets: number): void {
    if (this.state === DONE) return;
    this.credit += octets;
    if (!this.asked) {
      this.asked = true;
      this.source?.grant(ENCODED_WINDOW);
    }
    this.deliver();
  }

  stop(code: number): void {
    if (this.state === DONE) return;
    this.release();
    if (!this.inputEnded) this.source?.stop(code);
  }

  // Towards the decoder.

  onDecoded(bytes: Uint8Array): void {
    if (this.state === DONE) return;
    this.decodedOctets += bytes.length;
    const wrong = this.expansion.check(this.coding.names[0], this.decodedOctets);
    if (wrong !== null) {
      this.fail(wrong);
      return;
    }
    this.ready.push(bytes);
    this.deliver();
  }

  onTaken(): void {
    if (this.state === DONE) return;
    const { taking } = this;
    this.taking = 0;
    if (!this.inputEnded) this.source?.grant(taking);
    this.feed();
  }

  onDecodedEnd(): void {
    this.decodedEnd = true;
    this.deliver();
  }

  onDecodeError(error: ContentDecodingError): void {
    this.fail(error);
  }

  private turnIsOver(): void {
    this.turnAwaited = false;
    if (this.state === GATHERING && !this.inputEnded && this.gatheredOctets >= this.coding.peek) this.startDecoding();
  }

  private decodeWhole(): void {
    const bytes = this.gathered.subarray(0, this.gatheredOctets);
    let decoded: Uint8Array | null;
    try {
      // No octets at all are no coding's, but they are what is sent for nothing; browsers read them so too.
      decoded =
        bytes.length === 0
          ? NOTHING
          : this.coding.decodeWhole(bytes, Math.min(WHOLE_DECODED, this.expansion.allowance));
    } catch (error) {
      this.fail(this.known(error));
      return;
    }
    if (decoded === null) {
      this.startDecoding();
      return;
    }
    this.gathered = NOTHING;
    this.gatheredOctets = 0;
    this.decodedEnd = true;
    if (decoded.length > 0) this.onDecoded(decoded);
    else this.deliver();
  }

  private startDecoding(): void {
    this.state = DECODING;
    try {
      this.decoder = this.coding.decoder(this, this.gathered.subarray(0, this.gatheredOctets));
    } catch (error) {
      this.fail(this.known(error));
      return;
    }
    if (this.credit > 0) this.decoder.pause(false);
    this.feed();
  }

  /** Gives the decoder what has come, one write at a time: octets that come singly are gathered meanwhile (S38). */
  private feed(): void {
    const { decoder } = this;
    if (decoder === null || this.taking > 0 || this.endTold) return;
    if (this.gatheredOctets > 0) {
      const bytes = this.gathered.subarray(0, this.gatheredOctets);
      this.taking = bytes.length;
      this.gathered = NOTHING;
      this.gatheredOctets = 0;
      decoder.write(bytes);
    } else if (this.inputEnded) {
      this.endTold = true;
      decoder.end();
    }
  }

  /** Hands on what there is credit for. */
  private deliver(): void {
    if (this.delivering) return;
    this.delivering = true;
    while (this.credit > 0) {
      const bytes = this.ready[0];
      if (bytes === undefined) break;
      const start = this.readyOffset;
      const end = Math.min(bytes.length, start + this.credit);
      this.credit -= end - start;
      if (end === bytes.length) {
        this.ready.shift();
        this.readyOffset = 0;
      } else this.readyOffset = end;
      this.receiver.onContent(bytes, start, end); // last: it may grant more, or stop
    }
    this.delivering = false;
    if (this.state === DONE) return;
    if (this.ready.length > 0) this.decoder?.pause(true);
    else if (this.decodedEnd) {
      this.release();
      this.receiver.onEnd(this.trailers);
    } else this.decoder?.pause(this.credit <= 0);
  }

  private fail(error: ContentDecodingError): void {
    if (this.state === DONE) return;
    this.release();
    if (!this.inputEnded) this.source?.stop(0);
    this.receiver.onError(error);
  }

  /** What a coding throws; one of yours may throw anything. */
  private known(error: unknown): ContentDecodingError {
    return error instanceof ContentDecodingError ? error : corrupt(this.coding.names[0], error);
  }

  /** Holds nothing any more. */
  private release(): void {
    this.state = DONE;
    this.decoder?.close();
    this.decoder = null;
    this.gathered = NOTHING;
    this.gatheredOctets = 0;
    this.ready.length = 0;
    this.credit = 0;
  }

  private gather(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.gatheredOctets + end - start;
    if (needed > this.gathered.length) {
      const grown = new Uint8Array(Math.max(needed, this.gathered.length * 2));
      grown.set(this.gathered.subarray(0, this.gatheredOctets));
      this.gathered = grown;
    }
    this.gathered.set(bytes.subarray(start, end), this.gatheredOctets);
    this.gatheredOctets = needed;
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
