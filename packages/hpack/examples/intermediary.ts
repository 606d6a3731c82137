/** A proxy: what came never-indexed goes on never-indexed (RFC 7541 §6.2.3). */
import { HpackDecoder, HpackEncoder } from "@stack/hpack";

const client = new HpackEncoder({ neverIndexed: ["x-api-key"] });
const fromClient = new HpackDecoder();
const toServer = new HpackEncoder();
const memory = new Uint8Array(256);

for (let i = 0; i < 2; i++) {
  const end = client.encode([":method", "GET", "x-api-key", "c2VjcmV0", "user-agent", "example"], memory, 0);
  const fields = fromClient.decode(memory, 0, end);
  console.log(
    "never indexed:",
    fromClient.neverIndexed.map((at) => fields[at]),
  );
  console.log(toServer.encode(fields, memory, 0, fromClient.neverIndexed), "octets go on");
}
