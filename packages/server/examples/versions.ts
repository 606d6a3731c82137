/** One handler, asked over HTTP/1.1, over HTTP/2 on the same cleartext port, and over TLS with what ALPN agrees on. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "@stack/server";

const folder = mkdtempSync(join(tmpdir(), "versions-"));
const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
execFileSync("openssl", ["req", "-x509", ...kind, ...names, "-out", files.cert, "-keyout", files.key], {
  stdio: "ignore",
});

const server = createServer();
server.get("/", (request, response) => response.text(`HTTP/${request.version} over ${request.scheme}\n`));
const plain = await server.listen(0);
const secure = await server.listen(0, { tls: { certificates: files } });

const socket = connect(plain.port, "127.0.0.1");
socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
let received = "";
for await (const chunk of socket) received += String(chunk);
process.stdout.write(received.slice(received.indexOf("\r\n\r\n") + 4));

for (const { url } of [plain, secure]) {
  const session = connectHttp2(url, { rejectUnauthorized: false });
  for await (const chunk of session.request({ ":path": "/" })) process.stdout.write(String(chunk));
  session.close();
}

await server.close();
rmSync(folder, { recursive: true });
