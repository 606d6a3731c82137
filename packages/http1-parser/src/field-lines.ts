/**
 * A field section: field lines up to the empty line (RFC 9112 §5).
 *
 * One pass over the octets, which checks each of them and notes where names
 * and values begin and end. State is a few integers, so the section may be cut
 * anywhere. Heads and trailer sections are read by this same code.
 *
 * @module
 */

import { type HeadErrorCode, HeadSyntaxError, quoteOctet } from "./errors.ts";
import type { FramingFields } from "./framing-fields.ts";
import { framingName, OTHER } from "./framing-names.ts";
import { shortLatin1 } from "./latin1.ts";
import type { Leniency } from "./leniency.ts";
import * as octets from "./octets.ts";

// Constants of this module: a binding of another is loaded anew for each octet (bench/http1-parser: 40 ns a head).
const { COLON, CR, FIELD_VALUE, HTAB, LF, SP, TCHAR } = octets;

/** More octets are needed. Not an error. */
export const PARTIAL = -1;

/** What a decoder that has decoded nothing holds: one for all. */
export const NO_FIELDS: string[] = [];

/** Reads the field sections of one connection, one after the other. */
export class FieldLines {
  /** Field lines read so far. */
  count = 0;
  private readonly maxFields: number;
  private readonly leniency: Readonly<Leniency>;
  /** Where framing fields are reported; `null` for trailers, which frame nothing. */
  private readonly framing: FramingFields | null;
  private phase = LINE;
  /** Which framing field the current line is, and whether a fold may follow it. */
  private name = OTHER;
  private folded = false;
  /** Own memory for the offsets once a section is cut; else {@link shared} is used. */
  private held: Int32Array | null = null;

  constructor(maxFields: number, leniency: Readonly<Leniency>, framing: FramingFields | null) {
    this.maxFields = maxFields;
    this.leniency = leniency;
    this.framing = framing;
  }

  /** Begins a new section. */
  reset(): void {
    this.count = 0;
    if (this.phase === LINE && !this.folded) return; // never cut: nothing else has changed
    this.phase = LINE;
    this.name = OTHER;
    this.folded = false;
    this.held = null;
  }

  /**
   * Scans `bytes[at, end)`, all of it or to the end of the section.
   *
   * @param base - the offset to which the noted offsets are relative, so that
   *   the section may be moved to other memory between two calls
   * @returns the offset after the empty line, or {@link PARTIAL}
   * @throws HeadSyntaxError at the first octet that cannot be right
   */
  scan(bytes: Uint8Array, at: number, end: number, base: number): number {
    let p = at;
    if (this.phase === LINE && !this.leniency.obsFold) {
      p = this.scanWholeLines(bytes, at, end, base);
      if (p + 1 < end && bytes[p] === CR && bytes[p + 1] === LF) return p + 2;
    }
    return this.scanOctets(bytes, p, end, base);
  }

  /**
   * Takes the lines that are whole and of the usual form, at half the cost of
   * octet by octet. What is cut, ends the section, needs a leniency or is wrong
   * is left, from the beginning of its line, to {@link FieldLines.scanOctets}.
   *
   * @returns the offset of the first line not taken
   */
  private scanWholeLines(bytes: Uint8Array, at: number, end: number, base: number): number {
    const framing = this.framing;
    const offsets = this.held ?? shared;
    const last = Math.min(this.maxFields, offsets.length / STRIDE);
    let count = this.count;
    let line = at;
    for (; count < last; count++) {
      let p = line;
      while (p < end && TCHAR[bytes[p]] === 1) p++;
      if (p === line || p === end || bytes[p] !== COLON) break;
      const nameEnd = p;
      p += 1;
      while (p < end && isOws(bytes[p])) p++;
      const valueStart = p;
      while (p + 8 <= end) {
        const run = visibleRun(bytes, p);
        p += run;
        if (run < 8) break;
      }
      while (p < end && FIELD_VALUE[bytes[p]] === 1) p++;
      if (p + 1 >= end || bytes[p] !== CR || bytes[p + 1] !== LF) break;
      let valueEnd = p;
      while (valueEnd > valueStart && isOws(bytes[valueEnd - 1])) valueEnd--; // S22: SP and HTAB only
      const n = count * STRIDE;
      offsets[n] = line - base;
      offsets[n + 1] = nameEnd - base;
      offsets[n + 2] = valueStart - base;
      offsets[n + 3] = valueEnd - base;
      if (framing !== null) {
        const name = framingName(bytes, line, nameEnd);
        if (name !== OTHER) framing.add(name, bytes, valueStart, valueEnd, count);
      }
      line = p + 2;
    }
    this.count = count;
    return line;
  }

  /** One octet after the other, in phases, so that the section may be cut anywhere; and every refusal. */
  private scanOctets(bytes: Uint8Array, at: number, end: number, base: number): number {
    let offsets = this.held ?? shared;
    let phase = this.phase;
    let n = this.count * STRIDE;
    let p = at;
    for (;;) {
      if (phase === LINE) {
        if (p === end) break;
        const octet = bytes[p];
        if (TCHAR[octet] === 1) {
          if (n === this.maxFields * STRIDE) throw new HeadSyntaxError("ERR_HTTP1_TOO_MANY_FIELDS");
          if (n === offsets.length) offsets = this.grow(offsets);
          offsets[n] = p - base;
          phase = NAME;
        } else if (octet === CR) {
          p += 1;
          phase = END_LF;
        } else if (octet === LF && this.leniency.bareLf) {
          return p + 1 + this.finish(n);
        } else if ((octet === SP || octet === HTAB) && n > 0 && this.leniency.obsFold && this.name === OTHER) {
          n -= STRIDE; // §5.2: the value before goes on
          this.folded = true;
          phase = VALUE;
        } else throw new HeadSyntaxError(lineStartError(octet, n), quoteOctet(octet));
      }
      if (phase === NAME) {
        while (p < end && TCHAR[bytes[p]] === 1) p++;
        if (p === end) break;
        offsets[n + 1] = p - base;
        this.name = this.framing === null ? OTHER : framingName(bytes, base + offsets[n], p);
        phase = NAME_END;
      }
      if (phase === NAME_END) {
        if (this.leniency.spaceBeforeColon) while (p < end && (bytes[p] === SP || bytes[p] === HTAB)) p++;
        if (p === end) break;
        if (bytes[p] !== COLON) throw new HeadSyntaxError(nameEndError(bytes[p]), quoteOctet(bytes[p]));
        p += 1;
        phase = OWS;
      }
      if (phase === OWS) {
        while (p < end && (bytes[p] === SP || bytes[p] === HTAB)) p++;
        if (p === end) break;
        offsets[n + 2] = p - base;
        phase = VALUE;
      }
      if (phase === VALUE) {
        while (p < end && FIELD_VALUE[bytes[p]] === 1) p++;
        if (p === end) break;
        const octet = bytes[p];
        let last = p - base;
        const first = offsets[n + 2];
        while (last > first && isOws(bytes[base + last - 1])) last--; // S22: SP and HTAB only
        offsets[n + 3] = last;
        if (octet === CR) phase = VALUE_LF;
        else if (octet === LF && this.leniency.bareLf) phase = VALUE_DONE;
        else throw new HeadSyntaxError(octet === LF ? "ERR_HTTP1_BARE_LF" : "ERR_HTTP1_FIELD_VALUE", quoteOctet(octet));
        p += 1;
      }
      if (phase === VALUE_LF) {
        if (p === end) break;
        if (bytes[p] !== LF) throw new HeadSyntaxError("ERR_HTTP1_BARE_CR", quoteOctet(bytes[p]));
        p += 1;
        phase = VALUE_DONE;
      }
      if (phase === VALUE_DONE) {
        if (this.framing !== null && this.name !== OTHER)
          this.framing.add(this.name, bytes, base + offsets[n + 2], base + offsets[n + 3], n / STRIDE);
        n += STRIDE;
        phase = LINE;
      }
      if (phase === END_LF) {
        if (p === end) break;
        if (bytes[p] !== LF) throw new HeadSyntaxError("ERR_HTTP1_BARE_CR", quoteOctet(bytes[p]));
        return p + 1 + this.finish(n);
      }
    }
    this.phase = phase;
    this.count = n / STRIDE;
    if (this.held === null) this.held = offsets.slice(0, n + 8 * STRIDE);
    return PARTIAL;
  }

  /**
   * The fields as `[name, value, name, value, …]`, names as they were sent.
   *
   * @param text - the octets since `base` of {@link scan}, as latin1
   */
  strings(text: string): string[] {
    const offsets = this.held ?? shared;
    const fields = new Array<string>(this.count * 2); // measured: a third cheaper than to push
    for (let i = 0, n = 0; i < fields.length; i += 2, n += STRIDE) {
      fields[i] = text.slice(offsets[n], offsets[n + 1]);
      fields[i + 1] = text.slice(offsets[n + 2], offsets[n + 3]);
    }
    if (this.folded) unfold(fields);
    return fields;
  }

  /** The same from the octets themselves: cheaper as long as they are few. */
  shortStrings(bytes: Uint8Array, base: number): string[] {
    const offsets = this.held ?? shared;
    const fields = new Array<string>(this.count * 2);
    for (let i = 0, n = 0; i < fields.length; i += 2, n += STRIDE) {
      fields[i] = shortLatin1(bytes, base + offsets[n], base + offsets[n + 1]);
      fields[i + 1] = shortLatin1(bytes, base + offsets[n + 2], base + offsets[n + 3]);
    }
    if (this.folded) unfold(fields);
    return fields;
  }

  private grow(offsets: Int32Array): Int32Array {
    const grown = new Int32Array(offsets.length * 2);
    grown.set(offsets);
    if (this.held === null) shared = grown;
    else this.held = grown;
    return grown;
  }

  private finish(n: number): 0 {
    this.count = n / STRIDE;
    return 0;
  }
}

/**
 * How many of the eight octets from `at` are visible ASCII or SP, up to the
 * first that is not: one branch for eight, and none to find where they end,
 * takes half the time of a table for each (694 octets: 440 ns, not 900). What
 * ends the run may belong to a value too; the table decides.
 */
function visibleRun(bytes: Uint8Array, at: number): number {
  // (octet + 1) & 127 is above 32 for 0x20 to 0x7e alone; the others leave a sign bit
  const a = ((bytes[at] + 1) & 127) - 33;
  const b = ((bytes[at + 1] + 1) & 127) - 33;
  const c = ((bytes[at + 2] + 1) & 127) - 33;
  const d = ((bytes[at + 3] + 1) & 127) - 33;
  const e = ((bytes[at + 4] + 1) & 127) - 33;
  const f = ((bytes[at + 5] + 1) & 127) - 33;
  const g = ((bytes[at + 6] + 1) & 127) - 33;
  const h = ((bytes[at + 7] + 1) & 127) - 33;
  if ((a | b | c | d | e | f | g | h) >= 0) return 8;
  const low = (a >>> 31) | ((b >>> 31) << 1) | ((c >>> 31) << 2) | ((d >>> 31) << 3);
  const high = (e >>> 31) | ((f >>> 31) << 1) | ((g >>> 31) << 2) | ((h >>> 31) << 3);
  const others = low | (high << 4); // one bit for each octet that is not
  return 31 - Math.clz32(others & -others); // the number of the lowest
}

/** RFC 9112 §5.2: each fold, with the whitespace around it, becomes one SP. */
function unfold(fields: string[]): void {
  for (let i = 1; i < fields.length; i += 2) {
    const lines = fields[i].split(/\r?\n/);
    if (lines.length > 1)
      fields[i] = lines
        .map((line) => line.replace(/^[ \t]+|[ \t]+$/g, ""))
        .join(" ")
        .trim();
  }
}

function lineStartError(octet: number, n: number): HeadErrorCode {
  if (octet === LF) return "ERR_HTTP1_BARE_LF";
  if (isOws(octet)) return n > 0 ? "ERR_HTTP1_OBS_FOLD" : "ERR_HTTP1_LEADING_SPACE";
  return "ERR_HTTP1_FIELD_NAME";
}

function nameEndError(octet: number): HeadErrorCode {
  if (octet === LF) return "ERR_HTTP1_BARE_LF";
  return isOws(octet) ? "ERR_HTTP1_SPACE_BEFORE_COLON" : "ERR_HTTP1_FIELD_NAME";
}

function isOws(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

/** Integers for each field: name start, name end, value start, value end. */
const STRIDE = 4;

/**
 * Offsets of the section being scanned, for all decoders: nothing is called
 * between scan and strings, and a section that is cut gets memory of its own.
 * It would be 1.6 kB for each of 10,000 connections otherwise.
 */
let shared: Int32Array = new Int32Array(128 * STRIDE);

const LINE = 0;
const NAME = 1;
const NAME_END = 2;
const OWS = 3;
const VALUE = 4;
const VALUE_LF = 5;
const VALUE_DONE = 6;
const END_LF = 7;
