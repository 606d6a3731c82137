export type { ServerOptions } from "./options.ts";
export { createServer, type Listening, Server, type ServerFigures } from "./server.ts";
