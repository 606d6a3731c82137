/**
 * Figures of the running server, as server-sent events.
 *
 * One sample a second for everyone who listens, made and encoded once. While
 * nobody listens nothing is sampled and no request is timed: the figures cost
 * the server nothing until someone looks.
 *
 * @module
 */
import { EVENT_STREAM, formatEvent, type Handler, type HttpRequest, type HttpResponse, type Layer } from "@stack/http";
import type { ServerFigures } from "@stack/server";
import { busy, noStore } from "./answers.ts";
import { LatencyWindow } from "./latency-window.ts";

/** One sample, the data of an event `figures`. */
export interface Sample {
  /** Seconds since the process began. */
  readonly uptime: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Requests so far. */
  readonly requests: number;
  /** Requests a second since the sample before. */
  readonly rate: number;
  /** Latency of the last 10 s, ms, from the handler's call to its end: of half of the requests, and of 99 in 100. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Handlers that failed so far. */
  readonly errors: number;
  /** Requests that were refused so far, before a handler saw them. */
  readonly refused: number;
  /** Memory of the process, and its JavaScript heap in use, octets. */
  readonly rss: number;
  readonly heap: number;
}

/** Samples kept for who comes or comes back: what the chart on the page shows. */
export const KEPT_SAMPLES = 60;
/** How often a comment tells proxies and clients that the stream is alive, in samples. */
export const HEARTBEAT_SAMPLES = 15;
/** Who may listen at once: each costs a write a second. */
export const MAX_SUBSCRIBERS = 1_000;
/** How long a client waits before it connects again, ms. */
const RETRY_MS = 2_000;
const SAMPLE_MS = 1_000;

export class LiveFigures {
  /** Times requests, but only while someone listens. */
  readonly measure: Layer;
  /** Answers with the stream of events. */
  readonly events: Handler;
  private readonly read: () => ServerFigures;
  private readonly draining: AbortSignal;
  private readonly subscribers: Set<Subscriber>;
  private readonly latency: LatencyWindow;
  /** Events as octets, the oldest first; the last one has {@link lastId}. */
  private readonly kept: Uint8Array[];
  private lastId: number;
  private lastRequests: number;
  private lastTime: number;
  private timer: NodeJS.Timeout | null;

  /**
   * @param read - the server's figures
   * @param draining - aborts when the server is to end: the streams end then, so that nobody waits for them
   */
  constructor(read: () => ServerFigures, draining: AbortSignal) {
    this.measure = (inner) => (request, response) =>
      this.timer === null ? inner(request, response) : this.time(inner, request, response);
    this.events = (request, response) => this.subscribe(request, response);
    this.read = read;
    this.draining = draining;
    this.subscribers = new Set();
    this.latency = new LatencyWindow();
    this.kept = [];
    this.lastId = 0;
    this.lastRequests = 0;
    this.lastTime = 0;
    this.timer = null;
    draining.addEventListener("abort", () => this.end(), { once: true });
  }

  /** Whether someone listens, so that samples are taken. */
  get sampling(): boolean {
    return this.timer !== null;
  }

  /** Takes a sample and sends it to everyone who keeps up. The timer's part; tests call it instead of waiting. */
  sample(): void {
    const { uptime, event } = this.take();
    this.kept.push(event);
    if (this.kept.length > KEPT_SAMPLES) this.kept.shift();
    const beat = this.lastId % HEARTBEAT_SAMPLES === 0 ? encode(formatEvent({ comment: `up ${uptime} s` })) : null;
    for (const subscriber of this.subscribers) {
      if (beat !== null) subscriber.offer(beat);
      subscriber.offer(event);
    }
  }

  private take(): { uptime: number; event: Uint8Array } {
    const { connections, requests, errors, refused } = this.read();
    const now = performance.now();
    const seconds = (now - this.lastTime) / 1_000;
    const memory = process.memoryUsage();
    const uptime = Math.round(process.uptime());
    const sample: Sample = {
      uptime,
      connections,
      requests,
      rate: seconds > 0 ? Math.round((requests - this.lastRequests) / seconds) : 0,
      p50: rounded(this.latency.quantile(0.5)),
      p99: rounded(this.latency.quantile(0.99)),
      errors,
      refused,
      rss: memory.rss,
      heap: memory.heapUsed,
    };
    this.latency.advance();
    this.lastRequests = requests;
    this.lastTime = now;
    this.lastId++;
    return {
      uptime,
      event: encode(formatEvent({ event: "figures", id: `${this.lastId}`, data: JSON.stringify(sample) })),
    };
  }

  private subscribe(request: HttpRequest, response: HttpResponse): void {
    noStore(response);
    if (this.subscribers.size >= MAX_SUBSCRIBERS) {
      busy(response, "clients listen");
      return;
    }
    response.fields.set("Content-Type", EVENT_STREAM);
    if (request.method === "HEAD" || this.draining.aborted) {
      response.write("");
      response.end();
      return;
    }
    const subscriber = new Subscriber(response);
    this.subscribers.add(subscriber);
    request.signal.addEventListener("abort", () => this.unsubscribe(subscriber), { once: true });
    if (this.timer === null) this.start();
    // What a client that comes back has not seen, and the whole minute for one that is new.
    const missed = this.lastId - lastEventId(request);
    const replayed = missed >= 0 && missed < this.kept.length ? this.kept.slice(this.kept.length - missed) : this.kept;
    subscriber.offer(encode(formatEvent({ retry: RETRY_MS })));
    for (const event of replayed) subscriber.offer(event);
  }

  private unsubscribe(subscriber: Subscriber): void {
    if (!this.subscribers.delete(subscriber)) return;
    subscriber.end();
    if (this.subscribers.size === 0) this.stop();
  }

  private start(): void {
    this.lastRequests = this.read().requests;
    this.lastTime = performance.now();
    this.kept.push(this.take().event);
    this.timer = setInterval(() => this.sample(), SAMPLE_MS).unref();
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.kept.length = 0; // there would be a gap in it
    this.latency.clear();
  }

  private end(): void {
    for (const subscriber of [...this.subscribers]) this.unsubscribe(subscriber);
  }

  private time(inner: Handler, request: HttpRequest, response: HttpResponse): void | Promise<void> {
    const start = performance.now();
    const answered = inner(request, response);
    if (answered === undefined) {
      // Not ended: it answers later, as the stream of events does, which is no latency.
      if (response.ended) this.latency.record(performance.now() - start);
      return undefined;
    }
    return answered.finally(() => this.latency.record(performance.now() - start));
  }
}

/** Someone who listens. Who is slower than a sample a second misses samples: they are dropped, not queued. */
class Subscriber {
  private readonly response: HttpResponse;
  private waiting: boolean;

  constructor(response: HttpResponse) {
    this.response = response;
    this.waiting = false;
  }

  offer(event: Uint8Array): void {
    if (this.waiting || this.response.ended || this.response.write(event)) return;
    this.waiting = true;
    this.response.drained().then(
      () => {
        this.waiting = false;
      },
      () => {}, // gone: request.signal tells of it
    );
  }

  end(): void {
    if (!this.response.ended) this.response.end();
  }
}

/** The id that a client which reconnects has seen last (WHATWG HTML §9.2.4); 0 if none, or none of ours. */
function lastEventId(request: HttpRequest): number {
  const id = request.fields.get("last-event-id") ?? "";
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

/** Three digits: the histogram knows no more. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toPrecision(3));
}

const UTF8: InstanceType<typeof TextEncoder> = new TextEncoder();

function encode(text: string): Uint8Array {
  return UTF8.encode(text);
}
