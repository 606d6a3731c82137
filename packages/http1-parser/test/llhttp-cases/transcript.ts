/**
 * One case told twice: as Node's parser logged it, and as ours reads it.
 *
 * Only what both can say is compared: the start line, the fields, the content
 * and the end of each message, and what became of the connection. Whitespace in
 * values is left out, because the log has it untrimmed and unfolded.
 *
 * @module
 */

import {
  ChunkedDecoder,
  ChunkedSyntaxError,
  HeadSyntaxError,
  type Leniency,
  latin1,
  PARTIAL,
  RequestHeadDecoder,
  ResponseHeadDecoder,
  requestFraming,
  TUNNEL,
  UNTIL_CLOSE,
} from "../../src/index.ts";

/** As in cases.json. */
export interface LlhttpCase {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly type: string;
  readonly meta: { readonly skipBody?: boolean };
  readonly input: string;
  readonly log: readonly string[];
  readonly error: { readonly code: number; readonly reason: string } | null;
}

export interface Message {
  start: string;
  fields: string[];
  content: string;
  trailers: string[];
  complete: boolean;
}

export interface Transcript {
  messages: Message[];
  /** `open`: more may come; `handed over`: what follows is another protocol's. */
  end: "open" | "refused" | "handed over";
  /** Our code when refused. */
  code: string;
}

/** What the log says. A head that is not complete says nothing that can be relied upon. */
export function fromLog({ log, error }: LlhttpCase): Transcript {
  const messages: Message[] = [];
  let spans: Record<string, string> = {};
  let lines: [string, string][] = [];
  let message: Message | null = null;
  for (const entry of log) {
    const span = /^off=\d+ len=\d+ span\[(\w+)\]=(cr|lf|".*")$/s.exec(entry);
    if (span !== null) {
      const [, name = "", raw = ""] = span;
      const text = raw === "cr" ? "\r" : raw === "lf" ? "\n" : raw.slice(1, -1);
      if (name === "body" && message !== null) message.content += text;
      else if (name === "header_field") {
        // Several spans for one name follow each other; a value between them begins a new field.
        const last = lines.at(-1);
        if (last !== undefined && spans["in-name"] === "yes") last[0] += text;
        else lines.push([text, ""]);
        spans["in-name"] = "yes";
      } else if (name === "header_value") {
        const last = lines.at(-1);
        if (last !== undefined) last[1] += text;
        spans["in-name"] = "no";
      } else spans[name] = (spans[name] ?? "") + text;
    } else if (entry.endsWith("message begin")) {
      spans = {};
      lines = [];
      message = null;
    } else if (/ headers complete /.test(entry)) {
      const version = `HTTP/${spans.version ?? "0.9"}`;
      const status = / status=(\d+)/.exec(entry)?.[1];
      const start =
        status === undefined ? `${spans.method} ${spans.url} ${version}` : `${version} ${status} ${spans.status ?? ""}`;
      message = { start, fields: lines.flatMap(withoutWhitespace), content: "", trailers: [], complete: false };
      messages.push(message);
      spans = {};
      lines = [];
    } else if (entry.endsWith("message complete") && message !== null) {
      message.complete = true;
      message.trailers = lines.flatMap(withoutWhitespace);
      lines = [];
    }
  }
  const isHandedOver = error?.code === PAUSED_UPGRADE || error?.code === PAUSED_H2_UPGRADE;
  return { messages, end: isHandedOver ? "handed over" : error === null ? "open" : "refused", code: "" };
}

/** What our decoders make of it, driven as a connection drives them (RFC 9112 §9.3, §9.6). */
export function fromDecoders(
  wire: Uint8Array,
  isRequest: boolean,
  skipBody: boolean,
  leniency: Partial<Leniency>,
): Transcript {
  const transcript: Transcript = { messages: [], end: "open", code: "" };
  const requests = new RequestHeadDecoder(undefined, leniency);
  const responses = new ResponseHeadDecoder(undefined, leniency);
  let at = 0;
  try {
    while (at < wire.length) {
      const decoder = isRequest ? requests : responses;
      const next = decoder.decode(wire, at, wire.length);
      if (next === PARTIAL) break;
      at = next;
      const start = isRequest
        ? `${requests.method} ${requests.target} HTTP/1.${requests.minor}`
        : `HTTP/1.${responses.minor} ${responses.status} ${responses.reason}`;
      const message: Message = { start, fields: pairs(decoder.fields), content: "", trailers: [], complete: false };
      transcript.messages.push(message);
      const framing = isRequest
        ? requestFraming(requests.chunked, requests.contentLength)
        : responses.framingFor("GET");
      if (skipBody) message.complete = true;
      else if (framing === UNTIL_CLOSE) {
        message.content = latin1(wire, at, wire.length);
        return transcript;
      } else if (framing >= 0) {
        const end = Math.min(wire.length, at + framing);
        message.content = latin1(wire, at, end);
        message.complete = end === at + framing;
        at = end;
      } else if (framing !== TUNNEL) {
        const chunked = new ChunkedDecoder(
          {
            onContent: (bytes, from, to) => {
              message.content += latin1(bytes, from, to);
            },
            onTrailers: (fields) => {
              message.trailers = pairs(fields);
              message.complete = true;
            },
          },
          undefined,
          leniency,
        );
        at = chunked.decode(wire, at, wire.length);
      }
      if (!message.complete) break;
      const isSwitched = isRequest ? requests.upgrade || requests.method === "CONNECT" : responses.status === 101;
      if (isSwitched) return { ...transcript, end: "handed over" };
      if (!decoder.keepAlive && !isBlank(wire, at)) return { ...transcript, end: "refused", code: "DATA_AFTER_CLOSE" };
    }
  } catch (error) {
    if (!(error instanceof HeadSyntaxError || error instanceof ChunkedSyntaxError)) throw error;
    transcript.end = "refused";
    transcript.code = error.code;
  }
  return transcript;
}

/** Octets with which no message begins (RFC 9112 §2.2). */
function isBlank(wire: Uint8Array, at: number): boolean {
  return /^[\r\n]*$/.test(latin1(wire, at, wire.length));
}

function pairs(fields: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < fields.length; i += 2)
    out.push(...withoutWhitespace([fields[i] as string, fields[i + 1] as string]));
  return out;
}

/** The log was written as UTF-8; ours is latin1. */
function withoutWhitespace([name, value]: [string, string]): string[] {
  return [name.trim(), value.replace(/[ \t]/g, "")];
}

const PAUSED_UPGRADE = 22;
const PAUSED_H2_UPGRADE = 23;
