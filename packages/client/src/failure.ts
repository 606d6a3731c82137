/**
 * What went wrong below, as the user of a client is told.
 *
 * Engines, sockets and TLS have errors of their own. Each becomes one
 * {@link ClientError} that says how far the request had come; what was met is
 * its cause.
 *
 * @module
 */
import { ChunkedSyntaxError, HeadSyntaxError } from "@stack/http1-parser";
import { ClientError, type ClientErrorCode, type ClientStage } from "./errors.ts";

/** A failure of a connection that carried the request. */
export function exchangeFailure(
  error: Error,
  stage: "head" | "content",
  origin: string,
  unprocessed: boolean,
): ClientError {
  if (error instanceof ClientError) return error;
  if (stage === "head" && codeOf(error) === "ERR_HTTP2_TIMEOUT")
    return new ClientError("ERR_CLIENT_HEAD_TIMEOUT", stage, origin, error.message, { cause: error, unprocessed });
  const [code, advice] = isBroken(error) ? BROKEN : (OF_ENGINE[codeOf(error)] ?? DISCONNECTED);
  return new ClientError(code, stage, origin, `${error.message}; ${advice}`, { cause: error, unprocessed });
}

/** A failure to get a connection. Nothing was sent, so nothing was processed. */
export function connectFailure(error: unknown, stage: ClientStage, origin: string): ClientError {
  if (error instanceof ClientError) return error;
  const code = codeOf(error);
  const late = LATE.has(code);
  const at: ClientStage = code.startsWith("ERR_TLS")
    ? "tls"
    : code.startsWith("ERR_DNS")
      ? "dns"
      : /^ERR_(?:HTTP_PROXY|SOCKS5|TUNNEL)_/.test(code)
        ? "proxy"
        : stage;
  const [failed, timedOut] = AUTHENTICATION.has(code) ? OF_AUTHENTICATION : (OF_STAGE[at] ?? OF_CONNECT);
  const message = error instanceof Error ? error.message : String(error);
  return new ClientError(late ? timedOut : failed, at, origin, message, { cause: error, unprocessed: true });
}

/** The same failure, of a request that an earlier attempt may have brought to a server that acted on it. */
export function inDoubt(error: ClientError): ClientError {
  const { code, stage, origin, message, cause } = error;
  const text = origin === "" ? message : message.slice(origin.length + 2);
  return new ClientError(code, stage, origin, text, cause === undefined ? {} : { cause });
}

/** What took too long on the way to a connection. */
const LATE: ReadonlySet<string> = new Set([
  "ERR_DIAL_TIMEOUT",
  "ERR_DNS_TIMEOUT",
  "ERR_HTTP_PROXY_TIMEOUT",
  "ERR_SOCKS5_TIMEOUT",
  "ERR_TLS_HANDSHAKE_TIMEOUT",
]);

/** What a proxy wants other credentials with. */
const AUTHENTICATION: ReadonlySet<string> = new Set(["ERR_HTTP_PROXY_AUTHENTICATION", "ERR_SOCKS5_AUTHENTICATION"]);
const OF_AUTHENTICATION: readonly [ClientErrorCode, ClientErrorCode] = [
  "ERR_CLIENT_PROXY_AUTHENTICATION",
  "ERR_CLIENT_PROXY_AUTHENTICATION",
];

/** By the code of the engine's error; see the engines' READMEs. */
const OF_ENGINE: Readonly<Record<string, readonly [ClientErrorCode, string]>> = Object.assign(Object.create(null), {
  ERR_HTTP1_HEAD_TIMEOUT: ["ERR_CLIENT_HEAD_TIMEOUT", "raise timeouts.headMs if the server may take so long"],
  ERR_HTTP1_CONTENT_TIMEOUT: ["ERR_CLIENT_CONTENT_TIMEOUT", "raise timeouts.contentMs if the server may pause so long"],
  ERR_HTTP1_TOO_SLOW: ["ERR_CLIENT_SEND_TIMEOUT", "raise timeouts.sendMs if the server may take so long"],
  ERR_HTTP1_CONTENT_MISMATCH: ["ERR_CLIENT_CONTENT_SOURCE", "correct the content's length"],
  ERR_CONTENT_LENGTH: ["ERR_CLIENT_CONTENT_SOURCE", "correct the content's length"],
  ERR_HTTP1_UNEXPECTED_OCTETS: ["ERR_CLIENT_PROTOCOL", "the server is at fault"],
  ERR_HTTP1_TOO_MANY_INFORMATIONAL: ["ERR_CLIENT_PROTOCOL", "the server is at fault"],
  ERR_HTTP1_UNEXPECTED_UPGRADE: ["ERR_CLIENT_PROTOCOL", "the server is at fault"],
  ERR_HTTP1_LENGTH_REQUIRED: ["ERR_CLIENT_REQUEST", "send content whose length is known"],
  ERR_HTTP2_STREAM_RESET: ["ERR_CLIENT_RESET", "the server gave the request up"],
  ERR_HTTP2_STREAM_REFUSED: ["ERR_CLIENT_RESET", "send it again later"],
  ERR_HTTP2_CONNECTION: ["ERR_CLIENT_PROTOCOL", "one side broke HTTP/2"],
  ERR_HTTP2_TOO_SLOW: ["ERR_CLIENT_SEND_TIMEOUT", "the server takes too little"],
  ERR_HTTP2_TIMEOUT: ["ERR_CLIENT_CONTENT_TIMEOUT", "the server is silent"],
});

/** A stream that our engine has reset, since what the server said on it was wrong. */
function isBroken(error: Error): boolean {
  return codeOf(error) === "ERR_HTTP2_STREAM_RESET" && (error as { by?: unknown }).by === "us";
}

const BROKEN: readonly [ClientErrorCode, string] = ["ERR_CLIENT_PROTOCOL", "the server is at fault"];

const DISCONNECTED: readonly [ClientErrorCode, string] = [
  "ERR_CLIENT_DISCONNECTED",
  "send it again only if that can do no harm",
];

const OF_CONNECT: readonly [ClientErrorCode, ClientErrorCode] = ["ERR_CLIENT_CONNECT", "ERR_CLIENT_CONNECT_TIMEOUT"];

/** What a stage fails with, and what when it takes too long. */
const OF_STAGE: Readonly<Partial<Record<ClientStage, readonly [ClientErrorCode, ClientErrorCode]>>> = {
  dns: ["ERR_CLIENT_DNS", "ERR_CLIENT_DNS_TIMEOUT"],
  connect: OF_CONNECT,
  proxy: ["ERR_CLIENT_PROXY", "ERR_CLIENT_CONNECT_TIMEOUT"],
  tls: ["ERR_CLIENT_TLS", "ERR_CLIENT_TLS_TIMEOUT"],
};

function codeOf(error: unknown): string {
  if (error instanceof HeadSyntaxError || error instanceof ChunkedSyntaxError) return "ERR_HTTP1_UNEXPECTED_OCTETS";
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}
