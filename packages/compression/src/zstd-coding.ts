/**
 * The content coding `zstd` (RFC 8878, RFC 9659) by `node:zlib`, where the runtime has it: Node 22.15, 23.8 and later.
 *
 * @module
 */
import * as zlib from "node:zlib";
import type { ContentCoding, Decoder, DecoderVisitor } from "./content-coding.ts";
import { type ContentDecodingError, corrupt, trailing, truncated } from "./errors.ts";
import { type DecodeWhole, wholeWithZlib } from "./zlib-coding.ts";
import { DECODED_CHUNK, ZlibDecoder, type ZlibStream } from "./zlib-decoder.ts";
import { ZstdFrameError, ZstdFrames } from "./zstd-frames.ts";

/** What newer runtimes have beyond the types of the oldest. */
interface ZlibWithZstd {
  readonly zstdDecompressSync?: DecodeWhole;
  readonly createZstdDecompress?: (options: object) => ZlibStream;
  readonly constants: { readonly ZSTD_d_windowLogMax?: number };
}

/** `zstd` as the runtime decodes it, or null where it does not. Found out by decoding, not by names (Node, Bun, Deno). */
export function nativeZstd(): ContentCoding | null {
  if (found === undefined) found = detect();
  return found;
}

let found: ContentCoding | null | undefined;

function detect(): ContentCoding | null {
  const { zstdDecompressSync, createZstdDecompress, constants } = zlib as unknown as ZlibWithZstd;
  if (typeof zstdDecompressSync !== "function" || typeof createZstdDecompress !== "function") return null;
  const windowLogMax = constants.ZSTD_d_windowLogMax;
  const params = windowLogMax === undefined ? {} : { [windowLogMax]: WINDOW_LOG };
  try {
    const decoded = wholeWithZlib("zstd", zstdDecompressSync, PROBE, 16, params);
    if (decoded !== null && (decoded.length !== 1 || decoded[0] !== 0x61)) return null;
  } catch {
    return null;
  }
  return {
    names: ["zstd"],
    peek: 0,
    decodeWhole(bytes, maxOctets) {
      const frames = new ZstdFrames();
      let at = 0;
      do at = walk(frames, bytes, at);
      while (at < bytes.length && frames.unit !== "frame");
      if (!frames.whole) throw truncated("zstd");
      if (at < bytes.length) return null; // several frames: one by one
      return wholeWithZlib("zstd", zstdDecompressSync, bytes, maxOctets, params);
    },
    decoder: (visitor) =>
      new FrameByFrame((inner) => {
        const stream = createZstdDecompress({ chunkSize: DECODED_CHUNK, params });
        return new ZlibDecoder("zstd", stream, inner);
      }, visitor),
  };
}

/**
 * Gives a decoder each frame in a write of its own: what a stream of `node:zlib` makes of a second frame, and of what
 * follows the last one, depends on where the octets were cut (Node 24, Node 26).
 */
class FrameByFrame implements Decoder, DecoderVisitor {
  private readonly visitor: DecoderVisitor;
  private readonly inner: Decoder;
  private readonly frames: ZstdFrames;
  private bytes: Uint8Array;
  private at: number;

  constructor(make: (visitor: DecoderVisitor) => Decoder, visitor: DecoderVisitor) {
    this.visitor = visitor;
    this.inner = make(this);
    this.frames = new ZstdFrames();
    this.bytes = NOTHING;
    this.at = 0;
  }

  write(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.step();
  }

  end(): void {
    if (this.frames.whole) this.inner.end();
    else this.visitor.onDecodeError(truncated("zstd"));
  }

  pause(paused: boolean): void {
    this.inner.pause(paused);
  }

  close(): void {
    this.inner.close();
  }

  onDecoded(bytes: Uint8Array): void {
    this.visitor.onDecoded(bytes);
  }

  onTaken(): void {
    if (this.at < this.bytes.length) this.step();
    else {
      this.bytes = NOTHING;
      this.at = 0;
      this.visitor.onTaken();
    }
  }

  onDecodedEnd(): void {
    this.visitor.onDecodedEnd();
  }

  onDecodeError(error: ContentDecodingError): void {
    this.visitor.onDecodeError(error);
  }

  /** Up to the end of the frame, or of the octets. */
  private step(): void {
    const { bytes, frames, at: start } = this;
    let at = start;
    try {
      do at = walk(frames, bytes, at);
      while (at < bytes.length && frames.unit !== "frame");
    } catch (error) {
      this.visitor.onDecodeError(error as ContentDecodingError);
      return;
    }
    this.at = at;
    this.inner.write(bytes.subarray(start, at));
  }
}

/** {@link ZstdFrames.walk}, with the errors of this package. */
export function walk(frames: ZstdFrames, bytes: Uint8Array, at: number): number {
  try {
    return frames.walk(bytes, at, bytes.length);
  } catch (error) {
    throw error instanceof ZstdFrameError && error.afterFrame ? trailing("zstd") : corrupt("zstd", error);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
/** 2 to this is {@link MAX_ZSTD_WINDOW}. */
const WINDOW_LOG = 23;
/** A frame with "a" in a raw block. */
const PROBE: Uint8Array = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x01, 0x09, 0x00, 0x00, 0x61);
