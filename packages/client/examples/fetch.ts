/** The standard's fetch: a form, a stream, an abort; and one of our own with times and fields of its own. */
import { createFetch, fetch } from "@stack/client/fetch";
import { createServer } from "@stack/server";

const server = createServer();
server.post("/form", async (request, response) => response.json({ received: (await request.text()).length }));
server.get("/numbers", (_, response) => response.text("1\n2\n3\n".repeat(10_000)));
server.get("/slow", () => new Promise(() => {}));
const { url } = await server.listen(0);

const form = new FormData();
form.append("name", "value");
const posted = await fetch(`${url}/form`, { method: "POST", body: form });
console.log(posted.status, posted.headers.get("content-type"), await posted.json());

let octets = 0;
const numbers = await fetch(`${url}/numbers`);
for await (const piece of numbers.body ?? []) octets += piece.length;
console.log(`${octets} octets, used: ${numbers.bodyUsed}`); // 60000 octets, used: true

try {
  await fetch(`${url}/slow`, { signal: AbortSignal.timeout(50) });
} catch (error) {
  console.log((error as Error).name); // TimeoutError
}

// A fetch of its own: connections, times, fields, a proxy, all options of a client.
const impatient = createFetch({ timeouts: { headMs: 100 }, fields: { "User-Agent": "example/1.0" } });
try {
  await impatient(`${url}/slow`);
} catch (error) {
  const { message, cause } = error as Error;
  console.log(message, (cause as { code: string }).code); // fetch failed ERR_CLIENT_HEAD_TIMEOUT
}
await impatient.close();
await server.close({ graceMs: 0 });
