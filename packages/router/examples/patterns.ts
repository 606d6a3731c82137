/** Which route a path is for, and what its parameters are. */
import { createRouter } from "@stack/router";

const router = createRouter();
for (const pattern of ["/users/me", "/users/:id", "/users/:id.json", "/users/:id/posts/:post", "/files/*path"])
  router.get(pattern, (_, response) => response.text(`${pattern}\n`));

for (const path of [
  "/users/me",
  "/users/%6De", // the same path, written in another way
  "/users/J%C3%BCrgen",
  "/users/7.json",
  "/users/7/posts/a%2Fb", // an encoded slash is data
  "/files/css/site.css",
  "/files/../secret", // dot segments match nothing
  "/files/css%2F..%2F..%2Fsecret",
  "/users/%ff", // not UTF-8
]) {
  const found = router.match("GET", path);
  const answer = found === null ? "-" : `${found.route.path} ${JSON.stringify(found.params)}`;
  console.log(`${path.padEnd(32)} ${answer}`);
}
