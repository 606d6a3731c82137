/**
 * A client that sends octets as they are, for tests against servers that listen.
 *
 * @module
 */
import { connect, type Socket } from "node:net";

/** One raw connection. */
export class RawClient {
  /** Everything that was received, as latin1. */
  received: string;
  /** The server ended the connection, or it broke. */
  closed: boolean;
  /** The error code of a connection that broke, "" otherwise. */
  failure: string;
  readonly socket: Socket;
  private watchers: (() => void)[];

  constructor(port: number, host = "127.0.0.1") {
    this.received = "";
    this.closed = false;
    this.failure = "";
    this.watchers = [];
    this.socket = connect({ port, host, allowHalfOpen: true });
    this.socket.setNoDelay(true);
    this.socket.on("data", (bytes: Buffer) => {
      this.received += bytes.toString("latin1");
      this.notify();
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.failure = error.code ?? error.message;
    });
    const over = (): void => {
      this.closed = true;
      this.notify();
    };
    this.socket.on("end", over);
    this.socket.on("close", over);
  }

  /** Sends text, each character one octet. */
  send(wire: string): this {
    this.socket.write(Buffer.from(wire, "latin1"));
    return this;
  }

  /** Ends our side only. */
  end(): this {
    this.socket.end();
    return this;
  }

  /** Resolves when `condition` holds, at the latest when the connection is over; rejects after `ms`. */
  async until(condition: () => boolean, ms = 10_000): Promise<void> {
    const deadline = setTimeout(() => this.notify(), ms);
    const limit = performance.now() + ms;
    try {
      while (!condition()) {
        if (this.closed) return;
        if (performance.now() >= limit)
          throw new Error(`not within ${ms} ms; received so far: ${JSON.stringify(this.received.slice(0, 500))}`);
        await new Promise<void>((resolve) => this.watchers.push(resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Resolves when the server has ended the connection. */
  untilClosed(ms?: number): Promise<void> {
    return this.until(() => this.closed, ms);
  }

  destroy(): void {
    this.socket.destroy();
  }

  private notify(): void {
    const { watchers } = this;
    this.watchers = [];
    for (const watcher of watchers) watcher();
  }
}

/** The status codes of the responses in `text`, informational ones included. Content that looks like a status line counts too. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}
