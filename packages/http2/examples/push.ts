/**
 * Client and server engines joined by a loop that carries octets from one to the other: two requests at once on one
 * connection, and a response that is pushed ahead of the page that refers to it (RFC 9113 §8.4).
 */
import { type ByteSink, type Carrier, type Engine, Fields, type PeerInfo, type ResponseReceiver } from "@stack/http";
import { ClientConnection, resolveOptions, ServerConnection } from "@stack/http2";

/** The least that a carrier can be: what is written is kept until the loop below takes it. */
class Side implements Carrier, ByteSink {
  readonly now = 0;
  readonly epochSeconds = 784_111_777;
  readonly peer: PeerInfo = { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" };
  readonly pending = 0;
  memory: Uint8Array = new Uint8Array(65_536);
  private octets = 0;

  take(): Uint8Array {
    const taken = this.memory.slice(0, this.octets);
    this.octets = 0;
    return taken;
  }
  reserve(): number {
    return this.octets;
  }
  commit(octets: number): void {
    this.octets += octets;
  }
  writeLatin1(text: string): void {
    this.write(Buffer.from(text, "latin1"));
  }
  write(bytes: Uint8Array): boolean {
    this.memory.set(bytes, this.octets);
    this.octets += bytes.length;
    return true;
  }
  end(): void {}
  wantFlush(): void {}
  pauseReading(): void {}
  abort(reason: Error | null): void {
    throw reason ?? new Error("aborted");
  }
  handOver(): void {}
}

const there = new Side();
const server = new ServerConnection(
  there,
  resolveOptions({
    push: true,
    handler: (request, response) => {
      if (request.path === "/") response.push(request.promise("/style.css"))?.text("p { color: teal }");
      response.text(`this is ${request.path}`);
    },
  }),
);

const seen: string[] = [];
const receiver = (name: string): ResponseReceiver => ({
  onInformational: () => {},
  onHead: (status) => seen.push(`${name}: ${status}`),
  onContent: (bytes, start, end) => seen.push(`${name}: ${Buffer.from(bytes.subarray(start, end))}`),
  onEnd: () => seen.push(`${name}: end`),
  onUpgrade: () => {},
  onError: (error) => seen.push(`${name}: ${error.message}`),
});

const here = new Side();
const client = new ClientConnection(here, {
  onPush: (promised) => promised.accept(receiver(`${promised.target} (pushed)`)).grant(65_536),
});
for (const target of ["/", "/other"])
  client.request({ method: "GET", target, fields: new Fields({ Host: "a.example" }) }, receiver(target)).grant(65_536);

/** Carries what one side has written to the other; false when there was nothing. */
function carry(from: Engine, side: Side, to: Engine): boolean {
  from.flush(side);
  const bytes = side.take();
  if (bytes.length > 0) to.receive(bytes);
  return bytes.length > 0;
}

while (carry(client, here, server) || carry(server, there, client));
console.log(seen.join("\n"));
if (!seen.includes("/style.css (pushed): p { color: teal }") || !client.idle) throw new Error("nothing was pushed");
