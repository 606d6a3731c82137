/**
 * One request to a handler and what came back, without an engine.
 *
 * @module
 */
import { Fields, type Handler, HttpRequest, HttpResponse, type Incoming, type ResponseSink } from "@stack/http";

/** A response as it reached the sink. */
export interface Answer {
  readonly status: number;
  /** `Name: value` for each field line but Content-Type. */
  readonly fields: readonly string[];
  readonly type: string | undefined;
  readonly content: string;
}

/** Sends `"GET /path"` to a handler. */
export async function exchange(handler: Handler, requestLine: string): Promise<Answer> {
  const space = requestLine.indexOf(" ");
  const sink = new Recorder();
  const request = requestOf(requestLine.slice(0, space), requestLine.slice(space + 1));
  await handler(request, new HttpResponse(sink));
  if (sink.answer === null) throw new Error(`${requestLine} was not answered`);
  return sink.answer;
}

/** A request without content. */
export function requestOf(method: string, target: string): HttpRequest {
  return new HttpRequest(method, target, "1.1", new Fields(), NO_CONTENT);
}

/** Answers with its name and the parameters: `name {"id":"1"}`. */
export function named(name: string): Handler {
  return (request, response) => response.text(`${name} ${JSON.stringify(Object.fromEntries(request.params))}`);
}

export class Recorder implements ResponseSink {
  answer: Answer | null = null;

  sendWhole(status: number, fields: Fields, content: Uint8Array | string): void {
    const lines = [...fields].filter(([name]) => name !== "Content-Type").map(([name, value]) => `${name}: ${value}`);
    this.answer = { status, fields: lines, type: fields.get("content-type"), content: String(content) };
  }
  sendHead(): void {
    throw new Error("the router answers with whole responses");
  }
  sendInformational(): void {}
  sendContent(): boolean {
    return true;
  }
  sendTrailers(): void {}
  accept(): never {
    throw new Error("no tunnel here");
  }
  push(): null {
    return null;
  }
  reset(): void {}
  attach(): void {}
}

const NO_CONTENT: Incoming = {
  scheme: "http",
  authority: "example.org",
  peer: { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" },
  contentLength: 0,
  contentLimit: 0,
  read: () => ({ grant() {}, stop() {} }),
  onGone() {},
};
