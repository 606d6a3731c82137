/**
 * Client and server engines joined by a loop that carries octets from one to the other: content streams both ways,
 * with an informational response before it and trailers behind it, after 100 (Continue).
 */
import { setImmediate } from "node:timers/promises";
import { type ByteSink, type Carrier, type Engine, Fields, type PeerInfo, type ResponseReceiver } from "@stack/http";
import { ClientConnection, resolveServerOptions, ServerConnection } from "@stack/http1";

/** The least that a carrier can be: what is written is kept until the loop below takes it. */
class Side implements Carrier, ByteSink {
  readonly now = 0;
  readonly epochSeconds = 784_111_777;
  readonly peer: PeerInfo = { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" };
  readonly pending = 0;
  memory: Uint8Array = new Uint8Array(65_536);
  ended = false;
  private text = "";

  take(): Uint8Array {
    const bytes = Buffer.from(this.text, "latin1");
    this.text = "";
    return bytes;
  }
  reserve(): number {
    return 0;
  }
  commit(octets: number): void {
    this.write(this.memory.subarray(0, octets));
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
  wantFlush(): void {}
  pauseReading(): void {}
  abort(reason: Error | null): void {
    throw reason ?? new Error("aborted");
  }
  handOver(): void {}
}

const serverOptions = resolveServerOptions({
  handler: async (request, response) => {
    response.inform(103, { Link: "</style.css>; rel=preload" });
    for await (const chunk of request) if (!response.write(chunk)) await response.drained();
    response.trailers.set("X-Octets", String(request.content.octets));
    response.end();
  },
});
const there = new Side();
const server = new ServerConnection(there, serverOptions);
const here = new Side();
const client = new ClientConnection(here);

let open = true;
const receiver: ResponseReceiver = {
  onInformational: (status) => console.log(`informational ${status}`),
  onHead: (status, _, reason) => console.log(`head ${status} ${reason}`),
  onContent: (bytes, start, end) => {
    console.log(`content ${Buffer.from(bytes.subarray(start, end)).toString("latin1")}`);
    sink.grant(end - start); // credit for as much as was taken
  },
  onEnd: (trailers) => {
    console.log(`end, with ${JSON.stringify(trailers)}`);
    open = false;
  },
  onUpgrade: () => {},
  onError: (error, { unprocessed }) => {
    console.error(error.message, unprocessed ? "(it can be sent again)" : "(it may have been acted on)");
    open = false;
  },
};
const sink = client.request(
  {
    method: "POST",
    target: "/echo",
    fields: new Fields({ Host: "a.example" }),
    contentLength: -1,
    expectContinue: true,
  },
  receiver,
);
sink.grant(65_536);
for (const piece of ["one", "two", "three"]) sink.sendContent(Buffer.from(piece), false); // waits for 100
sink.sendContent(new Uint8Array(0), true);

function carry(engine: Engine, side: Side, other: Engine): void {
  engine.flush(side);
  const bytes = side.take();
  if (bytes.length > 0) other.receive(bytes);
}
while (open) {
  carry(client, here, server);
  carry(server, there, client);
  await setImmediate(); // the handler's promises
}
