/**
 * A request and what comes of it, whichever client sends it over whichever version.
 *
 * @module
 */

/** What is asked. */
export interface Asking {
  /** GET unless there is content, then POST. */
  readonly method?: string;
  /** The request target. Default "/". */
  readonly target?: string;
  readonly fields?: readonly (readonly [string, string])[];
  /** The whole content. `null`: it comes later, by {@link Exchange.write} and {@link Exchange.end}. */
  readonly content?: string | Uint8Array | null;
  /** Octets of content that comes later, where they are announced. */
  readonly length?: number;
  /** Reads no content of the response before {@link Exchange.read}. */
  readonly paused?: boolean;
}

/** Field lines by name in lower case; each line's value in order. */
export type Lines = Readonly<Record<string, readonly string[]>>;

/** One exchange, filled by the client that made it. */
export abstract class Exchange {
  /** Informational responses, in order. */
  readonly informational: { readonly status: number; readonly fields: Lines }[] = [];
  status = 0;
  fields: Lines = {};
  trailers: Lines = {};
  /** Octets of content that came. */
  octets = 0;
  /** Resolves with the final head; rejects when there will be none. */
  readonly head: Promise<this>;
  /** Resolves with the whole response; rejects when it is broken off. */
  readonly done: Promise<this>;
  private readonly pieces: Buffer[] = [];
  private headCame: () => void = () => {};
  private ended: () => void = () => {};
  private failed: (error: Error) => void = () => {};

  constructor() {
    const head = new Promise<void>((resolve, reject) => {
      this.headCame = resolve;
      this.failed = reject;
    });
    const done = new Promise<void>((resolve, reject) => {
      this.ended = resolve;
      const headFailed = this.failed;
      this.failed = (error) => {
        headFailed(error);
        reject(error);
      };
    });
    this.head = head.then(() => this);
    this.done = done.then(() => this);
    // Whoever does not ask is not told.
    this.head.catch(() => {});
    this.done.catch(() => {});
  }

  /** The content as UTF-8 text. */
  get text(): string {
    return this.content.toString("utf8");
  }

  get content(): Buffer {
    return Buffer.concat(this.pieces);
  }

  /** Sends a piece of the request's content; false when the client should wait. */
  abstract write(piece: string | Uint8Array): boolean;
  /** Ends the request. */
  abstract end(trailers?: Readonly<Record<string, string>>): void;
  /** Resolves when there is room for more. */
  abstract room(): Promise<void>;
  /** Reads the response's content from now on. */
  abstract read(): void;
  /** Gives the exchange up. */
  abstract cancel(): void;

  // What the client tells

  informed(status: number, lines: Iterable<readonly [string, string]>): void {
    this.informational.push({ status, fields: linesOf(lines) });
  }

  answered(status: number, lines: Iterable<readonly [string, string]>): void {
    this.status = status;
    this.fields = linesOf(lines);
    this.headCame();
  }

  received(piece: Uint8Array): void {
    this.octets += piece.length;
    this.pieces.push(Buffer.from(piece));
  }

  completed(lines: Iterable<readonly [string, string]>): void {
    this.trailers = linesOf(lines);
    this.ended();
  }

  broken(error: Error): void {
    this.failed(error);
  }
}

/** A client of one server. */
export interface Client {
  /** Sends a request. */
  ask(asking?: Asking): Promise<Exchange>;
  /** Ends its connections. */
  close(): void;
}

function linesOf(pairs: Iterable<readonly [string, string]>): Lines {
  const lines: Record<string, string[]> = {};
  for (const [name, value] of pairs) (lines[name.toLowerCase()] ??= []).push(value);
  return lines;
}

/** The method that is asked with. */
export function methodOf({ method, content }: Asking): string {
  return method ?? (content === undefined ? "GET" : "POST");
}

/** Octets of text or octets. */
export function octetsOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? Buffer.from(content, "utf8") : content;
}
