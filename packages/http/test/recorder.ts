import {
  type Carrier,
  Content,
  type ContentReceiver,
  type ContentSource,
  Fields,
  HttpRequest,
  HttpResponse,
  type Incoming,
  type PeerInfo,
  type Producer,
  type ResponseSink,
} from "../src/index.ts";

/** A response sink that writes down what it is told, and can say that it is full. */
export class Recorder implements ResponseSink {
  readonly log: string[] = [];
  full = false;
  takesContent = true;
  refuses: Error | null = null;
  producer: Producer | null = null;

  sendInformational(status: number, fields: Fields): void {
    this.log.push(`informational ${status} ${JSON.stringify(fields)}`);
  }
  sendWhole(status: number, fields: Fields, content: Uint8Array | string): void {
    if (this.refuses !== null) throw this.refuses;
    this.log.push(`whole ${status} ${JSON.stringify(fields)} ${text(content)}`);
  }
  sendHead(status: number, fields: Fields, end: boolean): void {
    if (this.refuses !== null) throw this.refuses;
    this.log.push(`head ${status} ${JSON.stringify(fields)}${end ? " end" : ""}`);
  }
  sendContent(bytes: Uint8Array, end: boolean): boolean {
    this.log.push(`content ${text(bytes)}${end ? " end" : ""}`);
    return !this.full;
  }
  sendTrailers(fields: Fields): void {
    this.log.push(`trailers ${JSON.stringify(fields)}`);
  }
  accept(fields: Fields): Carrier {
    this.log.push(`accept ${JSON.stringify(fields)}`);
    return {} as Carrier;
  }
  push(): null {
    return null;
  }
  reset(code: number): void {
    this.log.push(`reset ${code}`);
  }
  attach(producer: Producer): void {
    this.producer = producer;
  }
}

/** A request's other side: content on demand, a peer that can go away. */
export class Source implements Incoming, ContentSource {
  readonly scheme = "http";
  readonly authority = "example.com";
  readonly peer: PeerInfo = { address: "192.0.2.1", port: 1, localAddress: "", localPort: 0, secure: false, alpn: "" };
  contentLength: number;
  contentLimit: number;
  granted = 0;
  stopped = false;
  receiver: ContentReceiver | null = null;
  private gone: ((reason: Error) => void) | null = null;

  constructor(contentLength = -1, contentLimit = 1_048_576) {
    this.contentLength = contentLength;
    this.contentLimit = contentLimit;
  }
  read(receiver: ContentReceiver): ContentSource {
    this.receiver = receiver;
    return this;
  }
  onGone(listener: (reason: Error) => void): void {
    this.gone = listener;
  }
  grant(octets: number): void {
    this.granted += octets;
  }
  stop(): void {
    this.stopped = true;
  }
  /** Delivers text from the middle of borrowed memory, which is overwritten at once. */
  send(content: string): void {
    const bytes = new TextEncoder().encode(`<${content}>`);
    this.receiver?.onContent(bytes, 1, bytes.length - 1);
    bytes.fill(0x21);
  }
  end(trailers: Fields | null = null): void {
    this.receiver?.onEnd(trailers);
  }
  leave(reason: Error): void {
    this.gone?.(reason);
    this.receiver?.onError(reason);
  }
}

export function text(content: Uint8Array | string): string {
  return JSON.stringify(typeof content === "string" ? content : new TextDecoder().decode(content));
}

export function exchange(
  target = "/",
  source: Source = new Source(0),
): { request: HttpRequest; response: HttpResponse; sink: Recorder; source: Source } {
  const sink = new Recorder();
  return {
    request: new HttpRequest("GET", target, "1.1", new Fields(), source),
    response: new HttpResponse(sink),
    sink,
    source,
  };
}

export function content(length = -1, limit?: number): { content: Content; source: Source } {
  const source = new Source(length, limit);
  return { content: new Content(source), source };
}
