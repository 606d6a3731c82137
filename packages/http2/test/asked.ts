/**
 * A client connection with a scripted server at its other end.
 *
 * @module
 */
import {
  Fields,
  type Producer,
  type RequestHead,
  type RequestOutcome,
  type RequestSink,
  type ResponseReceiver,
} from "@stack/http";
import { type Cut, MemoryCarrier, type MemoryCarrierOptions, VirtualClock } from "@stack/testing";
import { ClientConnection, type ClientConnectionOptions } from "../src/index.ts";
import { Client as Peer } from "./served.ts";
import { PREFACE, SETTINGS_ACK, settings } from "./wire.ts";

export interface AskedOptions extends ClientConnectionOptions {
  readonly carrier?: MemoryCarrierOptions;
  readonly cut?: Cut;
}

export interface Asked {
  /** The scripted server. */
  readonly server: Peer;
  readonly carrier: MemoryCarrier<ClientConnection>;
  readonly connection: ClientConnection;
  readonly clock: VirtualClock;
  /** Sends a GET of `target`, or what `head` says; gives what becomes of it. */
  ask(target?: string, head?: Partial<RequestHead>, credit?: number): Answer;
}

/** A connection on which the client has said its preface and nothing was answered. */
export function connect({ carrier: carrierOptions, cut, ...options }: AskedOptions = {}): Asked {
  const clock = carrierOptions?.clock ?? new VirtualClock();
  const carrier = new MemoryCarrier((below) => new ClientConnection(below, options), { ...carrierOptions, clock });
  const server = new Peer(carrier, cut, PREFACE);
  const connection = carrier.engine;
  const ask = (target = "/", head: Partial<RequestHead> = {}, credit: number = Number.POSITIVE_INFINITY): Answer => {
    const answer = new Answer();
    answer.sink = connection.request(
      { method: "GET", target, fields: new Fields({ Host: "a.example" }), ...head },
      answer,
    );
    answer.sink.attach(answer);
    answer.sink.grant(credit);
    return answer;
  };
  return { server, carrier, connection, clock, ask };
}

/** A connection after both sides' SETTINGS, said and acknowledged. */
export function asked(options: AskedOptions = {}, ...pairs: [number, number][]): Asked {
  const made = connect(options);
  made.server.send(settings(...pairs), SETTINGS_ACK).frames();
  return made;
}

/** What became of a request: each call in order, content joined. */
export class Answer implements ResponseReceiver, Producer {
  readonly events: string[] = [];
  content = "";
  sink: RequestSink | null = null;
  error: Error | null = null;

  /** Sends content of the request. */
  send(content: string, end = true): boolean {
    return this.sink?.sendContent(Buffer.from(content, "latin1"), end) ?? false;
  }

  onInformational(status: number, fields: Fields): void {
    this.events.push(`${status} ${JSON.stringify(fields)}`);
  }

  onHead(status: number, fields: Fields): void {
    this.events.push(`${status} ${JSON.stringify(fields)}`);
  }

  onContent(bytes: Uint8Array, start: number, end: number): void {
    this.content += Buffer.from(bytes.subarray(start, end)).toString("latin1");
  }

  onEnd(trailers: Fields | null): void {
    this.events.push(trailers === null ? "end" : `end ${JSON.stringify(trailers)}`);
  }

  onUpgrade(status: number): void {
    this.events.push(`upgrade ${status}`);
  }

  onError(error: Error, { unprocessed }: RequestOutcome): void {
    this.error = error;
    this.events.push(`${(error as { code?: string }).code}${unprocessed ? " unprocessed" : ""}`);
  }

  resume(): void {}

  stopped(): void {}
}
