/**
 * What a connection has to say and has not said yet.
 *
 * Heads are text, content is octets; neighbouring text is joined, so that a
 * head, the small content behind it and the pipelined responses behind that
 * leave in one write. Large content is passed through, never joined.
 *
 * @module
 */
import type { ByteSink } from "@stack/http";

/** Octets that may wait here or in the kernel's queue before producers are told to wait (S91). */
export const HIGH_WATER = 65_536;

/** Octets of text that go with the octets before it though the sink wants no more: the end of a chunk, a head. */
const LITTLE_TEXT = 1_024;

export class Output {
  /** Octets that wait. */
  octets: number;
  private text: string;
  private queue: (string | Uint8Array)[] | null;

  constructor() {
    this.octets = 0;
    this.text = "";
    this.queue = null;
  }

  /** Adds text whose every code unit is one octet. */
  writeLatin1(text: string): void {
    this.text += text;
    this.octets += text.length;
  }

  /** Adds octets, lent until they are written. */
  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.queue ??= [];
    if (this.text !== "") {
      this.queue.push(this.text);
      this.text = "";
    }
    this.queue.push(bytes);
    this.octets += bytes.length;
  }

  /**
   * Hands everything to the sink, or as much as it wants: false when some is left. A little text goes with the octets
   * before it: the CRLF of a chunk is not worth a write of its own.
   */
  flush(sink: ByteSink): boolean {
    const { queue } = this;
    if (queue !== null) {
      let wantsMore = true;
      if (this.text !== "") queue.push(this.text);
      this.text = "";
      for (let i = 0; i < queue.length; i++) {
        const piece = queue[i] as string | Uint8Array;
        if (!wantsMore && (typeof piece !== "string" || piece.length > LITTLE_TEXT)) {
          queue.splice(0, i);
          return false;
        }
        this.octets -= piece.length;
        if (typeof piece === "string") sink.writeLatin1(piece);
        else wantsMore = sink.write(piece);
      }
      this.queue = null;
    } else if (this.text !== "") {
      sink.writeLatin1(this.text);
      this.text = "";
    }
    this.octets = 0;
    return true;
  }

  /** Forgets what was added after the first `octets`. */
  truncate(octets: number): void {
    const pieces = this.queue ?? [];
    if (this.text !== "") pieces.push(this.text);
    this.clear();
    for (const piece of pieces) {
      const room = octets - this.octets;
      if (room <= 0) return;
      if (typeof piece === "string") this.writeLatin1(piece.slice(0, room));
      else this.write(piece.subarray(0, room));
    }
  }

  /** Forgets what waits. */
  clear(): void {
    this.octets = 0;
    this.text = "";
    this.queue = null;
  }
}
