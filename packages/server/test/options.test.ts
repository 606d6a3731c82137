import { readFileSync } from "node:fs";
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
    ['{ "maxConnections": "many" }', 'maxConnections is a number, not "many"'],
    ['{ "maxConnectionsPerAddress": null }', "maxConnectionsPerAddress is a number, not null"],
    ['{ "backlog": "128" }', 'backlog is a number, not "128"'],
    ['{ "noDelay": "false" }', 'noDelay is a boolean, not "false"'],
    ['{ "reuseReads": true }', "reuseReads is a string, not true"],
    ['{ "head": { "maxHeadOctet": 5 } }', "maxHeadOctet is no limit; known are maxHeadOctets, "],
    ['{ "lenient": { "bareLf": "false" } }', 'bareLf is true or false, not "false"'],
    ['{ "onError": 5 }', "onError is a function, not 5"],
    ['{ "onConnectionRefused": "log" }', "onConnectionRefused is a function: (address) => void"],
    ['{ "http2": null }', "http2 is an object with options, or false"],
    ['{ "http2": true }', "http2 is an object with options, or false"],
    ["null", "the options of a server are an object"],
    ["8080", "the options of a server are an object"],
  ])("%s", (json, message) => {
    expect(() => createServer(untyped(json))).toThrow(message);
  });

  test("what was planted on Object.prototype is none", () => {
    const options = Object.create({ port: 8080 });
    expect(() => createServer(options)).not.toThrow();
  });
});

test.each([
  ['{ "certificates": { "cert": "c.pem", "key": "k.pem" } }', "certificates is no option of listen, which has tls: "],
  ['{ "cert": "c.pem", "key": "k.pem" }', "cert is no option of listen"],
  ['"0.0.0.0"', 'host and port are one address, such as "0.0.0.0:8080"'],
  ["null", "listen(address, { tls })"],
  ['{ "tls": null }', "certificates is empty"],
  ['{ "tls": { "certificates": [], "clientCertificates": true } }', "clientCertificates is "],
])("listen with %s does not listen in cleartext", async (json, message) => {
  const server = createServer();
  await expect(server.listen(0, untyped(json))).rejects.toThrow(message);
  await server.close();
});

/** The names that the error for an unknown option lists. */
function known(json: string): string[] {
  let message = "";
  try {
    createServer(untyped(json));
  } catch (error) {
    ({ message } = error as Error);
  }
  return (message.split("; known are ")[1] ?? "").split(", ");
}

test.each([
  ["../README.md", '{ "no": 1 }', 20],
  ["../../http2/README.md", '{ "http2": { "no": 1 } }', 20],
])("%s has every option", (path, json, least) => {
  const readme = readFileSync(new URL(path, import.meta.url), "utf8");
  const names = known(json);
  expect(names.length).toBeGreaterThan(least);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
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
