/** Server-sent events that stop when the client leaves, and a response with trailers. */
import { connect } from "node:net";
import { formatEvent } from "@stack/http";
import { createServer } from "@stack/server";

const server = createServer();

server.get("/events", (request, response) => {
  response.fields.set("Content-Type", "text/event-stream");
  let id = 0;
  const timer = setInterval(
    () => response.write(formatEvent({ id: String(++id), data: new Date().toISOString() })),
    20,
  );
  request.signal.addEventListener("abort", () => {
    clearInterval(timer);
    response.end(); // a client that only half-closed still waits for the end
  });
});

server.get("/summed", (_, response) => {
  response.fields.set("Trailer", "Octets");
  response.write("counted while it is sent");
  response.trailers.set("Octets", "24");
  response.end();
});

const { port } = await server.listen(0);
const socket = connect(port, "127.0.0.1");
socket.write("GET /summed HTTP/1.1\r\nHost: a\r\n\r\nGET /events HTTP/1.1\r\nHost: a\r\n\r\n");
for await (const chunk of socket) {
  process.stdout.write(String(chunk));
  if (String(chunk).includes("id: 3")) break;
}
await server.close();
