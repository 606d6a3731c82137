export type { Certificate } from "./certificate.ts";
export { ClientTls, type ClientTlsOptions, createClientTls, DEFAULT_MAX_SESSIONS } from "./client-tls.ts";
export { type DialTlsOptions, dialTls } from "./dial-tls.ts";
export { TlsError, type TlsErrorCode } from "./errors.ts";
export { type ListenTlsOptions, listenTls } from "./listen-tls.ts";
export type { PemSource } from "./pem.ts";
export {
  DEFAULT_CIPHERS,
  DEFAULT_HANDSHAKE_TIMEOUT_MS,
  type ProtocolOptions,
  type TlsVersion,
} from "./protocol-options.ts";
export { type HandshakePeer, MAX_CLIENT_HELLO_OCTETS } from "./server-handshake.ts";
export type { ClientCertificates } from "./server-identity.ts";
export { createServerTls, DEFAULT_SESSION_LIFETIME_MS, ServerTls, type ServerTlsOptions } from "./server-tls.ts";
export { DEFAULT_TICKET_KEY_ROTATION_MS, MAX_TICKET_KEYS, TICKET_KEY_OCTETS } from "./ticket-keys.ts";
