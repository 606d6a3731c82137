/** Two engines in one process with no socket between them: a guessing game. */
import { type ByteSink, type Carrier, type Engine, joinInMemory } from "@stack/tcp";

/** A line in, a line out: what both players share. */
abstract class Player implements Engine {
  readonly deadline: number = Number.POSITIVE_INFINITY;
  private readonly carrier: Carrier;
  private heard = "";
  private said = "";
  private ends = false;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  protected abstract onLine(line: string): void;

  protected say(line: string): void {
    console.log(`${this.constructor.name}: ${line}`);
    this.said += `${line}\n`;
    this.carrier.wantFlush(); // at most one flush a turn, however often it is wanted
  }

  protected leave(): void {
    this.ends = true;
  }

  receive(bytes: Uint8Array, start?: number, end?: number): void {
    const lines = (this.heard + new TextDecoder().decode(bytes.subarray(start, end))).split("\n");
    this.heard = lines.pop() ?? ""; // the last is not complete
    for (const line of lines) this.onLine(line);
  }

  receiveEnd(): void {
    this.leave();
  }

  flush(sink: ByteSink): boolean {
    sink.writeLatin1(this.said);
    this.said = "";
    if (this.ends) sink.end();
    return true;
  }

  drain(): void {
    this.leave();
  }

  onDeadline(): void {}

  closed(reason: Error | null): void {
    console.log(`${this.constructor.name}: ${reason === null ? "(leaves)" : reason.message}`);
  }
}

class Keeper extends Player {
  private readonly number = 42;

  protected onLine(guess: string): void {
    const difference = Number(guess) - this.number;
    this.say(difference === 0 ? "yes" : difference < 0 ? "more" : "less");
  }
}

class Guesser extends Player {
  private low = 1;
  private high = 100;
  private guess = 50;

  begin(): void {
    this.say(String(this.guess));
  }

  protected onLine(answer: string): void {
    if (answer === "yes") {
      this.leave();
      return;
    }
    if (answer === "more") this.low = this.guess + 1;
    else this.high = this.guess - 1;
    this.guess = Math.floor((this.low + this.high) / 2);
    this.say(String(this.guess));
  }
}

const [guesser] = joinInMemory(
  (carrier) => new Guesser(carrier),
  (carrier) => new Keeper(carrier),
);
guesser.begin();
