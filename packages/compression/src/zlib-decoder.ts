/**
 * A decoder over the streams of `node:zlib`, which work on the thread pool and hold their output back.
 *
 * @module
 */
import type { Decoder, DecoderVisitor } from "./content-coding.ts";
import { type ContentDecodingError, corrupt, trailing, truncated } from "./errors.ts";

/** Octets that one step of a decoder gives at most: fewer steps than with the 16 KiB of Node (bench/compression). */
export const DECODED_CHUNK = 65_536;

/** What this module needs of a stream of `node:zlib`. */
export interface ZlibStream {
  /** Encoded octets that were used. */
  readonly bytesWritten: number;
  write(chunk: Uint8Array, taken: (error?: Error | null) => void): boolean;
  end(): unknown;
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** {@link Decoder} for one of `node:zlib`'s streams. */
export class ZlibDecoder implements Decoder {
  private readonly coding: string;
  private readonly stream: ZlibStream;
  private readonly visitor: DecoderVisitor;
  private written: number;
  private inputEnded: boolean;
  private closed: boolean;

  constructor(coding: string, stream: ZlibStream, visitor: DecoderVisitor) {
    this.coding = coding;
    this.stream = stream;
    this.visitor = visitor;
    this.written = 0;
    this.inputEnded = false;
    this.closed = false;
    stream.on("data", (chunk) => {
      if (!this.closed) visitor.onDecoded(chunk);
    });
    stream.on("end", () => this.ended());
    stream.on("error", (error) => this.failed(error));
    stream.pause();
  }

  write(bytes: Uint8Array): void {
    this.written += bytes.length;
    this.stream.write(bytes, (error) => {
      if (!this.closed && (error === null || error === undefined)) this.visitor.onTaken();
    });
  }

  end(): void {
    this.inputEnded = true;
    this.stream.end();
  }

  pause(paused: boolean): void {
    if (paused) this.stream.pause();
    else this.stream.resume();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.stream.destroy(); // gives the window back at once, not when it is collected
  }

  private ended(): void {
    if (this.closed) return;
    // A stream of node:zlib ends with its coding and says nothing of what follows.
    const whole = this.inputEnded && this.stream.bytesWritten === this.written;
    this.close();
    if (whole) this.visitor.onDecodedEnd();
    else this.visitor.onDecodeError(trailing(this.coding));
  }

  private failed(error: Error): void {
    if (this.closed) return;
    this.close();
    this.visitor.onDecodeError(zlibError(this.coding, error));
  }
}

/** An error of `node:zlib` as one of ours. */
export function zlibError(coding: string, error: unknown): ContentDecodingError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === "Z_BUF_ERROR") return truncated(coding);
  // What follows a gzip member is read as another member; the magic number of the first was looked at before.
  if (coding === "gzip" && message === "incorrect header check") return trailing(coding);
  return corrupt(coding, error);
}
