/**
 * The log: a line for each request, and for what the server does itself.
 *
 * @module
 */
import type { Writable } from "node:stream";
import { type Handler, HttpError, type HttpRequest, type HttpResponse, type Layer, PeerGoneError } from "@stack/http";
import { endpointName } from "./endpoint-name.ts";
import { LineWriter } from "./line-writer.ts";
import type { LogLines } from "./log-lines.ts";
import { ObservedResponse } from "./observed-response.ts";

/** How long the last lines have to leave, ms. */
const CLOSE_MS = 1_000;

export class Log {
  /** Writes a line for each request that passes. */
  readonly layer: Layer;
  private readonly lines: LogLines;
  private readonly out: LineWriter;
  private readonly err: LineWriter;

  /**
   * @param out - where requests and notes go
   * @param err - where failures go
   */
  constructor(lines: LogLines, out: Writable, err: Writable) {
    this.lines = lines;
    const dropped = (count: number): string =>
      lines.note(`${count} lines were dropped: the reader of the log was too slow`);
    this.out = new LineWriter(out, dropped);
    this.err = new LineWriter(err, dropped);
    this.layer = (inner) => (request, response) => this.watch(inner, request, response);
  }

  note(message: string): void {
    this.out.write(this.lines.note(message));
  }

  /** A request that no handler saw, or a connection that was cut. For `onRefused`. */
  refused(error: Error, status: number): void {
    // A response that was broken off has a line of its own: its request's.
    if (!(error instanceof PeerGoneError)) this.out.write(this.lines.refused(error, status));
  }

  /** A handler that failed, or a connection of ours (`null`). For `onError`. A peer that went away is its own affair. */
  failed(error: unknown, request: HttpRequest | null): void {
    if (error instanceof PeerGoneError) return;
    this.err.write(this.lines.failed(error, request?.method ?? "-", request?.path ?? "-"));
  }

  /** A line as it is, in every mode. */
  plain(line: string): void {
    this.out.write(line);
  }

  /** Resolves with false when a reader is so slow that lines are left. */
  async close(): Promise<boolean> {
    const written = await Promise.all([this.out.close(CLOSE_MS), this.err.close(CLOSE_MS)]);
    return written.every(Boolean);
  }

  private watch(inner: Handler, request: HttpRequest, response: HttpResponse): void | Promise<void> {
    const start = performance.now();
    // Now: a socket that was reset no longer knows whom it was connected to.
    const peer = endpointName(request.peer.address, request.peer.port);
    const observed = new ObservedResponse(response, request.method === "HEAD", (outcome) => {
      const { method, path } = request;
      const ms = performance.now() - start;
      this.out.write(this.lines.request({ ...outcome, method, path, ms, peer }));
    });
    // What fails here is answered further out, unless a head was sent.
    const failed = (error: unknown): never => {
      // An exchange that was ended meanwhile is answered by nobody, or by who ended it.
      observed.failed(error instanceof HttpError ? error.status : request.signal.aborted ? 0 : 500);
      throw error;
    };
    let answered: void | Promise<void>;
    try {
      answered = inner(request, observed.response);
    } catch (error) {
      return failed(error);
    }
    return answered?.then(() => {
      if (!observed.response.headSent) observed.failed(500); // it settled without a response
    }, failed);
  }
}
