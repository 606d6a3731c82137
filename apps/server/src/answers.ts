/**
 * The routes that answer with one value.
 *
 * @module
 */
import { forbidsContent, type Handler, HttpError, type HttpResponse, reasonPhrase } from "@stack/http";

/** The longest that `/delay/:ms` waits: a connection is held for as long. */
export const MAX_DELAY_MS = 60_000;

/** Requests that {@link pause} holds at once. A timer outlives a peer that went away, so peers must not choose how many there are. */
export const MAX_DELAYED = 10_000;

export const plaintext: Handler = (_, response) => {
  response.fields.append("Content-Type", "text/plain");
  response.send("Hello, World!");
};

export const json: Handler = (_, response) => {
  response.json({ message: "Hello, World!" });
};

export const hello: Handler = (request, response) => {
  response.text(`Hello, ${request.params.get("name")}!`);
};

/** Answers after the given time, also to a client that has ended its side: half-closed is not gone. */
export const delay: Handler = async (request, response) => {
  const ms = wholeNumber(request.params.get("ms"), 0, MAX_DELAY_MS, "the time", "ms");
  if (!(await pause(ms))) {
    busy(response, "requests wait");
    return;
  }
  response.text(`${ms} ms later\n`);
};

/** Answers with the given status, and with the fields that its section of RFC 9110 demands. */
export const status: Handler = (request, response) => {
  const code = wholeNumber(request.params.get("code"), 200, 599, "a final status", "");
  response.status = code;
  const required = REQUIRED_FIELDS[code];
  if (required !== undefined) response.fields.append(...required);
  if (forbidsContent(code) || code === 205) response.send();
  else response.text(`${code} ${reasonPhrase(code)}`.trimEnd().concat("\n"));
};

/** Says `ok`; when the server is about to end, 503, so that no new work is sent here. */
export function health(draining: AbortSignal): Handler {
  return (_, response) => {
    noStore(response);
    if (draining.aborted) response.status = 503;
    response.text(draining.aborted ? "draining\n" : "ok\n");
  };
}

/** 503 (RFC 9110 §15.6.4), sent and not thrown: it is no failure of ours that someone would have to look into. */
export function busy(response: HttpResponse, what: string): void {
  response.status = 503;
  response.fields.set("Retry-After", "5");
  response.text(`as many ${what} as may at once; try again later\n`);
}

/** Waits; false, at once, when as many requests wait as may. */
export async function pause(ms: number): Promise<boolean> {
  if (delayed === MAX_DELAYED) return false;
  delayed++;
  await elapsed(ms);
  delayed--;
  return true;
}

/** What is true only now is kept by no cache (RFC 9111 §5.2.2.5). */
export function noStore(response: HttpResponse): void {
  response.fields.set("Cache-Control", "no-store");
}

/**
 * Reads a number that a peer chose.
 *
 * @param text - digits; nothing else is a number here
 * @throws HttpError 400 `ERR_NUMBER` that says what it has to be
 */
export function wholeNumber(text: string | undefined, min: number, max: number, what: string, unit: string): number {
  const number = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  // What the peer sent is not repeated (S155).
  throw new HttpError(400, "ERR_NUMBER", `${what} is a whole number from ${min} to ${max}${unit && ` ${unit}`}`);
}

let delayed = 0;

function elapsed(ms: number): Promise<void> {
  if (ms === 0) return Promise.resolve();
  // unref: what keeps the process is the connection; when that is gone nobody waits for the answer.
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

/** Fields without which a response of a status is not what RFC 9110 says it is. */
const REQUIRED_FIELDS: Readonly<Record<number, readonly [name: string, value: string]>> = {
  206: ["Content-Range", "bytes 0-19/20"], // §15.3.7.1: "206 Partial Content" and its line end, all of it
  301: ["Location", "/"], // §15.4.2
  302: ["Location", "/"],
  303: ["Location", "/"],
  307: ["Location", "/"],
  308: ["Location", "/"],
  401: ["WWW-Authenticate", 'Bearer realm="stack-server"'], // §15.5.2; Basic would have browsers ask for a password
  405: ["Allow", "GET, HEAD"], // §15.5.6
  407: ["Proxy-Authenticate", 'Bearer realm="stack-server"'], // §15.5.8
  416: ["Content-Range", "bytes */0"], // §15.5.17
  426: ["Upgrade", "HTTP/1.1"], // §15.5.22
};
