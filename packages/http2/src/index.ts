export { ClientConnection } from "./client-connection.ts";
export type { ClientConnectionOptions } from "./client-options.ts";
export { Http2Error, type Http2ErrorCode } from "./errors.ts";
export {
  type ConnectionOptions,
  DEFAULT_OPTIONS,
  type ResolvedOptions,
  resolveOptions,
  type ServerConnectionOptions,
} from "./options.ts";
export type { PushedRequest } from "./push-promise.ts";
export { ServerConnection } from "./server-connection.ts";
export { TRANSITIONS } from "./stream-state.ts";
