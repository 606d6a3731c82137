/**
 * Running a wire, whole and cut at every octet, with the same answer demanded.
 *
 * A wire is a string of which each code unit is one octet, so that a test shows
 * what is sent.
 *
 * @module
 */

import { expect } from "vitest";
import {
  ChunkedDecoder,
  type ChunkedLimits,
  ChunkedSyntaxError,
  type HeadLimits,
  HeadSyntaxError,
  type Leniency,
  latin1,
  PARTIAL,
  RequestHeadDecoder,
  ResponseHeadDecoder,
} from "../src/index.ts";

/** The octets of a wire. */
export function octets(wire: string): Uint8Array {
  return Uint8Array.from(wire, (character) => character.charCodeAt(0));
}

/** What a decoder made of a wire: its results and what it left, or the code of its error. */
export type Answer<Result> = (Result & { rest: string }) | { code: string; status: number };

export interface RequestHead {
  method: string;
  target: string;
  minor: number;
  fields: string[];
  contentLength: number;
  chunked: boolean;
  keepAlive: boolean;
  upgrade: boolean;
  expectContinue: boolean;
  host: string;
  authority: string;
}

export interface ResponseHead {
  status: number;
  reason: string;
  minor: number;
  fields: string[];
  contentLength: number;
  chunked: boolean;
  keepAlive: boolean;
  upgrade: boolean;
}

export interface Content {
  content: string;
  trailers: string[] | null;
}

/** Decodes one request head; `null` when it is not complete. */
export function decodeRequest(
  wire: string,
  limits?: Partial<HeadLimits>,
  leniency?: Partial<Leniency>,
): Answer<RequestHead> | null {
  return sameForAllCuts(wire, (segments) => {
    const decoder = new RequestHeadDecoder(limits, leniency);
    return answerOf(segments, decoder, () => ({
      method: decoder.method,
      target: decoder.target,
      minor: decoder.minor,
      fields: decoder.fields,
      contentLength: decoder.contentLength,
      chunked: decoder.chunked,
      keepAlive: decoder.keepAlive,
      upgrade: decoder.upgrade,
      expectContinue: decoder.expectContinue,
      host: decoder.host,
      authority: decoder.authority,
    }));
  });
}

/** Decodes one response head; `null` when it is not complete. */
export function decodeResponse(
  wire: string,
  limits?: Partial<HeadLimits>,
  leniency?: Partial<Leniency>,
): Answer<ResponseHead> | null {
  return sameForAllCuts(wire, (segments) => {
    const decoder = new ResponseHeadDecoder(limits, leniency);
    return answerOf(segments, decoder, () => ({
      status: decoder.status,
      reason: decoder.reason,
      minor: decoder.minor,
      fields: decoder.fields,
      contentLength: decoder.contentLength,
      chunked: decoder.chunked,
      keepAlive: decoder.keepAlive,
      upgrade: decoder.upgrade,
    }));
  });
}

/** Decodes chunked content. `trailers` is `null` while it is not complete. */
export function decodeChunked(
  wire: string,
  limits?: Partial<ChunkedLimits>,
  leniency?: Partial<Leniency>,
): Answer<Content> {
  return sameForAllCuts(wire, (segments) => {
    const result: Content = { content: "", trailers: null };
    const decoder = new ChunkedDecoder(
      {
        onContent: (bytes, start, end) => {
          result.content += latin1(bytes, start, end);
        },
        onTrailers: (fields) => {
          result.trailers = fields;
        },
      },
      limits,
      leniency,
    );
    try {
      let rest = "";
      for (const segment of segments) {
        const bytes = octets(segment);
        const end = decoder.decode(bytes, 0, bytes.length);
        bytes.fill(0x21); // lent for the call only: what is kept must have been copied
        rest += segment.slice(end);
      }
      return { ...result, rest };
    } catch (error) {
      return refusal(error);
    }
  });
}

/** The code with which a request head is refused. Fails when it is accepted or incomplete. */
export function requestError(wire: string, limits?: Partial<HeadLimits>, leniency?: Partial<Leniency>): string {
  return codeOf(decodeRequest(wire, limits, leniency));
}

/** The code with which a response head is refused. Fails when it is accepted or incomplete. */
export function responseError(wire: string, limits?: Partial<HeadLimits>, leniency?: Partial<Leniency>): string {
  return codeOf(decodeResponse(wire, limits, leniency));
}

/** The code with which chunked content is refused. Fails when it is accepted or incomplete. */
export function chunkedError(wire: string, limits?: Partial<ChunkedLimits>, leniency?: Partial<Leniency>): string {
  return codeOf(decodeChunked(wire, limits, leniency));
}

/** Runs the wire whole, in two pieces for every cut, and octet by octet, and demands one answer. */
export function sameForAllCuts<Result>(wire: string, run: (segments: readonly string[]) => Result): Result {
  const whole = run([wire]);
  const isLong = wire.length > MAX_CUTS;
  const cuts = isLong ? [1, wire.length >> 1, wire.length - 1] : Array.from(wire, (_, i) => i);
  for (const cut of cuts) expect(run([wire.slice(0, cut), wire.slice(cut)]), `cut at ${cut}`).toEqual(whole);
  expect(run([...wire]), "octet by octet").toEqual(whole);
  return whole;
}

function answerOf<Result>(
  segments: readonly string[],
  decoder: { decode(bytes: Uint8Array, at: number, end: number): number; readonly pending: boolean },
  results: () => Result,
): Answer<Result> | null {
  try {
    for (let i = 0; i < segments.length; i++) {
      const segment = segments[i] as string;
      // Not at offset 0, and with octets around it that are not ours to read.
      const bytes = octets(`X\r${segment}\r\nX`);
      const end = decoder.decode(bytes, 2, 2 + segment.length);
      bytes.fill(0x21); // lent for the call only: what is kept must have been copied
      if (end === PARTIAL) continue;
      expect(decoder.pending).toBe(false);
      return { ...results(), rest: segment.slice(end - 2) + segments.slice(i + 1).join("") };
    }
    return null;
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): { code: string; status: number } {
  if (error instanceof HeadSyntaxError || error instanceof ChunkedSyntaxError)
    return { code: error.code, status: error.status };
  throw error;
}

function codeOf(answer: object | null): string {
  expect(answer, "refused").toHaveProperty("code");
  return (answer as { code: string }).code;
}

/** Above it, a wire is cut in a few places only; octet by octet stays. */
const MAX_CUTS = 2000;
