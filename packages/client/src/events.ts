/**
 * Server-sent events, connection after connection (HTML standard §9.2).
 *
 * The format is read by the parser of `@stack/http`. Here is what a client adds:
 * it asks, judges the answer, and asks again from the last event on when the
 * connection ends.
 *
 * @module
 */
import {
  EVENT_STREAM,
  EventStreamLimitError,
  type EventStreamLimits,
  EventStreamParser,
  Fields,
  type FieldsInit,
} from "@stack/http";
import { ownOptions } from "./client-options.ts";
import { ClientError, type ClientErrorCode } from "./errors.ts";
import { type LayerClock, PROCESS_CLOCK, pause } from "./layer-clock.ts";
import { mimeTypeOf } from "./mime-type.ts";
import type { RequestInit } from "./request-options.ts";
import type { ClientResponse } from "./response.ts";
import { trimWhitespace } from "./whitespace.ts";

/** An event, as it came. */
export interface ReceivedEvent {
  /** `message` unless the stream says otherwise. */
  readonly type: string;
  readonly data: string;
  /** The last id that came with this event or an earlier one; `""` for none. */
  readonly lastEventId: string;
  /** Who sent it, after redirects: `https://example.com`. */
  readonly origin: string;
}

/** What {@link events} asks: a client, or what stands for one. */
export interface EventSourceClient {
  get(url: string | URL, init?: Omit<RequestInit, "method">): Promise<ClientResponse>;
}

/** How {@link events} asks, and asks again. Times in ms. */
export interface EventSourceOptions extends EventStreamLimits {
  readonly fields?: FieldsInit;
  /** Ends everything: the iteration fails with `ERR_CLIENT_ABORTED`. */
  readonly signal?: AbortSignal | null;
  /** Where an earlier iteration stopped. Default "". */
  readonly lastEventId?: string;
  /** The pause before connecting again, until the server's `retry:` says otherwise. Default 3,000. */
  readonly reconnectMs?: number;
  /** The shortest pause, whatever the server says: its `retry: 0` makes no storm. Default 100. */
  readonly minReconnectMs?: number;
  /** The longest pause, whatever the server says; jitter of up to a half comes on top. Default 60,000. */
  readonly maxReconnectMs?: number;
  /** Connections in a row that brought no event before it gives up. Default `Infinity`, as in the standard. */
  readonly maxFailures?: number;
  /** A connection on which nothing came for so long, no comment either, is given up, and another made. Default `Infinity`. */
  readonly idleMs?: number;
  /** Statuses after which it asks again. Default none, as in the standard; 502, 503 and 504 come from proxies. */
  readonly retryStatuses?: readonly number[];
  /** Told of each connection that brings events. */
  readonly onOpen?: (url: string) => void;
  /** Told before each pause, with the reason; null when the server ended the stream in good order. */
  readonly onReconnect?: (ms: number, cause: ClientError | null) => void;
  /** Time and pauses. Default: the process's. */
  readonly clock?: LayerClock;
  /** From 0 to 1, for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Octets of an id that is sent back (S132): a server answers a longer field with 431. */
export const MAX_LAST_EVENT_ID = 4_096;

/**
 * The events of a URL, over as many connections as it takes.
 *
 * @param client - whose timeouts, proxies, cookies and redirects count; its `totalMs`, `contentMs` and `maxContentOctets`
 *   do not, as a stream has no end
 * @throws RangeError for a bound that is none, TypeError for an option that is unknown, with the first event that is
 *   asked for. The iteration ends with status 204, and fails with ClientError: `ERR_CLIENT_EVENT_STREAM` for another status
 *   than 200, another type than text/event-stream, or a line or event beyond its limit (S132; the `cause` is the
 *   EventStreamLimitError); `ERR_CLIENT_ABORTED`; what another attempt would meet again, such as a URL that is none; and
 *   the last failure once there were `maxFailures`
 *
 * After an end or a failure on the way it pauses, and asks again with Last-Event-ID. The pause is `reconnectMs`, or what
 * `retry:` says within bounds, doubled with each connection in a row that brought no event, with jitter of up to a half.
 * The server is held back while the loop's body is busy. Leaving the loop ends the connection.
 *
 * @example
 * ```ts
 * import { createClient } from "@stack/client";
 * import { events } from "@stack/client/event-source";
 *
 * const client = createClient();
 * for await (const { type, data } of events(client, "https://example.com/prices")) console.log(type, data);
 * ```
 *
 * HTML standard §9.2.2 to §9.2.6. Beyond it: bounds for pauses and events, an idle time, `retryStatuses`.
 */
export async function* events(
  client: EventSourceClient,
  url: string | URL,
  options: EventSourceOptions = {},
): AsyncGenerator<ReceivedEvent, void, undefined> {
  const own = ownOptions(options, NAMES, "events");
  const { signal = null, clock = PROCESS_CLOCK, random = Math.random, retryStatuses = [] } = own;
  const { minReconnectMs = 100, maxReconnectMs = 60_000, maxFailures = Number.POSITIVE_INFINITY } = own;
  const { idleMs = Number.POSITIVE_INFINITY } = own;
  let { lastEventId = "", reconnectMs = 3_000 } = own;
  const bounds = { reconnectMs, minReconnectMs, maxReconnectMs, maxFailures, idleMs };
  for (const [name, value] of Object.entries(bounds))
    if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, not ${String(value)}`);

  for (let failures = 0; ; ) {
    let origin = "";
    let failure: ClientError | null = null;
    let response: ClientResponse | null = null;
    let quiet = true;
    try {
      response = await client.get(url, {
        fields: fieldsOf(own.fields, lastEventId),
        signal,
        timeouts: ENDLESS,
        maxContentOctets: Number.POSITIVE_INFINITY,
      });
      origin = response.request.origin.href;
      if (response.status === 204) return;
      failure = judge(response, retryStatuses);
      if (failure === null) {
        own.onOpen?.(response.url);
        const came: ReceivedEvent[] = [];
        const parser = new EventStreamParser(
          {
            onEvent: (type, data, id) => void came.push({ type, data, lastEventId: id, origin }),
            onRetry: (ms) => {
              reconnectMs = ms;
            },
          },
          own,
          lastEventId,
        );
        const content = response.stream()[Symbol.asyncIterator]();
        for (;;) {
          const { done, value } = await soon(content, idleMs, clock, response);
          if (done === true) break;
          const limit = decode(parser, value, origin);
          for (const event of came.splice(0)) {
            quiet = false;
            lastEventId = event.lastEventId;
            yield event;
          }
          // An id may come without an event.
          lastEventId = parser.lastEventId;
          if (limit !== null) throw limit;
        }
      }
    } catch (error) {
      if (!(error instanceof ClientError) || FUTILE.has(error.code)) throw error;
      failure = error;
    } finally {
      response?.cancel();
    }
    failures = quiet ? failures + 1 : 0;
    if (failures > maxFailures)
      throw failure ?? streamError(origin, `${failures} connections in a row brought no event`);
    const within = Math.min(Math.max(reconnectMs, minReconnectMs), maxReconnectMs);
    const doubled = Math.min(within * 2 ** Math.min(Math.max(failures - 1, 0), MAX_DOUBLINGS), maxReconnectMs);
    const ms = doubled + (random() * doubled) / 2;
    own.onReconnect?.(ms, failure);
    await pause(clock, ms, signal, origin, "before connecting again");
  }
}

/**
 * Null for a stream of events; what it is instead, if another attempt may bring one.
 * @throws ClientError when it will not
 */
function judge(response: ClientResponse, retryStatuses: readonly number[]): ClientError | null {
  const { status, fields } = response;
  const origin = response.request.origin.href;
  if (status !== 200) {
    const error = streamError(origin, `the answer is ${status}, not 200; is it the URL of a stream of events?`);
    if (retryStatuses.includes(status)) return error;
    throw error;
  }
  // As laxly as the standard reads it: what is behind the essence means nothing, and may be nothing.
  if (mimeTypeOf(fields)?.essence === EVENT_STREAM) return null;
  throw streamError(origin, `the answer is not ${EVENT_STREAM}; is it the URL of a stream of events?`);
}

/** Reads octets; null, or what has to be thrown once the events before it are given. */
function decode(parser: EventStreamParser, bytes: Uint8Array, origin: string): ClientError | null {
  try {
    parser.decode(bytes, 0, bytes.length);
    return null;
  } catch (cause) {
    if (!(cause instanceof EventStreamLimitError)) throw cause;
    return streamError(origin, cause.message, cause);
  }
}

/** The next octets, unless they take too long. The time does not run while nobody asks. */
async function soon(
  content: AsyncIterator<Uint8Array>,
  idleMs: number,
  clock: LayerClock,
  response: ClientResponse,
): Promise<IteratorResult<Uint8Array>> {
  if (idleMs === Number.POSITIVE_INFINITY) return content.next();
  let late = false;
  const cancel = clock.after(idleMs, () => {
    late = true;
    response.cancel(); // which fails what is waited for
  });
  try {
    return await content.next();
  } catch (error) {
    if (!late) throw error;
    const message = `no octet of the stream came for ${idleMs} ms; raise idleMs if the server is so silent`;
    throw new ClientError("ERR_CLIENT_CONTENT_TIMEOUT", "content", response.request.origin.href, message);
  } finally {
    cancel();
  }
}

function fieldsOf(init: FieldsInit | undefined, lastEventId: string): Fields {
  const fields = new Fields(init);
  for (const [name, value] of DEFAULTS) if (!fields.has(name)) fields.append(name, value);
  if (lastEventId === "") return fields;
  // UTF-8, as the standard says (§9.2.3), without what the server would take off (RFC 9110 §5.5).
  const octets = trimWhitespace(Buffer.from(lastEventId).toString("latin1"));
  if (octets.length > MAX_LAST_EVENT_ID || !SENDABLE.test(octets))
    throw streamError("", "the last event's id is too long, or holds what no field can, and cannot be sent back");
  return fields.set("Last-Event-ID", octets);
}

function streamError(origin: string, message: string, cause?: unknown): ClientError {
  return new ClientError("ERR_CLIENT_EVENT_STREAM", "content", origin, message, cause === undefined ? {} : { cause });
}

/** What would come again. Everything else may be better another time (§9.2.2, "unless … futile"). */
const FUTILE: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  "ERR_CLIENT_ABORTED",
  "ERR_CLIENT_CLOSED",
  "ERR_CLIENT_CONTENT_TOO_LARGE",
  "ERR_CLIENT_COOKIES",
  "ERR_CLIENT_EVENT_STREAM",
  "ERR_CLIENT_PROXY_AUTHENTICATION",
  "ERR_CLIENT_REDIRECT",
  "ERR_CLIENT_REQUEST",
  "ERR_CLIENT_TLS",
  "ERR_CLIENT_URL",
]);

/** Not coded: a coding gathers octets before it gives any, and events are to come at once. */
const DEFAULTS: readonly (readonly [string, string])[] = [
  ["Accept", EVENT_STREAM],
  ["Accept-Encoding", "identity"],
  ["Cache-Control", "no-cache"],
];

/** A stream has no end, and is silent as long as nothing happens. */
const ENDLESS = { contentMs: Number.POSITIVE_INFINITY, totalMs: Number.POSITIVE_INFINITY };

/** More are beyond every bound, and would be no number in the end. */
const MAX_DOUBLINGS = 40;

/** What a field value may hold. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

const NAMES: ReadonlySet<string> = new Set([
  "fields",
  "signal",
  "lastEventId",
  "reconnectMs",
  "minReconnectMs",
  "maxReconnectMs",
  "maxFailures",
  "idleMs",
  "retryStatuses",
  "onOpen",
  "onReconnect",
  "clock",
  "random",
  "maxLineOctets",
  "maxDataOctets",
]);
