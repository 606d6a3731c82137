/** Counts the lines that come over a Unix socket. Who stops sending in the midst is dropped after half a second. */
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ByteSink, type Carrier, type Engine, formatAddress, listen } from "@stack/tcp";

const IDLE_MS = 500;
const LF = 0x0a;

class LineCounter implements Engine {
  deadline: number;
  private readonly carrier: Carrier;
  private lines = 0;
  private complete = false;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
    this.deadline = carrier.now + IDLE_MS;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    for (let at = bytes.indexOf(LF, start); at !== -1 && at < end; at = bytes.indexOf(LF, at + 1)) this.lines++;
    this.deadline = this.carrier.now + IDLE_MS; // reread after every call; moving it away costs nothing
  }

  receiveEnd(): void {
    this.complete = true;
  }

  flush(sink: ByteSink): boolean {
    if (!this.complete) return true;
    sink.writeLatin1(`${this.lines} lines\n`);
    sink.end();
    return true;
  }

  drain(): void {} // what has begun is counted to its end

  onDeadline(): void {
    this.carrier.abort(new Error(`nothing came for ${IDLE_MS} ms`));
  }

  closed(reason: Error | null): void {
    console.log(reason === null ? "closed in good order" : `dropped: ${reason.message}`);
  }
}

const listener = await listen(
  { path: join(tmpdir(), `lines-${process.pid}.sock`) },
  { connect: (carrier) => new LineCounter(carrier) },
);
console.log(`counting on ${formatAddress(listener.address)}`);

const diligent = connect(listener.address);
for (let i = 1; i <= 10_000; i++) diligent.write(`line ${i}\n`);
diligent.end();
for await (const answer of diligent) process.stdout.write(answer);

const negligent = connect(listener.address);
negligent.write("a line that has no");
await new Promise((resolve) => negligent.resume().once("close", resolve));

await listener.close();
