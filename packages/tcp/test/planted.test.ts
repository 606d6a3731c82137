import { afterEach, describe, expect, test } from "vitest";
import { formatAddress, parseAddress } from "../src/address.ts";
import { dial } from "../src/dial.ts";
import { Recorder, until } from "./engines.ts";
import { folder, serve } from "./serving.ts";

const PLANTED = Object.prototype as Record<string, unknown>;

afterEach(() => {
  for (const name of ["path", "host", "port", "localAddress"]) delete PLANTED[name];
});

describe("S127, S128: what is planted on Object.prototype leads no dial elsewhere", () => {
  test.each(["127.0.0.1", "localhost"])("a path, dialling %s", async (host) => {
    const path = `${folder()}/evil.sock`;
    const evil = await serve((carrier) => new Recorder(carrier), {}, `unix:${path}`);
    const server = await serve((carrier) => new Recorder(carrier));
    const { port } = server.listener.address as { readonly port: number };
    PLANTED.path = path;
    PLANTED.localAddress = "192.0.2.1";
    const engine = await dial({ host, port }, (carrier) => new Recorder(carrier));
    engine.carrier.abort(null);
    delete PLANTED.path;
    delete PLANTED.localAddress;
    await until(() => server.engines.length === 1);
    expect(evil.engines).toEqual([]);
  });

  test("a host and a port that were not given are the default, or none", () => {
    PLANTED.host = "evil.example";
    expect(formatAddress(parseAddress({ port: 80 }))).toBe("127.0.0.1:80");
    PLANTED.port = 80;
    expect(() => parseAddress({} as { port: number })).toThrow(RangeError);
  });
});
