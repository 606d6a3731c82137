import type { ByteSink, Carrier, Engine } from "../src/index.ts";

/** A small protocol for these tests: each line comes back, a line `bye` ends. Notes every call. */
export class LineEngine implements Engine {
  readonly carrier: Carrier;
  readonly calls: string[];
  deadline: number;
  /** Octets to send when asked. */
  output: (string | Uint8Array)[];
  private line: string;
  private ending: boolean;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
    this.calls = [];
    this.deadline = Number.POSITIVE_INFINITY;
    this.output = [];
    this.line = "";
    this.ending = false;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const text = Buffer.from(bytes.subarray(start, end)).toString("latin1");
    this.calls.push(`receive ${JSON.stringify(text)}`);
    const lines = (this.line + text).split("\n");
    this.line = lines.pop() ?? "";
    for (const line of lines) {
      this.output.push(`${line}\n`);
      if (line === "bye") this.ending = true;
    }
  }

  receiveEnd(): void {
    this.calls.push("receiveEnd");
    this.ending = true;
  }

  flush(sink: ByteSink): boolean {
    this.calls.push("flush");
    while (this.output.length > 0) {
      const piece = this.output.shift() as string | Uint8Array;
      if (typeof piece === "string") sink.writeLatin1(piece);
      else if (!sink.write(piece)) break;
    }
    if (this.output.length === 0 && this.ending) sink.end();
    return this.output.length === 0;
  }

  drain(): void {
    this.ending = true;
  }

  onDeadline(): void {
    this.calls.push(`onDeadline ${this.carrier.now}`);
    this.deadline = Number.POSITIVE_INFINITY;
  }

  closed(reason: Error | null): void {
    this.calls.push(`closed ${reason === null ? "in good order" : reason.message}`);
  }
}
