/**
 * What the fields of a head say about its message and its connection:
 * Content-Length, Transfer-Encoding, Connection, Host, Expect and Upgrade.
 *
 * Each field line is read when its last octet is seen, so a lie is refused at
 * once and not at the end of the head. {@link FramingFields.check} then applies
 * the rules that need all of them.
 *
 * @module
 */

import { authorityKind, INVALID } from "./authority.ts";
import { HeadSyntaxError, quote } from "./errors.ts";
import { CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING } from "./framing-names.ts";
import { isKnownName, type KnownName, knownName } from "./known-names.ts";
import { latin1 } from "./latin1.ts";
import type { Leniency } from "./leniency.ts";
import * as octets from "./octets.ts";

// Constants of this module: a binding of another is loaded anew for each octet (bench/http1-parser: 40 ns a head).
const { COMMA, HTAB, SP, TCHAR, ZERO } = octets;

/** The framing fields of one head. Reused for each message of a connection. */
export class FramingFields {
  /** The value of Content-Length in octets; -1 when there is none. */
  contentLength = -1;
  /** Transfer codings seen, over all lines. */
  codings = 0;
  /** Whether the last of them is `chunked`. */
  chunked = false;
  private hasChunked = false;
  /** Connection options (RFC 9110 §7.6.1). */
  close = false;
  keepAlive = false;
  upgradeOption = false;
  /** Whether an Upgrade field is there. */
  upgrade = false;
  expectContinue = false;
  /** Which field line is the Host; -1 when there is none. */
  host = -1;
  /** Whether nothing but Host was seen: most heads, for which there is little to forget. */
  private isHostOnly = true;
  private readonly leniency: Readonly<Leniency>;
  private readonly isRequest: boolean;

  constructor(leniency: Readonly<Leniency>, isRequest: boolean) {
    this.leniency = leniency;
    this.isRequest = isRequest;
  }

  /** Forgets all, for the next head. */
  reset(): void {
    this.host = -1;
    if (this.isHostOnly) return;
    this.isHostOnly = true;
    this.contentLength = -1;
    this.codings = 0;
    this.chunked = false;
    this.hasChunked = false;
    this.close = false;
    this.keepAlive = false;
    this.upgradeOption = false;
    this.upgrade = false;
    this.expectContinue = false;
  }

  /**
   * Reads the value `bytes[start, end)`, trimmed and valid, of a field.
   *
   * @param name - which, of framing-names.ts
   * @param line - its number in the section, from 0
   */
  add(name: number, bytes: Uint8Array, start: number, end: number, line: number): void {
    if (name === HOST) {
      if (this.isRequest) this.addHost(bytes, start, end, line);
      return;
    }
    this.isHostOnly = false;
    if (name === CONNECTION) this.addConnection(bytes, start, end);
    else if (name === CONTENT_LENGTH) this.addContentLength(bytes, start, end);
    else if (name === TRANSFER_ENCODING) this.addTransferEncoding(bytes, start, end);
    else if (name === EXPECT) this.addExpect(bytes, start, end);
    else this.upgrade = true;
  }

  /**
   * The rules of RFC 9112 §6.1 and §6.3 that need the whole head.
   *
   * @throws HeadSyntaxError for a message whose end two readers could place
   *   differently: Transfer-Encoding in HTTP/1.0 (S5), without a final chunked
   *   (S2), or beside Content-Length (S1)
   */
  check(minor: number): void {
    if (this.codings === 0) return;
    if (minor === 0) throw new HeadSyntaxError("ERR_HTTP1_TRANSFER_ENCODING_IN_1_0");
    if (this.contentLength >= 0) {
      if (!this.leniency.transferEncodingOverContentLength)
        throw new HeadSyntaxError("ERR_HTTP1_TRANSFER_ENCODING_AND_CONTENT_LENGTH");
      this.contentLength = -1; // §6.3 rule 3: Transfer-Encoding overrides
      this.close = true; // §6.1: close after such a message
    }
    if (this.codings === 1 && this.chunked) return;
    if (this.isRequest && !this.chunked) throw new HeadSyntaxError("ERR_HTTP1_TRANSFER_ENCODING"); // §6.3 rule 4
    if (this.isRequest || !this.leniency.unknownTransferCodings)
      throw new HeadSyntaxError("ERR_HTTP1_TRANSFER_CODING_UNSUPPORTED"); // §6.1: 501
  }

  /** Whether the connection stays open after the message (RFC 9112 §9.3). */
  persists(minor: number): boolean {
    return !this.close && (minor === 1 || this.keepAlive);
  }

  private addHost(bytes: Uint8Array, start: number, end: number, line: number): void {
    if (this.host >= 0 || authorityKind(bytes, start, end) === INVALID)
      throw new HeadSyntaxError("ERR_HTTP1_HOST", quote(latin1(bytes, start, end)));
    this.host = line;
  }

  /** 1*DIGIT and nothing else (RFC 9110 §8.6): no sign, space, list, hexadecimal (S7, S8, S9). */
  private addContentLength(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    do {
      const from = at;
      let length = 0;
      for (; at < end; at++) {
        const digit = bytes[at] - ZERO;
        if (digit < 0 || digit > 9) break;
        length = length * 10 + digit;
        if (length > Number.MAX_SAFE_INTEGER) this.badContentLength(bytes, start, end);
      }
      if (at === from) this.badContentLength(bytes, start, end);
      if (this.contentLength >= 0 && (this.contentLength !== length || !this.leniency.equalContentLengths))
        throw new HeadSyntaxError("ERR_HTTP1_DUPLICATE_CONTENT_LENGTH", quote(latin1(bytes, start, end)));
      this.contentLength = length;
      if (at === end) return;
      at = this.leniency.equalContentLengths ? afterComma(bytes, at, end) : end;
    } while (at < end);
    this.badContentLength(bytes, start, end);
  }

  private badContentLength(bytes: Uint8Array, start: number, end: number): never {
    throw new HeadSyntaxError("ERR_HTTP1_CONTENT_LENGTH", quote(latin1(bytes, start, end)));
  }

  /**
   * A list of tokens in which `chunked` comes once and last (RFC 9112 §6.1, §7).
   *
   * Several lines are one list (S3). Stricter than RFC 9110 §5.6.1: no empty
   * elements, no parameters and no quotes, which hide `chunked` from others (S2).
   */
  private addTransferEncoding(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    for (;;) {
      const from = at;
      while (at < end && TCHAR[bytes[at]] === 1) at++;
      if (at === from || (this.chunked && (this.isRequest || !this.leniency.unknownTransferCodings))) break;
      this.codings += 1;
      this.chunked = isKnownName(bytes, from, at, CHUNKED);
      if (this.chunked && this.hasChunked) break;
      this.hasChunked = this.hasChunked || this.chunked;
      if (at === end) return;
      at = afterComma(bytes, at, end); // `end`, and then an empty token, without a comma or with nothing after it
    }
    throw new HeadSyntaxError("ERR_HTTP1_TRANSFER_ENCODING", quote(latin1(bytes, start, end)));
  }

  private addConnection(bytes: Uint8Array, start: number, end: number): void {
    for (let at = memberStart(bytes, start, end); at < end; ) {
      const last = memberEnd(bytes, at, end);
      if (isKnownName(bytes, at, last, CLOSE)) this.close = true;
      else if (isKnownName(bytes, at, last, KEEP_ALIVE)) this.keepAlive = true;
      else if (isKnownName(bytes, at, last, UPGRADE)) this.upgradeOption = true;
      at = memberStart(bytes, last, end);
    }
  }

  /** Expect: 100-continue (RFC 9110 §10.1.1). Other expectations are left to the application. */
  private addExpect(bytes: Uint8Array, start: number, end: number): void {
    for (let at = memberStart(bytes, start, end); at < end; ) {
      const last = memberEnd(bytes, at, end);
      if (isKnownName(bytes, at, last, CONTINUE)) this.expectContinue = true;
      at = memberStart(bytes, last, end);
    }
  }
}

/** Past OWS "," OWS; `end` when no comma is there or nothing follows it. */
function afterComma(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isOws(bytes[at])) at++;
  if (bytes[at] !== COMMA) return end;
  at += 1;
  while (at < end && isOws(bytes[at])) at++;
  return at;
}

/** Where the next member of a list begins: past commas and whitespace (RFC 9110 §5.6.1: empty members are ignored). */
function memberStart(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === COMMA || isOws(bytes[at]))) at++;
  return at;
}

/** Where the member that begins at `start` ends, without the whitespace after it. */
function memberEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== COMMA) at++;
  while (isOws(bytes[at - 1])) at--;
  return at;
}

function isOws(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

const CHUNKED: KnownName = knownName("chunked");
const CLOSE: KnownName = knownName("close");
const KEEP_ALIVE: KnownName = knownName("keep-alive");
const UPGRADE: KnownName = knownName("upgrade");
const CONTINUE: KnownName = knownName("100-continue");
