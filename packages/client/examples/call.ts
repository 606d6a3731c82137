/** Calls: JSON there and back, a time for each stage, and an error that says how far it came. */
import { ClientError, createClient } from "@stack/client";
import { createServer } from "@stack/server";

const server = createServer();
server.post("/sum", async (request, response) => {
  const numbers = (await request.json()) as number[];
  response.json({ sum: numbers.reduce((sum, number) => sum + number, 0) });
});
server.get("/never", () => {});
const { url } = await server.listen(0);

const client = createClient({ baseUrl: url, timeouts: { connectMs: 1_000, headMs: 5_000 } });

const response = await client.post("/sum", { json: [1, 2, 3] });
console.log(response.status, response.version, await response.json());

const { start, head, end } = response.timings;
console.log(`head after ${Math.round(head - start)} ms, all of it after ${Math.round(end - start)} ms`);

try {
  await client.get("/never", { timeouts: { headMs: 100 } });
} catch (error) {
  if (!(error instanceof ClientError)) throw error;
  console.log(`${error.code} in stage "${error.stage}"`); // ERR_CLIENT_HEAD_TIMEOUT in stage "head"
}

await client.close();
await server.close();
