/**
 * Reading server-sent events: the format `text/event-stream` (WHATWG HTML §9.2.6).
 *
 * Octets in, events out, cut anywhere. How a connection is opened, kept and
 * opened again is the client's part; what it needs for that, the last event's id
 * and the time to wait, is kept here.
 *
 * @module
 */

/** Octets that a line may have (S132). */
export const MAX_EVENT_LINE = 1_048_576;
/** Octets that the data of one event may have, all of its lines (S132). */
export const MAX_EVENT_DATA = 1_048_576;

/** Bounds for {@link EventStreamParser}. */
export interface EventStreamLimits {
  /** Octets of a line, {@link MAX_EVENT_LINE} unless given. */
  readonly maxLineOctets?: number;
  /** Octets of the data of one event, {@link MAX_EVENT_DATA} unless given. */
  readonly maxDataOctets?: number;
}

/** What an {@link EventStreamParser} reports. */
export interface EventStreamVisitor {
  /**
   * An event is complete (§9.2.6, dispatch).
   *
   * @param type - `message` unless the stream says otherwise
   * @param data - the event's lines, joined by LF
   * @param lastEventId - the last id that came with this event or an earlier one; `""` for none
   */
  onEvent(type: string, data: string, lastEventId: string): void;
  /** How long to wait before connecting again, ms. */
  onRetry?(milliseconds: number): void;
  /** A comment, which keeps the connection alive and means nothing. */
  onComment?(text: string): void;
}

/** A line or an event is larger than is allowed (S132). Close the stream: what follows cannot be told apart any more. */
export class EventStreamLimitError extends Error {
  override readonly name = "EventStreamLimitError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_EVENT_LIMIT";
  /** The bound that was passed, octets. */
  readonly limit: number;

  constructor(what: "line" | "event", limit: number) {
    super(
      `${what === "line" ? "a line" : "the data"} of the event stream is larger than ${limit} octets; raise the limit if you trust the server`,
    );
    this.limit = limit;
  }
}

/**
 * Reads one stream of events. A new one is made for each connection, with the last event's id of the one before.
 *
 * @example
 * ```ts
 * const parser = new EventStreamParser({ onEvent: (type, data) => console.log(type, data) });
 * for await (const bytes of content) parser.decode(bytes, 0, bytes.length);
 * ```
 *
 * WHATWG HTML §9.2.6. Linear; what is kept is the line and the event that are not complete yet.
 */
export class EventStreamParser {
  private readonly visitor: EventStreamVisitor;
  private readonly maxLineOctets: number;
  private readonly maxDataOctets: number;
  /** Octets of the byte order mark seen, 3 once it cannot come any more. */
  private mark: number;
  private afterCr: boolean;
  /** The beginning of a line whose end has not come. */
  private held: Uint8Array;
  private heldOctets: number;
  private data: string[];
  private dataOctets: number;
  private type: string;
  private idBuffer: string;
  private lastId: string;

  constructor(visitor: EventStreamVisitor, limits: EventStreamLimits = {}, lastEventId = "") {
    this.visitor = visitor;
    this.maxLineOctets = limits.maxLineOctets ?? MAX_EVENT_LINE;
    this.maxDataOctets = limits.maxDataOctets ?? MAX_EVENT_DATA;
    this.mark = 0;
    this.afterCr = false;
    this.held = NOTHING;
    this.heldOctets = 0;
    this.data = [];
    this.dataOctets = 0;
    this.type = "";
    this.idBuffer = lastEventId;
    this.lastId = lastEventId;
  }

  /** What is sent as Last-Event-ID when connecting again: the id as of the last complete event. */
  get lastEventId(): string {
    return this.lastId;
  }

  /**
   * Reads `bytes[at, end)`, all of it. An event that the end of the stream cuts off is never reported (§9.2.6).
   *
   * @throws EventStreamLimitError `ERR_EVENT_LIMIT`; the parser is of no use any more
   */
  decode(bytes: Uint8Array, at: number, end: number): void {
    let start = this.mark < BOM.length ? this.skipMark(bytes, at, end) : at;
    for (let offset = start; offset < end; offset++) {
      const octet = bytes[offset];
      if (octet !== LF && octet !== CR) continue;
      // CR LF is one line end, also when it is cut in two.
      const second = octet === LF && this.afterCr && offset === start && this.heldOctets === 0;
      this.afterCr = octet === CR;
      const from = start;
      start = offset + 1;
      if (!second) this.lineEnded(bytes, from, offset);
    }
    if (start < end) {
      this.afterCr = false;
      this.hold(bytes, start, end);
    }
  }

  /** A byte order mark at the very beginning is no part of the first line. */
  private skipMark(bytes: Uint8Array, at: number, end: number): number {
    let offset = at;
    while (offset < end && this.mark < BOM.length) {
      if (bytes[offset] !== BOM[this.mark]) {
        const seen = this.mark;
        this.mark = BOM.length;
        this.hold(BOM, 0, seen); // it was the beginning of something else
        return offset;
      }
      this.mark++;
      offset++;
    }
    return offset;
  }

  private lineEnded(bytes: Uint8Array, start: number, end: number): void {
    if (this.heldOctets === 0) {
      if (end - start > this.maxLineOctets) throw new EventStreamLimitError("line", this.maxLineOctets);
      this.line(bytes, start, end);
      return;
    }
    this.hold(bytes, start, end);
    const { held, heldOctets } = this;
    this.held = NOTHING;
    this.heldOctets = 0;
    this.line(held, 0, heldOctets);
  }

  private line(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) {
      this.dispatch();
      return;
    }
    let colon = bytes.subarray(start, end).indexOf(COLON);
    if (colon === 0) {
      this.visitor.onComment?.(text(bytes, start + 1, end));
      return;
    }
    if (colon < 0) colon = end - start;
    const value = start + colon + 1;
    const from = value < end && bytes[value] === SPACE ? value + 1 : Math.min(value, end);
    this.field(colon > LONGEST_NAME ? "" : text(bytes, start, start + colon), bytes, from, end);
  }

  private field(name: string, bytes: Uint8Array, start: number, end: number): void {
    switch (name) {
      case "data":
        this.dataOctets += end - start + 1;
        if (this.dataOctets - 1 > this.maxDataOctets) throw new EventStreamLimitError("event", this.maxDataOctets);
        this.data.push(text(bytes, start, end));
        break;
      case "event":
        this.type = text(bytes, start, end);
        break;
      case "id": {
        const id = text(bytes, start, end);
        if (!id.includes("\0")) this.idBuffer = id;
        break;
      }
      case "retry": {
        const value = text(bytes, start, end);
        if (/^[0-9]+$/.test(value)) this.visitor.onRetry?.(Math.min(Number(value), Number.MAX_SAFE_INTEGER));
        break;
      }
      default: // other fields mean nothing
    }
  }

  private dispatch(): void {
    const { data, type } = this;
    this.lastId = this.idBuffer;
    this.type = "";
    if (data.length === 0) return;
    this.data = [];
    this.dataOctets = 0;
    this.visitor.onEvent(type === "" ? "message" : type, data.join("\n"), this.lastId);
  }

  private hold(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.heldOctets + end - start;
    if (needed > this.maxLineOctets) throw new EventStreamLimitError("line", this.maxLineOctets);
    if (needed > this.held.length) {
      // Doubled, so that a line that comes octet by octet is not copied for each of them (S97).
      const grown = new Uint8Array(Math.max(needed, this.held.length * 2));
      grown.set(this.held.subarray(0, this.heldOctets));
      this.held = grown;
    }
    this.held.set(bytes.subarray(start, end), this.heldOctets);
    this.heldOctets = needed;
  }
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return start === end ? "" : UTF8.decode(bytes.subarray(start, end));
}

const UTF8: InstanceType<typeof TextDecoder> = new TextDecoder("utf-8", { ignoreBOM: true });
const NOTHING: Uint8Array = new Uint8Array(0);
const BOM: Uint8Array = Uint8Array.of(0xef, 0xbb, 0xbf);
const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
/** `event` and `retry`: longer names mean nothing and are not worth a string. */
const LONGEST_NAME = 5;
