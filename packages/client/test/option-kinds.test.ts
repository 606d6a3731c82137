import { describe, expect, test } from "vitest";
import { ClientError, createClient } from "../src/index.ts";

/** What JavaScript hands over, and no type has looked at. */
const untyped = (json: string) => JSON.parse(json);

describe("an option of a client that is none is told when the client is made", () => {
  test.each([
    ['{ "http1": { "maxInformationals": 5 } }', "maxInformationals is no option of http1; known are head, lenient, "],
    ['{ "http1": { "head": { "maxField": 5 } } }', "maxField is no limit"],
    ['{ "http1": { "head": { "maxFields": "x" } } }', "maxFields must be a whole number"],
    ['{ "http1": { "lenient": { "bareLf": "false" } } }', "bareLf is true or false"],
    ['{ "http2": { "maxWindow": 5 } }', "maxWindow is no option of http2; known are controlBurst, "],
    ['{ "http2": { "maxWindowOctets": -1 } }', "maxWindowOctets must be 0 or more, not -1"],
    ['{ "http2": { "maxWindowOctets": "x" } }', 'maxWindowOctets is a number, not "x"'],
    ['{ "connect": {} }', "connect is a function, not object"],
    ['{ "unixSocket": null }', "unixSocket is a string, not null"],
    ['{ "layers": 5 }', "layers is a list, not number"],
    ['{ "layers": [5] }', "layers has what is no function"],
    ['{ "cookies": {} }', "cookies has no cookiesFor(); see toughCookieJar"],
    ['{ "cookies": true }', "cookies is an object or null, not boolean"],
    ['{ "proxy": true }', "proxy is a string or object or null, not boolean"],
    ['{ "proxy": { "url": 5 } }', "url is a string, not number"],
    ['{ "proxy": { "tls": {} } }', "proxy has no url; give http://host:port"],
    ['{ "retry": "yes" }', "retry is an object or boolean, not string"],
    ['{ "pool": 5 }', "pool is an object, not number"],
    ['{ "tls": true }', "tls is an object, not boolean"],
    ['{ "tls": { "cert": "c.pem" } }', "cert is no option of a TLS client"],
    ['{ "dial": 5 }', "dial is an object, not number"],
    ['{ "timeouts": 5 }', "timeouts is an object, not number"],
    ['{ "maxContentOctets": "5" }', "maxContentOctets is a number, not string"],
    ['{ "onInformational": 5 }', "onInformational is a function, not number"],
    ['{ "expectContinue": "yes" }', "expectContinue is a boolean, not string"],
  ])("%s", (json, message) => {
    expect(() => createClient(untyped(json))).toThrow(message);
  });

  test("what is meant to be given is taken", async () => {
    const proxy = { url: new URL("http://127.0.0.1:9") };
    for (const options of [{}, { proxy }, { proxy: null, cookies: null, retry: true }, { retry: {}, http2: {} }])
      await createClient(options).close();
  });
});

describe("an option of a request that is none rejects the call, as a ClientError", () => {
  test.each([
    ['{ "signal": 5 }', "signal is an AbortSignal"],
    ['{ "signal": {} }', "signal is an AbortSignal"],
    ['{ "trailers": {} }', "trailers is a function, not object"],
    ['{ "timeouts": null }', "timeouts is an object, not null"],
    ['{ "onUploadProgress": "log" }', "onUploadProgress is a function, not string"],
    ['{ "decode": 0 }', "decode is a boolean, not number"],
    ['{ "method": 5 }', "method is a string, not number"],
    ['{ "fields": { "X": 5 } }', "the value of X is not a string"],
    ['{ "fields": 5 }', "fields are pairs, or an object of names and values"],
    ['{ "fields": [["X"]] }', "the value of X is not a string"],
  ])("%s", async (json, message) => {
    const client = createClient();
    const error = await client.request("http://127.0.0.1:1/", untyped(json)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ code: "ERR_CLIENT_REQUEST", stage: "request", unprocessed: true });
    expect((error as ClientError).message).toContain(message);
    await client.close();
  });
});
