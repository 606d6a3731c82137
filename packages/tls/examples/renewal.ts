/** A certificate is renewed while the server runs: new clients see it, and those that are connected stay. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteSink, Carrier, Engine } from "@stack/tcp";
import { createClientTls, createServerTls, dialTls, listenTls } from "@stack/tls";

const folder = mkdtempSync(join(tmpdir(), "renewal-"));
const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];

function issue(subject: string): void {
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
  const names = ["-subj", `/CN=${subject}`, "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", "-x509", ...kind, ...names, "-out", cert, "-keyout", key], { stdio: "ignore" });
}

/** Sends what it is told; what comes back goes to whoever waits for it. */
class Speaker implements Engine {
  readonly carrier: Carrier;
  readonly deadline: number = Number.POSITIVE_INFINITY;
  private output = "";
  private heard: (text: string) => void = () => {};

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  say(text: string): Promise<string> {
    this.output += text;
    this.carrier.wantFlush();
    return new Promise((resolve) => {
      this.heard = resolve;
    });
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.heard(Buffer.from(bytes.subarray(start, end)).toString());
  }
  receiveEnd(): void {
    this.carrier.abort(null);
  }
  flush(sink: ByteSink): boolean {
    sink.writeLatin1(this.output);
    this.output = "";
    return true;
  }
  drain(): void {
    this.carrier.abort(null);
  }
  onDeadline(): void {}
  closed(): void {}
}

/** Sends back what comes. */
class Echo extends Speaker {
  override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    void this.say(Buffer.from(bytes.subarray(start, end)).toString());
  }
}

issue("old");
const tls = createServerTls({ certificates: { cert, key }, onProblem: (problem) => console.error(problem.message) });
tls.watch();
const listener = await listenTls(0, { tls, connect: (carrier) => new Echo(carrier) });

/** Whoever answers is trusted: the certificates of this example vouch for themselves. */
async function client(): Promise<Speaker> {
  const trusting = createClientTls({ rejectUnauthorized: false });
  return dialTls(listener.address, (carrier) => new Speaker(carrier), { tls: trusting, servername: "localhost" });
}

const subjectOf = ({ carrier }: Speaker): string | undefined => carrier.peer.tls?.certificate?.subject;
const first = await client();
console.log("the first client sees", subjectOf(first));

issue("new");
let second = await client();
while (subjectOf(second) !== "CN=new") {
  second.carrier.abort(null);
  second = await client();
}
console.log("a later one sees", subjectOf(second));
console.log("and the first is", await first.say("still connected"));

for (const { carrier } of [first, second]) carrier.abort(null);
tls.close();
await listener.close();
rmSync(folder, { recursive: true });
