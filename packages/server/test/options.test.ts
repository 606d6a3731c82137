import { describe, expect, test } from "vitest";
import { createServer } from "../src/index.ts";

/** What JavaScript hands over, and no type has looked at. */
const untyped = (json: string) => JSON.parse(json);

describe("an option that is none is told when the server is made", () => {
  test.each([
    ['{ "port": 8080 }', "port is no option of a server: give it to listen"],
    ['{ "host": "::1" }', "host is no option of a server: give it to listen"],
    ['{ "tls": {} }', "tls is no option of a server: give it to listen"],
    ['{ "headTimeout": 5 }', "headTimeout is no option of a server; known are backlog, contentTimeoutMs, "],
    ['{ "http2": { "maxStreams": 5 } }', "http2.maxStreams is no option of a server; known are "],
  ])("%s", (json, message) => {
    expect(() => createServer(untyped(json))).toThrow(TypeError);
    expect(() => createServer(untyped(json))).toThrow(message);
  });

  test.each([
    ['{ "headTimeoutMs": "5" }', 'headTimeoutMs is a number, not "5"'],
    ['{ "http2": { "pushes": 1, "maxHeldOctets": "5" } }', "http2.pushes is no option"],
    ['{ "http2": { "maxHeldOctets": "5" } }', 'maxHeldOctets is a number, not "5"'],
  ])("%s", (json, message) => {
    expect(() => createServer(untyped(json))).toThrow(message);
  });

  test("what was planted on Object.prototype is none", () => {
    const options = Object.create({ port: 8080 });
    expect(() => createServer(options)).not.toThrow();
  });
});

test("a layer that is none is told at once, and the server is as before", async () => {
  const server = createServer();
  server.get("/", (_, response) => response.text("as before"));
  expect(() => server.use(untyped("{}"))).toThrow("layer 1 of 1 is no function");
  server.use((inner) => inner);
  const { url } = await server.listen(0);
  const response = await fetch(url);
  expect(await response.text()).toBe("as before");
  await server.close();
});
