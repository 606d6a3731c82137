/**
 * Content that waits in a stream, piece by piece: octets, or text that is ASCII. DATA frames take it as it is, and large
 * pieces are cut without a copy.
 *
 * @module
 */
import type { ByteSink } from "@stack/http";
import type { Stream } from "./stream.ts";

/** Writes the next `octets` of a stream's content; false when the sink wants to wait. */
export function writePieces(sink: ByteSink, stream: Stream, octets: number): boolean {
  const { content } = stream;
  let left = octets;
  let taken = 0;
  let ready = true;
  while (left > 0) {
    const piece = content[taken] as Uint8Array | string;
    if (piece.length <= left) {
      left -= piece.length;
      taken++;
      if (typeof piece === "string") sink.writeLatin1(piece);
      else if (!sink.write(piece)) ready = false;
    } else {
      if (typeof piece === "string") {
        sink.writeLatin1(piece.slice(0, left));
        content[taken] = piece.slice(left);
      } else {
        if (!sink.write(piece.subarray(0, left))) ready = false;
        content[taken] = piece.subarray(left);
      }
      left = 0;
    }
  }
  if (taken === content.length) stream.content = [];
  else if (taken > 0) content.splice(0, taken);
  stream.contentOctets -= octets;
  return ready;
}

/** Text as a piece: as it is when it is short and ASCII, else in UTF-8. */
export function pieceOf(text: string): Uint8Array | string {
  return text.length <= SMALL_CONTENT && !NOT_ASCII.test(text) ? text : UTF8.encode(text);
}

/** Text up to this length is looked at: when it is ASCII it needs no encoding. */
const SMALL_CONTENT = 4_096;
const NOT_ASCII = /[^\x00-\x7f]/;
const UTF8: InstanceType<typeof TextEncoder> = new TextEncoder();
