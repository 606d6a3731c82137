/**
 * A client connection with a scripted server at its other end.
 *
 * @module
 */
import type { Carrier, Producer, RequestHead, RequestOutcome, RequestSink, ResponseReceiver } from "@stack/http";
import { Fields } from "@stack/http";
import { type Cut, MemoryCarrier, type MemoryCarrierOptions, ScriptedPeer, VirtualClock } from "@stack/testing";
import { ClientConnection, type ClientConnectionOptions, resolveClientOptions } from "../src/index.ts";

export interface AskedOptions extends Omit<ClientConnectionOptions, "onIdle" | "onClosed"> {
  readonly carrier?: MemoryCarrierOptions;
  readonly cut?: Cut;
}

export interface Asked {
  /** The server: what the test says it says. */
  readonly peer: ScriptedPeer;
  readonly carrier: MemoryCarrier<ClientConnection>;
  readonly connection: ClientConnection;
  readonly clock: VirtualClock;
  /** `idle` each time, and at last `closed` with the code of its reason. */
  readonly told: string[];
  /** Sends a GET of `target`, or what `head` says; gives what becomes of it. */
  ask(target: string, head?: Partial<RequestHead>, receiver?: Answer): Answer;
}

/** A connection that nothing was asked on. */
export function connect({ carrier: carrierOptions, cut, ...options }: AskedOptions = {}): Asked {
  const told: string[] = [];
  const resolved = resolveClientOptions({
    ...options,
    onIdle: () => told.push("idle"),
    onClosed: (_, reason) => told.push(`closed ${reason === null ? "in good order" : codeOf(reason)}`),
  });
  const clock = carrierOptions?.clock ?? new VirtualClock();
  const carrier = new MemoryCarrier((below) => new ClientConnection(below, resolved), { ...carrierOptions, clock });
  const peer = new ScriptedPeer(carrier, cut);
  const connection = carrier.engine;
  const ask = (target: string, head: Partial<RequestHead> = {}, receiver: Answer = new Answer()): Answer => {
    receiver.sink = connection.request({ method: "GET", target, fields: host(), ...head }, receiver);
    receiver.sink.grant(receiver.credit);
    receiver.sink.attach(receiver);
    return receiver;
  };
  return { peer, carrier, connection, clock, told, ask };
}

/** The fields that every request has. */
export function host(lines: Readonly<Record<string, string>> = {}): Fields {
  return new Fields({ Host: "a.example", ...lines });
}

export function codeOf(error: Error): string {
  return (error as Error & { code?: string }).code ?? error.name;
}

/** What became of a request: each call in order, content joined. */
export class Answer implements ResponseReceiver, Producer {
  readonly events: string[];
  content: string;
  sink: RequestSink | null;
  /** Octets to ask for at the beginning. */
  readonly credit: number;
  tunnel: Carrier | null;
  error: Error | null;

  constructor(credit: number = Number.POSITIVE_INFINITY) {
    this.events = [];
    this.content = "";
    this.sink = null;
    this.credit = credit;
    this.tunnel = null;
    this.error = null;
  }

  /** Sends the request's content, whole. */
  send(content: string): boolean {
    return this.sink?.sendContent(Buffer.from(content, "latin1"), true) ?? false;
  }

  /** Sends a piece of the request's content. */
  write(content: string): boolean {
    return this.sink?.sendContent(Buffer.from(content, "latin1"), false) ?? false;
  }

  onInformational(status: number, fields: Fields): void {
    this.events.push(`${status}${fields.size > 0 ? ` ${JSON.stringify(fields)}` : ""}`);
  }

  onHead(status: number, _fields: Fields, reason: string): void {
    this.events.push(`${status} ${reason}`);
  }

  onContent(bytes: Uint8Array, start: number, end: number): void {
    this.content += Buffer.from(bytes.subarray(start, end)).toString("latin1");
  }

  onEnd(trailers: Fields | null, untilClose: boolean): void {
    const section = trailers === null || trailers.size === 0 ? "" : ` ${JSON.stringify(trailers)}`;
    this.events.push(`end${section}${untilClose ? " until close" : ""}`);
  }

  onUpgrade(status: number, _fields: Fields, carrier: Carrier): void {
    this.events.push(`upgrade ${status}`);
    this.tunnel = carrier;
  }

  onError(error: Error, outcome: RequestOutcome): void {
    this.error = error;
    const what = outcome.unprocessed ? "unprocessed" : "perhaps processed";
    this.events.push(`${codeOf(error)} ${outcome.written ? what : "unwritten"}`);
  }

  resume(): void {
    this.events.push("resume");
  }

  stopped(reason: Error): void {
    this.events.push(`stopped ${codeOf(reason)}`);
  }
}

/** The wire of a GET as {@link Asked.ask} sends it. */
export function getWire(target: string, lines = ""): string {
  return `GET ${target} HTTP/1.1\r\nHost: a.example\r\n${lines}\r\n`;
}

/** The wire of a 200 with content of known length. */
export function okWire(content: string, lines = ""): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n${lines}\r\n${content}`;
}
