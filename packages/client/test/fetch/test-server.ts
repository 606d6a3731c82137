/** What the programs of these tests talk to. */
import { gzipSync } from "node:zlib";
import { createServer, type Server } from "@stack/server";

/** Not listening yet. */
export function testServer(): Server {
  const server = createServer();
  server.get("/text", (_, response) => response.text("héllo"));
  server.head("/text", (_, response) => response.text("héllo"));
  server.get("/json", (_, response) => response.json({ a: [1, "x"] }));
  server.get("/bad-json", (_, response) => response.text("{"));
  server.get("/bom", (_, response) => response.send(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff])));
  server.get("/empty", (_, response) => response.send(""));
  server.get("/large", (_, response) => response.text("x".repeat(300_000)));
  server.get("/gzip", (_, response) => {
    response.fields.set("Content-Encoding", "gzip");
    response.send(gzipSync("packed"));
  });
  server.get("/cookies", (_, response) => {
    response.fields
      .append("Set-Cookie", "a=1")
      .append("Set-Cookie", "b=2")
      .append("X-Twice", "1")
      .append("X-Twice", "2");
    response.text("");
  });
  server.get("/form", (_, response) => {
    response.fields.set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    response.send("a=1+2&b=%C3%BC&a=3");
  });
  server.get("/multipart", (_, response) => {
    response.fields.set("Content-Type", 'multipart/form-data; boundary="x"');
    response.send(
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n' +
        "Content-Type: text/plain\r\n\r\nfile\r\n--x--\r\n",
    );
  });
  for (const status of [204, 304, 404, 500])
    server.get(`/status/${status}`, (_, response) => {
      response.status = status;
      response.send("");
    });
  for (const status of [301, 302, 303, 307, 308])
    for (const method of ["get", "post", "put"] as const)
      server[method](`/redirect/${status}`, (_, response) => {
        response.status = status;
        response.fields.set("Location", "/echo?redirected#there");
        response.send("moved");
      });
  server.get("/loop", (_, response) => {
    response.status = 302;
    response.fields.set("Location", "/loop");
    response.send("");
  });
  server.get("/to-file", (_, response) => {
    response.status = 302;
    response.fields.set("Location", "file:///etc/passwd");
    response.send("");
  });
  for (const method of ["get", "post", "put", "patch", "delete"] as const)
    server[method]("/echo", async (request, response) => {
      const content = await request.text();
      const type = (request.fields.get("content-type") ?? "none").replace(/boundary=.*/, "boundary");
      response.json({
        method: request.method,
        target: request.target,
        type,
        length: type.startsWith("multipart") ? "" : (request.fields.get("content-length") ?? "none"),
        given: request.fields.get("x-given") ?? "none",
        accept: request.fields.get("accept") ?? "none",
        content: type.startsWith("multipart") ? content.split("\r\n").length : content,
      });
    });
  server.get("/fields", (request, response) =>
    response.json(Object.fromEntries([...request.fields].map(([name, value]) => [name.toLowerCase(), value]))),
  );
  server.get("/bomb", (_, response) => {
    response.fields.set("Content-Encoding", "gzip");
    response.send(gzipSync(Buffer.alloc(20_000_000)));
  });
  server.get("/to-credentials", (request, response) => {
    response.status = 302;
    response.fields.set("Location", `${request.target.replace(/^[^?]*\?/, "")}/text`);
    response.send("");
  });
  return server;
}
