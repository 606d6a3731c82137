/**
 * Our own client roles as clients of a server.
 *
 * @module
 */
import {
  type Carrier,
  Fields,
  type Producer,
  type RequestHead,
  type RequestSink,
  type ResponseReceiver,
} from "@stack/http";
import { ClientConnection as Http1Client } from "@stack/http1";
import { ClientConnection as Http2Client } from "@stack/http2";
import { dial } from "@stack/tcp";
import { createClientTls, dialTls } from "@stack/tls";
import { type Asking, type Client, Exchange, methodOf, octetsOf } from "./exchange.ts";

/** Where the server is. */
export interface Where {
  readonly port: number;
  /** The authority to trust; cleartext without. */
  readonly ca?: string;
}

interface Connection {
  readonly carrier: Carrier;
  readonly available: boolean;
  readonly idle: boolean;
  request(head: RequestHead, receiver: ResponseReceiver): RequestSink;
}

/** Requests over HTTP/1.1: one at a time on a connection, further connections as they are needed. */
export function http1Client(where: Where): Client {
  return new EngineClient(where, "http/1.1", (carrier) => new Http1Client(carrier), false);
}

/** Requests over HTTP/2, all on one connection. */
export function http2Client(where: Where): Client {
  return new EngineClient(where, "h2", (carrier) => new Http2Client(carrier), true);
}

class EngineClient<C extends Http1Client | Http2Client> implements Client {
  private readonly where: Where;
  private readonly alpn: string;
  private readonly connect: (carrier: Carrier) => C;
  private readonly multiplexes: boolean;
  private readonly connections: Connection[] = [];
  private first: Promise<Connection> | null = null;

  constructor(where: Where, alpn: string, connect: (carrier: Carrier) => C, multiplexes: boolean) {
    this.where = where;
    this.alpn = alpn;
    this.connect = connect;
    this.multiplexes = multiplexes;
  }

  async ask(asking: Asking = {}): Promise<Exchange> {
    if (this.multiplexes && this.connections.length === 0) await (this.first ??= this.open());
    const free = this.connections.find(({ available, idle }) => available && (idle || this.multiplexes));
    return new EngineExchange(free ?? (await this.open()), this.where.port, asking);
  }

  close(): void {
    for (const { carrier } of this.connections) carrier.abort(null);
  }

  private async open(): Promise<Connection> {
    const { port, ca } = this.where;
    const connection =
      ca === undefined
        ? await dial(port, this.connect)
        : await dialTls(port, this.connect, {
            tls: createClientTls({ ca, alpn: [this.alpn] }),
          });
    this.connections.push(connection);
    return connection;
  }
}

class EngineExchange extends Exchange implements ResponseReceiver, Producer {
  private readonly sink: RequestSink;
  private waiting: (() => void)[] = [];

  constructor(connection: Connection, port: number, asking: Asking) {
    super();
    const { target = "/", fields = [], content, length } = asking;
    const named = fields.some(([name]) => name.toLowerCase() === "host");
    const octets = content === undefined || content === null ? null : octetsOf(content);
    this.sink = connection.request(
      {
        method: methodOf(asking),
        target,
        fields: new Fields([...(named ? [] : [["Host", `127.0.0.1:${port}`] as const]), ...fields]),
        contentLength: octets?.length ?? (content === null ? (length ?? -1) : 0),
      },
      this,
    );
    this.sink.attach(this);
    if (octets !== null && octets.length > 0) this.sink.sendContent(octets, true);
    if (asking.paused !== true) this.read();
  }

  write(piece: string | Uint8Array): boolean {
    return this.sink.sendContent(octetsOf(piece), false);
  }

  end(trailers?: Readonly<Record<string, string>>): void {
    if (trailers === undefined) this.sink.sendContent(new Uint8Array(0), true);
    else this.sink.sendTrailers(new Fields(trailers));
  }

  room(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  read(): void {
    this.sink.grant(Number.POSITIVE_INFINITY);
  }

  cancel(): void {
    this.sink.reset(0);
  }

  // ResponseReceiver

  onInformational(status: number, fields: Fields): void {
    this.informed(status, fields);
  }

  onHead(status: number, fields: Fields): void {
    this.answered(status, fields);
  }

  onContent(bytes: Uint8Array, start: number, end: number): void {
    this.received(bytes.subarray(start, end));
  }

  onEnd(trailers: Fields | null): void {
    this.completed(trailers ?? []);
  }

  onUpgrade(): void {
    this.broken(new Error("nobody asked for an upgrade"));
  }

  onError(error: Error): void {
    this.broken(error);
  }

  // Producer

  resume(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const go of waiting) go();
  }

  stopped(): void {
    this.resume();
  }
}
