/** A router per part of a site, each with its layers; one table of all routes. */
import type { Handler, Layer } from "@stack/http";
import { createRouter } from "@stack/router";

const authenticated: Layer = (inner) => (request, response) => {
  if (request.fields.has("authorization")) return inner(request, response);
  response.status = 401;
  response.fields.set("WWW-Authenticate", "Basic");
  return response.text("who are you?\n");
};
const show: Handler = (request, response) => response.json(Object.fromEntries(request.params));

const posts = createRouter().get("/", show).get("/:post", show).put("/:post", [authenticated], show);
const admin = createRouter().use(authenticated).get("/", show).delete("/users/:id", show);
const site = createRouter()
  .get("/", (_, response) => response.text("welcome\n"))
  .mount("/users/:user/posts", posts)
  .mount("/admin", admin)
  .mount("/legacy", (request, response) => response.redirect(`https://old.example.org${request.path}`));

for (const { method, path } of site.routes()) console.log((method ?? "any").padEnd(6), path);
console.log(site.match("PUT", "/users/ada/posts/7")?.params.get("user"));
