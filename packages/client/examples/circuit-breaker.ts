/** A circuit breaker: a server in trouble is left alone, and asked again when it may have recovered. */
import { CircuitOpenError, circuitBreaker, createClient } from "@stack/client";
import { createServer } from "@stack/server";

let broken = true;
let calls = 0;
const server = createServer();
server.get("/stock", (_, response) => {
  calls++;
  response.status = broken ? 503 : 200;
  response.text(broken ? "out of order" : "in stock");
});
const { url } = await server.listen(0);

const layer = circuitBreaker({
  minRequests: 5,
  openMs: 100,
  onChange: ({ from, to, failures, requests }) => console.log(`${from} to ${to}: ${failures} of ${requests} failed`),
});
const client = createClient({ baseUrl: url, layers: [layer] });

for (let i = 0; i < 20; i++) {
  try {
    await (await client.get("/stock")).text();
  } catch (error) {
    if (!(error instanceof CircuitOpenError)) throw error;
    if (i === 19) console.log(`${calls} calls came of 20`, error.retryAt - Date.now() <= 100); // 5 calls came of 20 true
    broken = false; // somebody repairs it meanwhile
  }
}
await new Promise((resolve) => setTimeout(resolve, 120));
console.log(await (await client.get("/stock")).text()); // in stock

await client.close();
await server.close();
