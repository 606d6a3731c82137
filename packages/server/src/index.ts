export { failureText } from "./failure-text.ts";
export type { ServerOptions } from "./options.ts";
export { createServer, type Listening, Server, type ServerFigures, type ServerListenOptions } from "./server.ts";
