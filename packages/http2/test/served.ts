/**
 * A server connection with a scripted client at its other end.
 *
 * @module
 */
import type { Handler, HttpRequest, HttpResponse } from "@stack/http";
import { type Cut, MemoryCarrier, type MemoryCarrierOptions, ScriptedPeer, VirtualClock } from "@stack/testing";
import { expect } from "vitest";
import { resolveOptions, ServerConnection, type ServerConnectionOptions } from "../src/index.ts";
import { type FrameOptions, FrameReader, headers, type Lines, PREFACE, SETTINGS_ACK, settings } from "./wire.ts";

export interface ServedOptions extends Partial<Omit<ServerConnectionOptions, "handler" | "onRefused" | "onError">> {
  readonly carrier?: MemoryCarrierOptions;
  readonly cut?: Cut;
}

/** The scripted peer, a client mostly. */
export class Client {
  readonly peer: ScriptedPeer;
  readonly reader: FrameReader;
  /** PINGs that have come to measure the path. */
  probes: number;
  private preface: string;

  /** @param preface - what comes before the first frame */
  constructor(carrier: MemoryCarrier, cut: Cut | undefined, preface = "") {
    this.peer = new ScriptedPeer(carrier, cut);
    this.preface = preface;
    this.reader = new FrameReader();
    this.probes = 0;
  }

  /** Sends frames, joined: one read for the server. */
  send(...frames: string[]): this {
    this.peer.send(frames.join(""));
    return this;
  }

  /** The frames that have come since it was last asked, a line each; PINGs that measure the path are counted only. */
  frames(): string[] {
    const text = this.peer.takeText();
    const { preface } = this;
    expect(text.slice(0, preface.length)).toBe(preface);
    this.preface = "";
    const lines = this.reader.read(text.slice(preface.length));
    const others = lines.filter((line) => line !== PROBE);
    this.probes += lines.length - others.length;
    return others;
  }

  /** Requires that exactly these frames have come since it was last asked. */
  expectFrames(...lines: string[]): this {
    expect(this.frames()).toEqual(lines);
    return this;
  }

  /** {@link expectFrames} when promises have had their turn. */
  async expectLater(...lines: string[]): Promise<this> {
    await this.peer.settled();
    return this.expectFrames(...lines);
  }

  /** Octets of content that have come on a stream. */
  octets(streamId: number): number {
    return this.reader.content.get(streamId) ?? 0;
  }
}

/** The PING with which the server measures the path. */
const PROBE = `PING ${JSON.stringify("\x01\0\0\0\0\0\0\0")}`;

export interface Served {
  readonly client: Client;
  readonly carrier: MemoryCarrier<ServerConnection>;
  readonly connection: ServerConnection;
  readonly clock: VirtualClock;
  /** Method and target of each request that reached the handler. */
  readonly requests: string[];
  /** Code and status of each that did not, and of connections that were ended. */
  readonly refused: string[];
  /** What handlers failed with. */
  readonly errors: unknown[];
}

/** A connection to which nothing was said yet. */
export function connect(handler: Handler, { carrier: carrierOptions, cut, ...options }: ServedOptions = {}): Served {
  const requests: string[] = [];
  const refused: string[] = [];
  const errors: unknown[] = [];
  const resolved = resolveOptions({
    ...options,
    handler: (request, response) => {
      requests.push(`${request.method} ${request.target}`);
      return handler(request, response);
    },
    onRefused: (error, status) => refused.push(`${(error as { code?: string }).code} ${status}`),
    onError: (error) => errors.push(error),
  });
  const clock = carrierOptions?.clock ?? new VirtualClock();
  const carrier = new MemoryCarrier((below) => new ServerConnection(below, resolved), { ...carrierOptions, clock });
  return { client: new Client(carrier, cut), carrier, connection: carrier.engine, clock, requests, refused, errors };
}

/** A connection after the preface: both sides' SETTINGS were said and acknowledged, nothing else. */
export function serve(handler: Handler, options: ServedOptions = {}, ...pairs: [number, number][]): Served {
  const served = connect(handler, options);
  served.client.send(PREFACE, settings(...pairs), SETTINGS_ACK);
  const [first, second, ...rest] = served.client.frames();
  expect([first?.startsWith("SETTINGS "), second, rest]).toEqual([true, "SETTINGS ACK", []]);
  return served;
}

/** The pseudo-header fields of a request, with `lines` behind them. */
export function fieldsOf(method: string, path: string, lines: Lines = []): Lines {
  return [[":method", method], [":scheme", "http"], [":authority", "a.example"], [":path", path], ...lines];
}

/** A GET without content. */
export function get(streamId: number, path = "/", lines: Lines = []): string {
  return headers(streamId, fieldsOf("GET", path, lines), { end: true });
}

/** A POST whose content follows. */
export function post(streamId: number, path = "/", lines: Lines = [], options: FrameOptions = {}): string {
  return headers(streamId, fieldsOf("POST", path, lines), options);
}

/** Answers with the target, at once. */
export const echoTarget: Handler = (request, response) => response.send(request.target);

/** What {@link echoTarget} sends. */
export function echoed(streamId: number, path = "/"): string[] {
  return [`HEADERS ${streamId} :status=200 content-length=${path.length}`, `DATA ${streamId} "${path}" END_STREAM`];
}

/** Never answers; the test does. */
export class Waiting {
  readonly requests: Map<string, HttpRequest>;
  private readonly responses: Map<string, HttpResponse>;

  constructor() {
    this.requests = new Map();
    this.responses = new Map();
  }

  readonly handler: Handler = (request, response) => {
    this.requests.set(request.target, request);
    this.responses.set(request.target, response);
  };

  request(target = "/"): HttpRequest {
    return known(this.requests, target);
  }

  response(target = "/"): HttpResponse {
    return known(this.responses, target);
  }

  /** Answers with `content`, the target by default. */
  answer(target = "/", content: string | Uint8Array = target): void {
    this.response(target).send(content);
  }
}

function known<T>(map: ReadonlyMap<string, T>, target: string): T {
  const value = map.get(target);
  if (value === undefined) throw new Error(`no request for ${target} has come`);
  return value;
}
