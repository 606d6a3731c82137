/**
 * Which version of HTTP a client speaks on a cleartext port (RFC 9113 §3.3).
 *
 * HTTP/2 with prior knowledge begins with octets that are no HTTP/1.1 request.
 * As soon as the first octets tell, the connection is handed to the engine of
 * that version, with everything that came. The time for a head runs meanwhile (S82).
 *
 * @module
 */
import type { Carrier, Engine } from "@stack/http";
import { PREFACE } from "@stack/http2-frames";

/** Makes the engine of a version. */
export interface Engines {
  /** `openedAt`: when the connection began, ms; the time for a first head does not begin anew with its first octet (S88). */
  http1(carrier: Carrier, openedAt: number): Engine;
  http2(carrier: Carrier): Engine;
}

export class ProtocolSniffer implements Engine {
  deadline: number;
  private readonly carrier: Carrier;
  private readonly engines: Engines;
  private readonly openedAt: number;
  /** Octets of the preface that came, or -1 when the connection has been handed over or is ending. */
  private matched: number;
  private ending: boolean;

  constructor(carrier: Carrier, engines: Engines, timeoutMs: number) {
    this.openedAt = carrier.now;
    this.deadline = this.openedAt + timeoutMs;
    this.carrier = carrier;
    this.engines = engines;
    this.matched = 0;
    this.ending = false;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (this.matched < 0) return;
    const before = this.matched;
    let at = start;
    while (at < end && this.matched < PREFACE.length && bytes[at] === PREFACE.charCodeAt(this.matched)) {
      at++;
      this.matched++;
    }
    // A first line that is no request line of HTTP/1 either is taken for a preface that is wrong: HTTP/2 refuses it.
    if (this.matched === PREFACE.length || (at < end && before === 0 && isNoRequestLine(bytes, start, end)))
      this.handOver(this.engines.http2(this.carrier), before, bytes, start, end);
    else if (at < end) this.handOver(this.engines.http1(this.carrier, this.openedAt), before, bytes, start, end);
  }

  receiveEnd(): void {
    if (this.matched <= 0) {
      this.finish();
      return;
    }
    const next = this.engines.http1(this.carrier, this.openedAt);
    this.handOver(next, this.matched, NOTHING, 0, 0);
    next.receiveEnd(); // it came to us, and does not come again
  }

  flush(sink: { end(): void }): boolean {
    if (this.ending) sink.end();
    return true;
  }

  drain(): void {
    this.finish();
  }

  onDeadline(): void {
    if (this.carrier.now < this.deadline) return;
    this.carrier.abort(null);
  }

  closed(): void {
    this.matched = -1;
  }

  /** What matched in earlier reads is known by heart and need not have been kept. */
  private handOver(next: Engine, matched: number, bytes: Uint8Array, start: number, end: number): void {
    this.matched = -1;
    const rest = new Uint8Array(matched + end - start);
    for (let i = 0; i < matched; i++) rest[i] = PREFACE.charCodeAt(i);
    rest.set(bytes.subarray(start, end), matched);
    this.carrier.handOver(next, rest);
  }

  private finish(): void {
    this.matched = -1;
    this.ending = true;
    this.carrier.wantFlush();
  }
}

/**
 * Whether a first line has neither a request target nor a version of HTTP/1 (RFC 9112 §3): three words, the second no
 * form of a target, the third not `HTTP/`. Anything that is only broken is HTTP/1's to refuse, with a 400.
 */
function isNoRequestLine(bytes: Uint8Array, start: number, end: number): boolean {
  const target = bytes.indexOf(SP, start) + 1;
  const first = bytes[target];
  if (target <= start + 1 || target >= end || first === SP || first === SLASH || first === ASTERISK) return false;
  const line = bytes.indexOf(CR, target);
  const version = bytes.indexOf(SP, target) + 1;
  if (line < 0 || line >= end || version === 0 || version > line) return false;
  for (let at = target; at < version; at++) if (bytes[at] === COLON) return false; // absolute or authority form
  return ((bytes[version] as number) | 0x20) !== LETTER_H;
}

const SP = 0x20;
const CR = 0x0d;
const SLASH = 0x2f;
const ASTERISK = 0x2a;
const COLON = 0x3a;
const LETTER_H = 0x68;

const NOTHING: Uint8Array = new Uint8Array(0);
