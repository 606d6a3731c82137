export { Http1Error, type Http1ErrorCode } from "./errors.ts";
export {
  DEFAULT_SERVER_OPTIONS,
  type ResolvedServerOptions,
  resolveServerOptions,
  type ServerConnectionOptions,
} from "./options.ts";
export { ServerConnection } from "./server-connection.ts";
