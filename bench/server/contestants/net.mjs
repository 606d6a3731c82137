/**
 * The limit on Node: `node:net` with ordinary `data` events and a canned answer, as the C loop gives it.
 * What a server costs above this row is its HTTP; what this row costs above the C loop is Node.
 *
 * @module
 */
import { createServer } from "node:net";

const END = Buffer.from("\r\n\r\n");
const ANSWER = () =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\nDate: ${new Date().toUTCString()}\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!`,
    "latin1",
  );

let answer = ANSWER();
setInterval(() => {
  answer = ANSWER();
}, 1000);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", (octets) => {
    let requests = 0;
    for (let at = octets.indexOf(END); at !== -1; at = octets.indexOf(END, at + 4)) requests++;
    if (requests > 0) socket.write(requests === 1 ? answer : Buffer.concat(new Array(requests).fill(answer)));
  });
  socket.on("error", () => socket.destroy());
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`http://127.0.0.1:${address.port}`);
});
