import { createClient } from "@stack/client";
import { createServer } from "@stack/server";
import { Authority } from "@stack/testing/certificates";
import { expect, test } from "vitest";

test("S108: from https to http only with allowDowngrade, and without credentials then", async () => {
  const authority = await Authority.create();
  const certificates = await authority.issue({ names: ["127.0.0.1", "localhost"] });
  const plain = createServer();
  plain.get("/", (request, response) => response.text(request.fields.get("authorization") ?? "no credentials"));
  const { url: to } = await plain.listen(0);
  const secure = createServer();
  secure.get("/", (_, response) => {
    response.status = 302;
    response.fields.set("Location", to);
    response.send("");
  });
  const { url: from } = await secure.listen(0, { tls: { certificates } });
  const tls = { ca: authority.cert };
  const fields = { Authorization: "Bearer secret" };

  const strict = createClient({ tls });
  await expect(strict.get(from, { fields })).rejects.toMatchObject({ code: "ERR_CLIENT_REDIRECT", stage: "redirect" });
  await strict.close();

  const lax = createClient({ tls, redirects: { allowDowngrade: true } });
  expect(await (await lax.get(from, { fields })).text()).toBe("no credentials");
  await lax.close();
  await Promise.all([plain.close(), secure.close()]);
});
