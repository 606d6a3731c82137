/**
 * What may be forgiven, each leniency on its own and each off by default.
 *
 * Only what an RFC allows a recipient to accept is here. Each opens an attack
 * when another recipient in the chain reads the same octets differently, so
 * switch one on for one peer that needs it and never behind a proxy.
 *
 * @module
 */

/** Deviations from strict reading. All are `false` by default. */
export interface Leniency {
  /**
   * A LF without CR ends the start line, a field line and the head
   * (RFC 9112 §2.2). Risk S16: whoever wants CRLF sees one field where we see
   * two. Never applied to chunk-size lines (S12), to which §2.2 does not extend.
   */
  bareLf: boolean;
  /**
   * A line that begins with SP or HTAB continues the value before it, the fold
   * becoming one SP (RFC 9112 §5.2). Risk S19, S4. The fields that frame and
   * route a message are refused when folded, whatever is set here.
   */
  obsFold: boolean;
  /**
   * SP and HTAB between a field name and its colon are dropped (RFC 9112 §5.1
   * asks this of a proxy for responses and forbids it for requests). Risk S17.
   */
  spaceBeforeColon: boolean;
  /**
   * Several Content-Length values that are all the same number count as one
   * (RFC 9110 §8.6). Risk S7: others take the first, or the last, or the list.
   */
  equalContentLengths: boolean;
  /**
   * Transfer-Encoding beside Content-Length wins over it (RFC 9112 §6.3 rule
   * 3); the connection is not kept after it (§6.1). Risk S1: the classic
   * smuggling pair.
   */
  transferEncodingOverContentLength: boolean;
  /**
   * A response in a transfer coding other than chunked is accepted; its content
   * is handed on as it comes, still coded, to its last chunk or until the close
   * (RFC 9112 §6.3 rule 4). For who can undo the coding. Risk S34: content that
   * another recipient delimits differently. Requests are answered 501 in any case.
   */
  unknownTransferCodings: boolean;
  /**
   * A status line may end after the status code, without the SP that RFC 9112
   * §4 demands even before an empty reason. Old servers leave it out; no
   * known attack, but a sign of a peer that breaks other rules too.
   */
  missingReasonSpace: boolean;
  /**
   * SP and HTAB around the parts of a chunk extension and after the chunk size
   * are dropped: the "bad whitespace" of RFC 9112 §7.1.1. Risk S11, S13.
   */
  chunkWhitespace: boolean;
}

/** Strict reading: nothing is forgiven. */
export const STRICT: Readonly<Leniency> = Object.freeze({
  bareLf: false,
  obsFold: false,
  spaceBeforeColon: false,
  equalContentLengths: false,
  transferEncodingOverContentLength: false,
  unknownTransferCodings: false,
  missingReasonSpace: false,
  chunkWhitespace: false,
});

/**
 * The rules that are relaxed, of what was given.
 *
 * @returns {@link STRICT} itself when none is: decoders look for it before they use what they know already
 * @throws TypeError for a rule that cannot be relaxed, and for another value than `true` and `false`: the text "false"
 *   would relax it
 */
export function leniencyOf(given: Partial<Leniency> | undefined): Readonly<Leniency> {
  if (given === undefined) return STRICT;
  if (typeof given !== "object" || given === null) throw new TypeError(`leniency is an object, not ${String(given)}`);
  const leniency: Leniency = { ...STRICT };
  let relaxed = false;
  for (const name of Object.keys(given) as (keyof Leniency)[]) {
    const value = given[name];
    if (!Object.hasOwn(STRICT, name))
      throw new TypeError(`${name} is no leniency; known are ${Object.keys(STRICT).join(", ")}`);
    if (value === undefined) continue;
    if (typeof value !== "boolean") throw new TypeError(`${name} is true or false, not ${JSON.stringify(value)}`);
    leniency[name] = value;
    relaxed ||= value;
  }
  return relaxed ? leniency : STRICT;
}
