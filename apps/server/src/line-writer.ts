/**
 * Lines written to a stream without ever waiting for it.
 *
 * The lines of one turn of the event loop leave in one write, and while that
 * write is under way more of them gather, up to a bound. Beyond it they are
 * dropped and counted: a log that nobody reads must not stop the server, and
 * must not fill its memory.
 *
 * @module
 */
import type { Writable } from "node:stream";

/** Characters that may wait for a slow reader. */
export const MAX_WAITING = 1_048_576;

export class LineWriter {
  private readonly stream: Writable;
  private readonly tellDropped: (lines: number) => string;
  private waiting: string;
  private dropped: number;
  private scheduled: boolean;
  private writing: boolean;
  private broken: boolean;
  private whenEmpty: (() => void) | null;

  /** @param tellDropped - the line that stands for those that were dropped */
  constructor(stream: Writable, tellDropped: (lines: number) => string) {
    this.stream = stream;
    this.tellDropped = tellDropped;
    this.waiting = "";
    this.dropped = 0;
    this.scheduled = false;
    this.writing = false;
    this.broken = false;
    this.whenEmpty = null;
    // The reader ended (EPIPE): nobody is left to be told, and that is no reason to stop serving.
    stream.on("error", () => this.give());
  }

  /** Writes a line, without its end, soon. */
  write(line: string): void {
    if (this.broken) return;
    if (this.waiting.length + line.length >= MAX_WAITING) {
      this.dropped++;
      return;
    }
    this.waiting += `${line}\n`;
    if (this.scheduled || this.writing) return;
    this.scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Resolves with true when everything has been written, or with false when that takes longer than `limitMs`. */
  close(limitMs: number): Promise<boolean> {
    if (this.isEmpty) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limitMs);
      this.whenEmpty = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  private get isEmpty(): boolean {
    return this.broken || (this.waiting === "" && !this.writing);
  }

  private flush(): void {
    this.scheduled = false;
    if (this.writing || this.broken || this.waiting === "") return;
    const lines = this.waiting;
    this.waiting = "";
    this.writing = true;
    this.stream.write(lines, (error) => this.written(error));
  }

  private written(error: Error | null | undefined): void {
    this.writing = false;
    if (error) {
      this.give();
      return;
    }
    const { dropped } = this;
    this.dropped = 0;
    if (dropped > 0) this.waiting += `${this.tellDropped(dropped)}\n`;
    if (this.waiting !== "") this.flush();
    else this.tellEmpty();
  }

  private give(): void {
    this.broken = true;
    this.waiting = "";
    this.tellEmpty();
  }

  private tellEmpty(): void {
    const { whenEmpty } = this;
    this.whenEmpty = null;
    whenEmpty?.();
  }
}
