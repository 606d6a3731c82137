/** An echo server on a free port, and a client that dials it. Both are engines; neither opens a socket. */
import { type ByteSink, type Carrier, dial, type Engine, formatAddress, listen } from "@stack/tcp";

/** Sends back what comes, and takes no more while it waits to be sent. */
class Echo implements Engine {
  readonly deadline: number = Number.POSITIVE_INFINITY;
  private readonly carrier: Carrier;
  private waiting: Uint8Array[] = [];
  private ends = false;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.waiting.push(bytes.slice(start, end)); // it is only lent
  }

  receiveEnd(): void {
    this.ends = true;
  }

  flush(sink: ByteSink): boolean {
    let room = true;
    while (room && this.waiting.length > 0) room = sink.write(this.waiting.shift() as Uint8Array);
    this.carrier.pauseReading(!room); // flush comes again when what is pending has left
    if (this.waiting.length > 0) return false;
    if (this.ends) sink.end();
    return true;
  }

  drain(): void {
    this.ends = true;
  }

  onDeadline(): void {}
  closed(): void {}
}

/** Says one thing, and has heard the answer when the other side has ended. */
class Question implements Engine {
  readonly deadline: number = Number.POSITIVE_INFINITY;
  readonly answered: Promise<string>;
  private text: string;
  private answer = "";
  private resolve: (answer: string) => void = () => {};

  constructor(text: string) {
    this.text = text;
    this.answered = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  receive(bytes: Uint8Array, start?: number, end?: number): void {
    this.answer += new TextDecoder().decode(bytes.subarray(start, end));
  }

  flush(sink: ByteSink): boolean {
    sink.writeLatin1(this.text);
    this.text = "";
    sink.end();
    return true;
  }

  receiveEnd(): void {}
  drain(): void {}
  onDeadline(): void {}

  closed(reason: Error | null): void {
    this.resolve(reason === null ? this.answer : `no answer: ${reason.message}`);
  }
}

const listener = await listen(0, { connect: (carrier) => new Echo(carrier), maxConnections: 100 });
console.log(`listening on ${formatAddress(listener.address)}`);

const client = await dial(listener.address, () => new Question("is anybody there?"), { timeoutMs: 2_000 });
console.log(await client.answered);

const cut = await listener.close({ graceMs: 1_000 });
console.log(`closed, ${cut.length} connections cut`);
