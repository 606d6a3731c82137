/** A retry policy: a server that is busy twice, then moved. */
import { createClient } from "@stack/client";
import { createServer } from "@stack/server";

let calls = 0;
const server = createServer();
server.get("/old", (_, response) => {
  response.status = 308;
  response.fields.set("Location", "/report");
  response.send("");
});
server.get("/report", (_, response) => {
  calls++;
  if (calls <= 2) response.status = 503;
  response.text(calls <= 2 ? "busy" : "the report");
});
const { url } = await server.listen(0);

// Redirects and codings are dealt with by themselves; each request of a chain has attempts of its own.
const client = createClient({
  baseUrl: url,
  timeouts: { totalMs: 10_000 },
  retry: { maxRetries: 3, baseMs: 20, budgetRatio: 0.2 },
});

const response = await client.get("/old");
console.log(response.status, response.redirected, await response.text()); // 200 true the report
console.log(`${calls} calls`); // 3 calls

await client.close();
await server.close();
