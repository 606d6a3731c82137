import type { ByteSink, Engine } from "@stack/http";

/** The protocol behind the upgrades of these tests: whatever comes goes back in capitals. */
export class Shout implements Engine {
  readonly deadline: number = Number.POSITIVE_INFINITY;
  /** What came, joined; then `end` and `closed`. */
  readonly calls: string[] = [];
  private output = "";
  private ending = false;

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const text = Buffer.from(bytes.subarray(start, end)).toString("latin1");
    this.calls.push(text);
    this.output += text.toUpperCase();
  }

  receiveEnd(): void {
    this.calls.push("end");
    this.ending = true;
  }

  flush(sink: ByteSink): boolean {
    sink.writeLatin1(this.output);
    this.output = "";
    if (this.ending) sink.end();
    return true;
  }

  drain(): void {}
  onDeadline(): void {}
  closed(): void {
    this.calls.push("closed");
  }
}
