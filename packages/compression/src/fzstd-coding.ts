/**
 * zstd (RFC 8878) by `fzstd`, a decoder in JavaScript, block by block.
 *
 * It is given one block at a time, so that what comes out is at most 128 KiB more than there was credit for. It does
 * not verify the check sums of frames; what it costs beyond the octets is bounded here.
 *
 * @module
 */
import { Decompress } from "fzstd";
import type { ContentCoding, Decoder, DecoderVisitor } from "./content-coding.ts";
import { ContentDecodingError, corrupt, truncated } from "./errors.ts";
import { walk } from "./zstd-coding.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/**
 * Octets of window that may be moved for each decoded octet, beyond {@link FREE_MOVES}. `fzstd` moves its whole window
 * for each block, however small: without a bound a few octets would cost the time of 8 MiB (S123).
 */
export const MAX_MOVES = 1_024;

/** Octets of window that may be moved in any case: 25 ms of one core. */
export const FREE_MOVES = 268_435_456;

/**
 * `zstd` by `fzstd`.
 *
 * @example
 * ```ts
 * import { availableCodings, decodeContent } from "@stack/compression";
 * import { ZSTD } from "@stack/compression/fzstd";
 *
 * const codings = [...availableCodings(), ZSTD];
 * ```
 */
export const ZSTD: ContentCoding = {
  names: ["zstd"],
  peek: 0,
  decodeWhole: () => null, // it is synchronous anyhow, and counts its octets on the way
  decoder: (visitor) => new FzstdDecoder(visitor),
};

class FzstdDecoder implements Decoder {
  private readonly visitor: DecoderVisitor;
  private readonly frames: ZstdFrames;
  private inner: Decompress | null;
  private bytes: Uint8Array;
  private at: number;
  private moved: number;
  private decoded: number;
  private ended: boolean;
  private paused: boolean;
  private working: boolean;

  constructor(visitor: DecoderVisitor) {
    this.visitor = visitor;
    this.frames = new ZstdFrames();
    this.inner = null;
    this.bytes = NOTHING;
    this.at = 0;
    this.moved = 0;
    this.decoded = 0;
    this.ended = false;
    this.paused = true;
    this.working = false;
  }

  write(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.work();
  }

  end(): void {
    this.ended = true;
    this.work();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.work();
  }

  close(): void {
    this.inner = null;
    this.bytes = NOTHING;
    this.at = 0;
    this.paused = true;
    this.ended = false;
  }

  /** Decodes block by block until there is no credit or nothing to decode. */
  private work(): void {
    if (this.working) return;
    this.working = true;
    try {
      while (!this.paused && this.at < this.bytes.length) this.step();
    } catch (error) {
      this.working = false;
      this.close();
      this.visitor.onDecodeError(error instanceof ContentDecodingError ? error : corrupt("zstd", error));
      return;
    }
    this.working = false;
    if (this.at < this.bytes.length) return;
    if (this.bytes !== NOTHING) {
      this.bytes = NOTHING;
      this.at = 0;
      this.visitor.onTaken();
    } else if (this.ended) {
      this.ended = false;
      if (this.frames.whole) this.visitor.onDecodedEnd();
      else this.visitor.onDecodeError(truncated("zstd"));
    }
  }

  private step(): void {
    const { bytes, at, frames } = this;
    this.at = walk(frames, bytes, at);
    this.inner ??= new Decompress((decoded) => this.onBlock(decoded));
    this.inner.push(bytes.subarray(at, this.at));
    if (frames.unit === "frame") {
      // Each frame has its own: the library holds back what may be the head of another one.
      this.inner?.push(NOTHING, true);
      this.inner = null;
    }
  }

  private onBlock(decoded: Uint8Array): void {
    this.moved += this.frames.window;
    this.decoded += decoded.length;
    if (this.moved > FREE_MOVES + this.decoded * MAX_MOVES)
      throw new ContentDecodingError(
        "ERR_CODING_RATIO",
        "zstd",
        "the content has blocks so small for its window that they cost too much time: send larger ones",
      );
    if (decoded.length > 0) this.visitor.onDecoded(decoded.slice()); // the library goes on using its memory
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
