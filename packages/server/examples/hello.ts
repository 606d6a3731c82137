/** A server with a parameter, an echo that streams, and a layer; it asks itself once and closes. */
import { connect } from "node:net";
import { createServer } from "@stack/server";

const server = createServer({ maxContentOctets: 16 * 1024 * 1024 });

server.use((inner) => (request, response) => {
  response.fields.set("Server", "stack");
  return inner(request, response);
});
server.get("/hello/:name", (request, response) => response.text(`Hello, ${request.params.get("name")}!\n`));
server.post("/echo", (request, response) => response.stream(request.content));

const { url, port } = await server.listen(0);
console.log(`listening on ${url}`);

const socket = connect(port, "127.0.0.1");
socket.write(`GET /hello/you HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
for await (const chunk of socket) process.stdout.write(String(chunk));

const cut = await server.close();
console.log(`closed, ${cut.length} connections had to be cut`);
