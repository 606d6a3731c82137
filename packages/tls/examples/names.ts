/** One port, two certificates: each client gets that of the name it asks for, and the protocol that both prefer. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Carrier, Engine } from "@stack/tcp";
import { createClientTls, createServerTls, dialTls, listenTls, TlsError } from "@stack/tls";

const folder = mkdtempSync(join(tmpdir(), "names-"));

/** A certificate for development, and its key. */
function certificate(name: string): { cert: string; key: string } {
  const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
  const names = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name},DNS:*.${name}`];
  execFileSync("openssl", ["req", "-x509", ...kind, ...names, "-out", files.cert, "-keyout", files.key], {
    stdio: "ignore",
  });
  return files;
}

/** Only the handshake is of interest here. */
class Idle implements Engine {
  readonly carrier: Carrier;
  readonly deadline: number = Number.POSITIVE_INFINITY;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  receive(): void {}
  receiveEnd(): void {
    this.carrier.abort(null);
  }
  flush(): boolean {
    return true;
  }
  drain(): void {
    this.carrier.abort(null);
  }
  onDeadline(): void {}
  closed(): void {}
}

const certificates = [certificate("a.example"), certificate("b.example")];
const listener = await listenTls(0, {
  tls: createServerTls({ certificates, alpn: ["h2", "http/1.1"], unknownNames: "refuse" }),
  connect: (carrier) => new Idle(carrier),
});

for (const servername of ["a.example", "www.b.example", "c.example"]) {
  const tls = createClientTls({ ca: certificates.map(({ cert }) => cert), alpn: ["http/1.1", "h2"] });
  try {
    const { carrier } = await dialTls(listener.address, (made) => new Idle(made), { tls, servername });
    console.log(servername, "is", carrier.peer.tls?.certificate?.subject, "and speaks", carrier.peer.alpn);
    carrier.abort(null);
  } catch (error) {
    console.log(servername, "is", error instanceof TlsError && error.code);
  }
}

await listener.close();
rmSync(folder, { recursive: true });
