/** A reverse proxy in one line: the client is a Handler, and a Handler is what a server takes. */
import { createClient } from "@stack/client";
import { createServer } from "@stack/server";

const origin = createServer();
origin.get("/hello", (request, response) => response.text(`hello, ${request.fields.get("via")}\n`));
const { url } = await origin.listen(0);

const client = createClient();
const gateway = createServer();
gateway.mount("/", client.forward(url, { via: "gateway" }));
const front = await gateway.listen(0);

const response = await client.get(`${front.url}/hello`);
console.log(response.status, (await response.text()).trim(), "/", response.fields.get("via"));

await gateway.close();
await client.close();
await origin.close();
