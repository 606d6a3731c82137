/** A client behind a proxy: https through a tunnel, the environment's list of exceptions, and a proxy that says no. */
import { once } from "node:events";
import { connect, createServer as createTcpServer } from "node:net";
import { ClientError, createClient } from "@stack/client";
import { createServer } from "@stack/server";

const server = createServer();
server.get("/", (request, response) => response.text(`hello over HTTP/${request.version}\n`));
const { url } = await server.listen(0);

// A CONNECT proxy in a few lines, for people who know the password.
const wanted = `Proxy-Authorization: Basic ${Buffer.from("me:secret").toString("base64")}\r\n`;
const proxy = createTcpServer((socket) => {
  socket
    .on("error", () => {})
    .once("data", (head: Buffer) => {
      const text = head.toString("latin1");
      const [line = "", host = "", port = ""] = /^CONNECT ([^ ]+):(\d+) /.exec(text) ?? [];
      console.log(`proxy: ${line}${text.includes(wanted) ? "" : "(nobody that I know)"}`);
      if (!text.includes(wanted)) {
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      const target = connect(Number(port), host, () => socket.write("HTTP/1.1 200 Connection established\r\n\r\n"));
      socket.pipe(target).on("error", () => socket.destroy());
      target.pipe(socket).on("close", () => target.destroy());
    });
}).listen(0, "127.0.0.1");
await once(proxy, "listening");
const { port } = proxy.address() as { port: number };

// http is forwarded by HTTP proxies and tunnelled where it is HTTP/2; https is always tunnelled.
const client = createClient({ proxy: `http://me:secret@127.0.0.1:${port}`, version: "prior-knowledge" });
process.stdout.write(await (await client.get(url)).text());
await client.close();

const stranger = createClient({ proxy: `http://127.0.0.1:${port}`, version: "prior-knowledge" });
try {
  await stranger.get(url);
} catch (error) {
  if (error instanceof ClientError) console.log(error.code, "at stage", error.stage);
}
await stranger.close();

// What the environment excepts is reached without a proxy.
process.env.HTTP_PROXY = `http://127.0.0.1:${port}`;
process.env.NO_PROXY = "127.0.0.0/8, .internal.example:8080";
const direct = createClient({ proxy: "env" });
process.stdout.write(await (await direct.get(url)).text());
await direct.close();

proxy.close();
await server.close();
