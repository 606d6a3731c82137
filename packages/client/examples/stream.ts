/** A stream up and a stream down over one HTTP/2 connection, each at the pace of the slower side. */
import { createClient } from "@stack/client";
import { createServer } from "@stack/server";

const server = createServer({ maxContentOctets: Number.POSITIVE_INFINITY });
server.post("/upper", (request, response) => response.stream(upper(request.content)));
const { url } = await server.listen(0);

async function* upper(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of content) yield decoder.decode(piece, { stream: true }).toUpperCase();
}

async function* lines(): AsyncGenerator<string> {
  for (let i = 1; i <= 3; i++) yield `line ${i}\n`;
}

const client = createClient({ version: "prior-knowledge" });
const response = await client.post(`${url}/upper`, {
  content: lines(),
  onUploadProgress: (octets) => console.log(`${octets} octets are on their way`),
});
for await (const piece of response.stream()) process.stdout.write(piece);

await client.close();
await server.close();
