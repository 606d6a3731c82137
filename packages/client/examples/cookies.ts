/** A session: what a server sets is sent back to it, and to nobody else. */
import { createClient } from "@stack/client";
import { createMock } from "@stack/client/mock";
import { toughCookieJar } from "@stack/client/tough-cookie";

const mock = createMock((request, response) => {
  if (request.path === "/login") {
    response.fields.append("Set-Cookie", "__Host-sid=31d4; Path=/; Secure; HttpOnly; SameSite=Lax");
    response.fields.append("Set-Cookie", "everywhere=1; Domain=example"); // a public suffix: dropped
  }
  response.text(`${request.authority} got ${request.fields.get("cookie") ?? "no cookie"}`);
});
const client = createClient({ connect: mock.connect, cookies: toughCookieJar() });

await client.post("https://shop.example/login", { json: { user: "you" } });
for (const url of ["https://shop.example/cart", "http://shop.example/cart", "https://other.example/"])
  console.log(await (await client.get(url)).text());
// shop.example got __Host-sid=31d4
// shop.example got no cookie
// other.example got no cookie

await client.close();
