/** Server-sent events over several connections: each goes on where the one before has ended. */
import { createClient } from "@stack/client";
import { events } from "@stack/client/event-source";
import { formatEvent } from "@stack/http";
import { createServer } from "@stack/server";

const server = createServer();
server.get("/prices", (request, response) => {
  const last = Number(request.fields.get("last-event-id") ?? 0);
  if (last === 6) response.status = 204; // no more: the client stops
  response.fields.set("Content-Type", "text/event-stream");
  const two = [last + 1, last + 2].map((id) => formatEvent({ id: String(id), data: `price ${id}`, retry: 100 }));
  response.send(last === 6 ? "" : two.join(""));
});
const { url } = await server.listen(0);

const client = createClient();
const options = { idleMs: 30_000, onReconnect: (ms: number) => console.log(`again in ${Math.round(ms / 100)}00 ms`) };
for await (const { data, lastEventId } of events(client, `${url}/prices`, options)) console.log(lastEventId, data);

await client.close();
await server.close();
