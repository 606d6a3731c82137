/**
 * Why a handshake failed, in words that tell what to do.
 *
 * The runtime's codes are those of OpenSSL: `ERR_SSL_` and a reason, with
 * `ALERT` in it when it was the other side that gave up (RFC 8446 §6.2).
 *
 * @module
 */
import type { TLSSocket } from "node:tls";
import { TlsError, type TlsErrorCode } from "./errors.ts";

/** Why a client could not be served. */
export function serverFailure(error: Error, socket: TLSSocket): TlsError {
  const code = codeOf(error);
  // Typed as an Error, but it is a code.
  const refused = socket.authorizationError as unknown;
  if (refused) {
    const message = `the client's certificate was refused (${refused}); is it from one of the authorities in ca, and not expired?`;
    return new TlsError("ERR_TLS_CLIENT_CERTIFICATE", message, { cause: error });
  }
  return failure(SERVER, code, error) ?? unknown("the handshake with the client failed", error);
}

/** Why `host` could not be reached. */
export function clientFailure(error: Error, host: string): TlsError {
  if (error instanceof TlsError) return error;
  const code = codeOf(error);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return new TlsError(
      "ERR_TLS_NAME_MISMATCH",
      `the server's certificate is not for ${host} (${error.message}); dial one of its names, or give servername`,
      { cause: error },
    );
  const known = failure(CLIENT, code, error);
  if (known !== null) return known;
  // What is left of X.509's codes has no prefix: CERT_REVOKED, INVALID_PURPOSE, PATH_LENGTH_EXCEEDED …
  if (/^[A-Z_]*(CERT|CRL|CA|PURPOSE|PATH)[A-Z_]*$/.test(code) && !code.startsWith("ERR_"))
    return new TlsError("ERR_TLS_CERTIFICATE_REFUSED", `the certificate of ${host} was refused (${code})`, {
      cause: error,
    });
  return unknown(`the handshake with ${host} failed`, error);
}

type Rows = readonly (readonly [runtime: RegExp, code: TlsErrorCode, message: string])[];

/** The first row that fits counts. */
const ANYONE: Rows = [
  [
    /NO_APPLICATION_PROTOCOL/,
    "ERR_TLS_NO_ALPN",
    "the two sides have no application protocol in common; add one to alpn that the other side offers",
  ],
  [
    /HANDSHAKE_TIMEOUT/,
    "ERR_TLS_HANDSHAKE_TIMEOUT",
    "the handshake took too long; is the other side alive, and handshakeTimeoutMs long enough?",
  ],
  [
    /UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/,
    "ERR_TLS_HANDSHAKE",
    "the two sides have no version of TLS in common; see minVersion and maxVersion",
  ],
  [
    /NO_SHARED_CIPHER|NO_CIPHERS|NO_SUITABLE/,
    "ERR_TLS_HANDSHAKE",
    "the two sides have no cipher suite or signature algorithm in common; see ciphers, and the kind of the key",
  ],
];

const SERVER: Rows = [
  ...ANYONE,
  [
    /PEER_DID_NOT_RETURN_A_CERTIFICATE/,
    "ERR_TLS_CLIENT_CERTIFICATE",
    'the client showed no certificate; give it one, or set clientCertificates to "request"',
  ],
  [
    /ALERT.*(CERTIFICATE|UNKNOWN_CA)/,
    "ERR_TLS_HANDSHAKE",
    "the client does not accept our certificate; has it the authority, is the certificate current, is the chain complete?",
  ],
  [/ECONNRESET|EPIPE/, "ERR_TLS_HANDSHAKE", "the connection ended before the handshake was complete"],
];

const CLIENT: Rows = [
  ...ANYONE,
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    "ERR_TLS_CERTIFICATE_EXPIRED",
    "the server's certificate, or one in its chain, is expired or not valid yet; is this machine's clock right?",
  ],
  [
    /^(UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE).*|(DEPTH_ZERO_)?SELF_SIGNED_CERT.*|CERT_UNTRUSTED)$/,
    "ERR_TLS_UNKNOWN_AUTHORITY",
    "the server's certificate comes from an authority that is not trusted here; give its root in ca",
  ],
  [
    /UNRECOGNIZED_NAME/,
    "ERR_TLS_UNKNOWN_NAME",
    "the server does not serve this name; dial one of its names, or give servername",
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
    "ERR_TLS_NOT_TLS",
    "the server does not speak TLS on this port",
  ],
  [
    /ALERT.*CERTIFICATE|ALERT_UNKNOWN_CA/,
    "ERR_TLS_CLIENT_CERTIFICATE",
    "the server wants another certificate from us; see certificate",
  ],
  [/ECONNRESET|EPIPE/, "ERR_TLS_HANDSHAKE", "the server ended the connection; does it speak TLS on this port?"],
];

function failure(rows: Rows, runtime: string, error: Error): TlsError | null {
  for (const [pattern, code, message] of rows)
    if (pattern.test(runtime))
      return new TlsError(code, runtime === "" ? message : `${message} (${runtime})`, { cause: error });
  return null;
}

function unknown(what: string, error: Error): TlsError {
  const { reason } = error as { reason?: string };
  return new TlsError("ERR_TLS_HANDSHAKE", `${what}: ${reason ?? (codeOf(error) || error.message)}`, { cause: error });
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
