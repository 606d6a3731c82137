/**
 * node:http and node:http2 as clients of a server.
 *
 * @module
 */
import {
  Agent as CleartextAgent,
  type ClientRequest,
  request as cleartextRequest,
  type IncomingMessage,
} from "node:http";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from "node:http2";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import type { Where } from "./engine-client.ts";
import { type Asking, type Client, Exchange, methodOf, octetsOf } from "./exchange.ts";

/** Requests by node:http or node:https, with an agent that keeps connections. */
export function nodeHttp1Client({ port, ca }: Where): Client {
  const agent = ca === undefined ? new CleartextAgent({ keepAlive: true }) : new SecureAgent({ keepAlive: true, ca });
  const request = ca === undefined ? cleartextRequest : secureRequest;
  return {
    ask: async (asking = {}) => {
      const { target = "/", fields = [], content, length } = asking;
      const lines = linesOf(fields);
      if (content === undefined || content === null) {
        if (length !== undefined) lines["content-length"] = [String(length)];
        else if (content === null) lines["transfer-encoding"] = ["chunked"];
      } else lines["content-length"] = [String(octetsOf(content).length)];
      const headers = Object.fromEntries(
        Object.entries(lines).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
      );
      return new Http1Exchange(
        request({ host: "127.0.0.1", port, agent, method: methodOf(asking), path: target, headers }),
        asking,
      );
    },
    close: () => agent.destroy(),
  };
}

/** Requests by node:http2, all on one session. */
export function nodeHttp2Client({ port, ca }: Where): Client {
  let session: ClientHttp2Session | null = null;
  return {
    ask: async (asking = {}) => {
      if (session === null || session.closed || session.destroyed) {
        session = ca === undefined ? connect(`http://127.0.0.1:${port}`) : connect(`https://127.0.0.1:${port}`, { ca });
        session.on("error", () => {}); // each stream is told
      }
      const { target = "/", fields = [], content, length } = asking;
      const lines = linesOf(fields);
      if (content === null && length !== undefined) lines["content-length"] = [String(length)];
      else if (content !== undefined && content !== null) lines["content-length"] = [String(octetsOf(content).length)];
      const stream = session.request(
        { ":method": methodOf(asking), ":path": target, ...lines },
        { endStream: content === undefined, waitForTrailers: content === null },
      );
      return new Http2Exchange(stream, asking);
    },
    close: () => session?.destroy(),
  };
}

class Http1Exchange extends Exchange {
  private readonly request: ClientRequest;
  private response: IncomingMessage | null = null;
  private paused: boolean;

  constructor(request: ClientRequest, asking: Asking) {
    super();
    this.request = request;
    this.paused = asking.paused === true;
    request.on("information", ({ statusCode, rawHeaders }) => this.informed(statusCode, pairsOf(rawHeaders)));
    request.on("response", (response) => {
      this.response = response;
      this.answered(response.statusCode ?? 0, pairsOf(response.rawHeaders));
      response.on("error", (error) => this.broken(error));
      response.on("end", () => this.completed(pairsOf(response.rawTrailers)));
      if (!this.paused) this.read();
    });
    request.on("error", (error) => this.broken(error));
    const { content } = asking;
    if (content === undefined || content === null) {
      if (content === null) request.flushHeaders();
      else request.end();
    } else request.end(octetsOf(content));
  }

  write(piece: string | Uint8Array): boolean {
    return this.request.write(piece);
  }

  end(trailers?: Readonly<Record<string, string>>): void {
    if (trailers !== undefined) this.request.addTrailers(trailers);
    this.request.end();
  }

  room(): Promise<void> {
    return new Promise((resolve) => this.request.once("drain", resolve));
  }

  read(): void {
    this.paused = false;
    this.response?.on("data", (piece: Buffer) => this.received(piece));
  }

  cancel(): void {
    this.request.destroy();
  }
}

class Http2Exchange extends Exchange {
  private readonly stream: ClientHttp2Stream;
  private trailerLines: IncomingHttpHeaders = {};
  private requestTrailers: Readonly<Record<string, string>> = {};

  constructor(stream: ClientHttp2Stream, asking: Asking) {
    super();
    this.stream = stream;
    stream.on("headers", (headers) => this.informed(Number(headers[":status"]), pairsOfHeaders(headers)));
    stream.on("response", (headers) => this.answered(Number(headers[":status"]), pairsOfHeaders(headers)));
    stream.on("trailers", (headers) => {
      this.trailerLines = headers;
    });
    stream.on("wantTrailers", () => stream.sendTrailers(this.requestTrailers));
    stream.on("error", (error) => this.broken(error));
    // Node says `end` of streams that were reset, too.
    stream.on("close", () => {
      if (stream.rstCode === 0) this.completed(pairsOfHeaders(this.trailerLines));
      else this.broken(new Error(`the stream was reset with ${stream.rstCode}`));
    });
    if (asking.paused !== true) this.read();
    const { content } = asking;
    if (content !== undefined && content !== null) stream.end(octetsOf(content));
  }

  write(piece: string | Uint8Array): boolean {
    return this.stream.write(piece);
  }

  end(trailers: Readonly<Record<string, string>> = {}): void {
    this.requestTrailers = trailers;
    this.stream.end();
  }

  room(): Promise<void> {
    return new Promise((resolve) => this.stream.once("drain", resolve));
  }

  read(): void {
    this.stream.on("data", (piece: Buffer) => this.received(piece));
  }

  cancel(): void {
    this.stream.close(8 /* CANCEL */);
  }
}

function linesOf(fields: readonly (readonly [string, string])[]): Record<string, string[]> {
  const lines: Record<string, string[]> = {};
  for (const [name, value] of fields) (lines[name.toLowerCase()] ??= []).push(value);
  return lines;
}

function pairsOf(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] as string, raw[2 * i + 1] as string]);
}

function pairsOfHeaders(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(":") || value === undefined ? [] : [value].flat().map((line): [string, string] => [name, line]),
  );
}
