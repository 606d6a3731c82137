/**
 * How a response's content is delimited (RFC 9112 §6.3, RFC 9110 §8.6).
 *
 * Reads what the handler said in its fields, and decides what is said on the
 * wire. The framing is the engine's: whatever the handler set, the peer
 * sees one length, one coding or the end of the connection.
 *
 * @module
 */
import { imfFixdate, sameName } from "@stack/http";
import { encodeFields, encodeStatusLine } from "@stack/http1-parser";

/** No head was sent yet. */
export const NOT_SENT = 0;
/** HEAD, 204, 205, 304: whatever content the handler sends stays here. */
export const NO_CONTENT = 1;
export const BY_LENGTH = 2;
export const BY_CHUNKS = 3;
/** HTTP/1.0 with content of unknown length. */
export const BY_CLOSE = 4;
/** The response is complete. */
export const SENT = 5;

/** The framing of one response. There is one object of it: read it before the next call. */
export class ResponseFrame {
  /** {@link NO_CONTENT}, {@link BY_LENGTH}, {@link BY_CHUNKS} or {@link BY_CLOSE}. */
  kind: number = NOT_SENT;
  /** Octets of content, for {@link BY_LENGTH}. */
  length = 0;
  /** The framing field line, or "". */
  line = "";
  /** The fields without those that are ours to say. */
  fields: readonly string[] = [];
  /** The handler set Date. */
  dated = false;
  /** The handler set `Connection: close`. */
  closes = false;
  /** Other connection options of the handler's, such as `Upgrade` with 426 (RFC 9110 §7.6.1), or "". */
  options = "";

  /**
   * @param minor - of the client's HTTP/1 version
   * @param fields - flat list of the handler's fields
   * @param octets - the content's length, -1 when it is not known yet
   * @throws TypeError when the handler's Content-Length is not a number
   * @throws RangeError for 2xx to CONNECT: to the client that is a tunnel, whatever follows (RFC 9110 §9.3.6)
   */
  decide(status: number, method: string, minor: number, fields: readonly string[], octets: number): void {
    if (method === "CONNECT" && status < 300) throw new RangeError("2xx to CONNECT opens a tunnel: use accept()");
    const declared = this.readFields(fields);
    this.line = "";
    if (status === 205) {
      this.kind = NO_CONTENT;
      this.line = "Content-Length: 0\r\n"; // RFC 9110 §15.3.6: content, of no octets, which framing alone does not say
    } else if (status === 204 || status === 304 || method === "HEAD") {
      this.kind = NO_CONTENT;
      this.line = lineWithoutContent(status, minor, declared, octets);
    } else if (declared >= 0 || octets >= 0) {
      this.kind = BY_LENGTH;
      this.length = declared >= 0 ? declared : octets;
      this.line = `Content-Length: ${this.length}\r\n`;
    } else if (minor === 1) {
      this.kind = BY_CHUNKS;
      this.line = CHUNKED_LINE;
    } else {
      this.kind = BY_CLOSE;
      this.closes = true;
    }
  }

  /**
   * The head of a response that has no content by what it is: 1xx, or 2xx to CONNECT. Says nothing of framing, nor of the
   * end of the connection (RFC 9110 §8.6, RFC 9112 §6.1).
   *
   * @param date - the Date field line, or "" for none
   */
  headAlone(status: number, fields: readonly string[], date: string): string {
    this.readFields(fields);
    const dated = this.dated ? "" : date;
    return `${encodeStatusLine(status)}${connectionLine(false, 1, this.options)}${encodeFields(this.fields)}${dated}\r\n`;
  }

  /** Takes out what the handler said of framing; returns its Content-Length, or -1. */
  private readFields(fields: readonly string[]): number {
    let declared = -1;
    let kept = fields;
    let upgrades = false;
    this.dated = false;
    this.closes = false;
    this.options = "";
    for (let i = fields.length - 2; i >= 0; i -= 2) {
      const name = fields[i] as string;
      switch (name.length) {
        case 4:
          if (sameName(name, "date")) this.dated = true;
          break;
        case 7:
          if (sameName(name, "upgrade")) upgrades = true;
          break;
        case 10:
          if (sameName(name, "connection")) {
            this.readConnection(fields[i + 1] as string);
            kept = without(kept, i);
          }
          break;
        case 14:
          if (sameName(name, "content-length")) {
            declared = contentLength(fields[i + 1] as string);
            kept = without(kept, i);
          }
          break;
        case 17:
          if (sameName(name, "transfer-encoding")) kept = without(kept, i);
          break;
      }
    }
    this.fields = kept;
    // RFC 9110 §7.8: it is for this hop, and who forwards knows so from the option alone.
    if (upgrades && !this.options.split(", ").some((option) => sameName(option, "upgrade")))
      this.options += this.options === "" ? "Upgrade" : ", Upgrade";
    return declared;
  }

  private readConnection(value: string): void {
    for (const option of value.split(",")) {
      const name = option.trim();
      if (sameName(name, "close")) this.closes = true;
      else if (name !== "" && !sameName(name, "keep-alive")) this.options += this.options === "" ? name : `, ${name}`;
    }
  }
}

/** RFC 9110 §8.6: never with 204; with HEAD and 304 it is what GET would have had. */
function lineWithoutContent(status: number, minor: number, declared: number, octets: number): string {
  if (status === 204) return "";
  if (declared >= 0) return `Content-Length: ${declared}\r\n`;
  if (status === 304) return "";
  if (octets > 0) return `Content-Length: ${octets}\r\n`;
  return octets < 0 && minor === 1 ? CHUNKED_LINE : "";
}

const CHUNKED_LINE = "Transfer-Encoding: chunked\r\n";

function without(fields: readonly string[], at: number): readonly string[] {
  return [...fields.slice(0, at), ...fields.slice(at + 2)];
}

function contentLength(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new TypeError(`Content-Length must be digits, not ${JSON.stringify(value)}`);
  return Number(value);
}

/** The Connection field line (RFC 9112 §9.3, §9.6): what becomes of the connection, and the handler's own options. */
export function connectionLine(closes: boolean, minor: number, options: string): string {
  const persistence = closes ? "close" : minor === 0 ? "keep-alive" : "";
  if (options === "") return persistence === "" ? "" : `Connection: ${persistence}\r\n`;
  return persistence === "" ? `Connection: ${options}\r\n` : `Connection: ${persistence}, ${options}\r\n`;
}

let dateSecond = -1;
let dateText = "";

/** The Date field line (RFC 9110 §6.6.1), made once a second. */
export function dateLine(epochSeconds: number): string {
  if (epochSeconds !== dateSecond) {
    dateSecond = epochSeconds;
    dateText = `Date: ${imfFixdate(epochSeconds)}\r\n`;
  }
  return dateText;
}
