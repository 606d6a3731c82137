/** Hedging: one answer in ten is slow, and a second attempt beside it is not. */
import { createClient, hedge } from "@stack/client";
import { createServer } from "@stack/server";

let calls = 0;
const server = createServer();
server.get("/quote", async (_, response) => {
  if (++calls % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1_000));
  response.text("42");
});
const { url } = await server.listen(0);

const winners: string[] = [];
const layer = hedge({ delayMs: 50, budgetRatio: 0.1, onHedge: (_, winner) => winners.push(winner) });
const client = createClient({ baseUrl: url, layers: [layer] });
const start = performance.now();
for (let i = 0; i < 25; i++) await (await client.get("/quote")).text();
console.log(winners, performance.now() - start < 1_000 ? "in less than a second" : "slow");
// [ "second", "second" ] in less than a second

await client.close();
await server.close({ graceMs: 0 });
