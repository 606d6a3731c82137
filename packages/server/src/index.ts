export { failureText } from "./failure-text.ts";
export type { Listening, ServerFigures, ServerListenOptions, ServerOptions } from "./options.ts";
export { createServer, Server } from "./server.ts";
