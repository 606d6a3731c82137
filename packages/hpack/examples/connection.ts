/** Requests of one connection: what came before is an index, and a changed setting empties the table. */
import { HpackDecoder, HpackEncoder } from "@stack/hpack";

const encoder = new HpackEncoder();
const decoder = new HpackDecoder();
const memory = new Uint8Array(1024);

for (const path of ["/", "/style.css", "/script.js"]) {
  const fields = [":method", "GET", ":scheme", "https", ":authority", "example.com", ":path", path, "accept", "*/*"];
  if (encoder.bound(fields) > memory.length) throw new Error("reserve more");
  const end = encoder.encode(fields, memory, 0);
  console.log(`${end} octets:`, decoder.decode(memory, 0, end).join(" "));
}

// The peer lowered SETTINGS_HEADER_TABLE_SIZE, we acknowledged: the next block begins with a size update.
encoder.setPeerTableOctets(0);
decoder.setMaxTableOctets(0);
const end = encoder.encode([":status", "204"], memory, 0);
console.log([...memory.subarray(0, end)], decoder.decode(memory, 0, end), decoder.tableOctets);
