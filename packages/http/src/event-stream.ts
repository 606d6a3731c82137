/**
 * Server-sent events: the format `text/event-stream` (WHATWG HTML §9.2).
 *
 * Text in, text out: how events reach a peer, and when, is the handler's part.
 *
 * @module
 */

/** The media type of a stream of events. */
export const EVENT_STREAM = "text/event-stream";

/** One event, or a part of one. What is left out is not written. */
export interface ServerSentEvent {
  /** What is delivered; any text. Without data nothing is delivered, which is how a comment or `retry` goes alone. */
  readonly data?: string;
  /** The event's type, `message` unless given. One line. */
  readonly event?: string;
  /** What a client sends back as Last-Event-ID when it reconnects; `""` forgets it. One line without NUL. */
  readonly id?: string;
  /** How long a client waits before it reconnects, ms. */
  readonly retry?: number;
  /** For those who read the wire, and to keep it alive; any text. */
  readonly comment?: string;
}

/** An event that would have been read as another one, or as several (S50). */
export class EventStreamError extends TypeError {
  override readonly name = "EventStreamError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_INVALID_EVENT";
}

/**
 * Writes an event, with the empty line that ends it.
 *
 * @returns text to be sent as UTF-8
 * @throws TypeError `ERR_INVALID_EVENT` when `event` or `id` holds a line end or `id` holds NUL, or when `retry` is
 *   not a whole number of ms
 *
 * `data` and `comment` may have any line ends: each of their lines becomes a line of its own, so that nothing in
 * them can be another field or event (S50). A client joins the lines of `data` by LF.
 *
 * @example
 * ```ts
 * formatEvent({ event: "figures", id: "7", data: '{"requests":12}' });
 * // 'event: figures\nid: 7\ndata: {"requests":12}\n\n'
 * formatEvent({ comment: "still here" }); // ": still here\n\n"
 * ```
 *
 * WHATWG HTML §9.2.5. Linear.
 */
export function formatEvent({ data, event, id, retry, comment }: ServerSentEvent): string {
  let text = "";
  if (comment !== undefined) text += lines(": ", comment);
  if (event !== undefined) text += `event: ${oneLine("event", event)}\n`;
  if (id !== undefined) {
    if (id.includes("\0")) throw new EventStreamError("the id of an event holds NUL, with which clients ignore it");
    text += `id: ${oneLine("id", id)}\n`;
  }
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0)
      throw new EventStreamError(`retry is ${retry}; give a whole number of ms, 0 or more`);
    text += `retry: ${retry}\n`;
  }
  if (data !== undefined) text += lines("data: ", data);
  return `${text}\n`;
}

/** Each line of a text behind a prefix. The space in the prefix is the one that clients remove. */
function lines(prefix: string, text: string): string {
  // The one that most data is: a single line.
  if (!text.includes("\n") && !text.includes("\r")) return `${prefix}${text}\n`;
  let written = "";
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== LF && code !== CR) continue;
    written += `${prefix}${text.slice(start, at)}\n`;
    if (code === CR && text.charCodeAt(at + 1) === LF) at++; // CR LF is one line end
    start = at + 1;
  }
  return `${written}${prefix}${text.slice(start)}\n`;
}

function oneLine(name: string, value: string): string {
  if (value.includes("\n") || value.includes("\r"))
    throw new EventStreamError(`the ${name} of an event holds a line end; it has to be one line`);
  return value;
}

const LF = 0x0a;
const CR = 0x0d;
