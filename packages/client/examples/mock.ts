/** A test without a network: a server in memory that fails once, and what the client makes of it. */
import { ClientError, createClient } from "@stack/client";
import { createMock } from "@stack/client/mock";

const mock = createMock((_, response) => response.text("in stock"));
const client = createClient({ connect: mock.connect, retry: { baseMs: 1 } });

mock.fail({ kind: "reset" });
const response = await client.get("https://shop.example/books/1");
console.log(response.status, await response.text()); // 200 in stock
console.log(mock.requests.map(({ method, url }) => `${method} ${url}`)); // twice: the reset one, and the answered one

mock.fail({ kind: "cut", after: 20 });
try {
  await client.post("https://shop.example/orders", { json: { book: 1 } }); // not sent again: it may have been done
} catch (error) {
  if (error instanceof ClientError) console.log(error.code, error.stage); // ERR_CLIENT_DISCONNECTED head
}

await client.close();
