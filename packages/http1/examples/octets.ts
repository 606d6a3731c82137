/**
 * An engine without I/O and without a clock: octets go in, octets come out, and time is a number.
 * What is passed in here is all that an engine ever sees of the world.
 */
import type { ByteSink, Carrier, PeerInfo } from "@stack/http";
import { resolveServerOptions, ServerConnection } from "@stack/http1";

const options = resolveServerOptions({
  handler: (request, response) => response.text(`Hello from ${request.path}\n`),
  headTimeoutMs: 20_000,
});

class Page implements ByteSink {
  memory: Uint8Array = new Uint8Array(65_536);
  text = "";
  ended = false;
  reserve(): number {
    return 0;
  }
  commit(octets: number): void {
    this.text += Buffer.from(this.memory.subarray(0, octets)).toString("latin1");
  }
  writeLatin1(text: string): void {
    this.text += text;
  }
  write(bytes: Uint8Array): boolean {
    this.text += Buffer.from(bytes).toString("latin1");
    return true;
  }
  end(): void {
    this.ended = true;
  }
}

class Paper implements Carrier {
  now = 0;
  readonly epochSeconds = 784_111_777;
  readonly peer: PeerInfo = { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" };
  readonly pending = 0;
  wantFlush(): void {}
  pauseReading(): void {}
  abort(): void {}
  handOver(): void {}
}

const paper = new Paper();
const server = new ServerConnection(paper, options);
const page = new Page();

// Cut anywhere: a byte stream keeps no boundaries.
for (const piece of ["GET /he", "re HTTP/1.1\r\nHost: a.exa", "mple\r\n\r\nGET /there HTTP/1.1\r\n"])
  server.receive(Buffer.from(piece, "latin1"));
server.flush(page);
console.log(page.text);

// The second request never comes to its end. Time passes from deadline to deadline, until it is refused.
page.text = "";
while (!page.ended) {
  paper.now = server.deadline;
  server.onDeadline();
  server.flush(page);
}
console.log(`after ${paper.now} ms:\n${page.text}`);
