/**
 * A server connection with a scripted client at its other end.
 *
 * @module
 */
import type { Handler } from "@stack/http";
import { type Cut, MemoryCarrier, type MemoryCarrierOptions, ScriptedPeer, VirtualClock } from "@stack/testing";
import { resolveServerOptions, ServerConnection, type ServerConnectionOptions } from "../src/index.ts";

/** What the virtual clock says at its beginning; every final response has it. */
export const DATE = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

export interface Served {
  readonly peer: ScriptedPeer;
  readonly carrier: MemoryCarrier<ServerConnection>;
  readonly clock: VirtualClock;
  /** Method and target of each request that reached the handler. */
  readonly requests: string[];
  /** Code and status of each that did not, and of connections that were cut. */
  readonly refused: string[];
  /** What handlers failed with. */
  readonly errors: unknown[];
}

export interface ServedOptions extends Omit<ServerConnectionOptions, "handler" | "onRefused" | "onError"> {
  readonly carrier?: MemoryCarrierOptions;
  readonly cut?: Cut;
}

/** Serves one connection with `handler`. */
export function serve(handler: Handler, { carrier: carrierOptions, cut, ...options }: ServedOptions = {}): Served {
  const requests: string[] = [];
  const refused: string[] = [];
  const errors: unknown[] = [];
  const resolved = resolveServerOptions({
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
  return { peer: new ScriptedPeer(carrier, cut), carrier, clock, requests, refused, errors };
}

/** The wire of a 200 whose content has a known length; `lines` come behind Content-Length. */
export function ok(content: string, lines = ""): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n${lines}${DATE}\r\n${content}`;
}

/** The wire of a refusal, as `refusal.ts` writes it. */
export function refusal(status: string, message: string): string {
  return (
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${message.length + 1}\r\n` +
    `Connection: close\r\n${DATE}\r\n${message}\n`
  );
}

/** Answers with the target, at once. */
export const echoTarget: Handler = (request, response) => response.send(request.target);

/** A GET of `target`, with `lines` behind Host. */
export function get(target: string, lines = ""): string {
  return `GET ${target} HTTP/1.1\r\nHost: a.example\r\n${lines}\r\n`;
}

/** A handler that waits until the test answers: the requests that it holds, and how to let them go. */
export class Waiting {
  private readonly open: Map<string, () => void> = new Map();

  readonly handler: Handler = (request, response) =>
    new Promise<void>((resolve) => {
      this.open.set(request.target, () => {
        response.send(request.target);
        resolve();
      });
    });

  /** The targets of requests that wait for their answer. */
  get targets(): string[] {
    return [...this.open.keys()];
  }

  answer(target: string): void {
    const answer = this.open.get(target);
    if (answer === undefined) throw new Error(`no request for ${target} is waiting`);
    this.open.delete(target);
    answer();
  }
}
