export { ClientConnection } from "./client-connection.ts";
export {
  type ClientConnectionOptions,
  DEFAULT_CLIENT_OPTIONS,
  type ResolvedClientOptions,
  resolveClientOptions,
} from "./client-options.ts";
export { Http1Error, type Http1ErrorCode } from "./errors.ts";
export {
  DEFAULT_SERVER_OPTIONS,
  type ResolvedServerOptions,
  resolveServerOptions,
  type ServerConnectionOptions,
} from "./options.ts";
export { ServerConnection } from "./server-connection.ts";
