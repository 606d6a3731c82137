import { describe, expect, test } from "vitest";
import { type Carrier, checkListenOptions, listen } from "../src/index.ts";
import { Recorder } from "./engines.ts";
import { serve } from "./serving.ts";

/** What JavaScript hands over, and no type has looked at. */
const untyped = (json: string) => JSON.parse(json);

const connect = (carrier: Carrier): Recorder => new Recorder(carrier);

describe("an option that is none is told before anything listens", () => {
  test.each([
    ['{ "maxConnections": "many" }', TypeError, 'maxConnections is a number, not "many"'],
    ['{ "maxConnections": null }', TypeError, "maxConnections is a number, not null"],
    ['{ "maxConnections": -1 }', RangeError, "maxConnections must be 0 or more, not -1"],
    ['{ "maxConnectionsPerAddress": {} }', TypeError, "maxConnectionsPerAddress is a number, not {}"],
    ['{ "backlog": "128" }', TypeError, 'backlog is a number, not "128"'],
    ['{ "backlog": 1.5 }', RangeError, "backlog must be a whole number to 2147483647, not 1.5"],
    ['{ "backlog": 2147483648 }', RangeError, "backlog must be a whole number to 2147483647, not 2147483648"],
    ['{ "keepAliveMs": "5" }', TypeError, 'keepAliveMs is a number, not "5"'],
    ['{ "noDelay": "false" }', TypeError, 'noDelay is a boolean, not "false"'],
    ['{ "reusePort": 1 }', TypeError, "reusePort is a boolean, not 1"],
    ['{ "reuseReads": "always" }', RangeError, 'reuseReads is "auto" or "never", not "always"'],
    ['{ "onRefused": 5 }', TypeError, "onRefused is a function, not 5"],
  ])("%s", async (json, kind, message) => {
    const options = untyped(json);
    expect(() => checkListenOptions(options)).toThrow(kind);
    expect(() => checkListenOptions(options)).toThrow(message);
    await expect(listen(0, { ...options, connect })).rejects.toThrow(message);
  });

  test.each([
    ["a bigint, which had ended the process", { backlog: 5n }, "backlog is a number, not 5"],
    ["no number", { maxConnections: Number.NaN }, "maxConnections must be 0 or more, not NaN"],
    ["no time", { keepAliveMs: Number.POSITIVE_INFINITY }, "keepAliveMs must be finite"],
  ])("%s", (_, options, message) => {
    expect(() => checkListenOptions(options as never)).toThrow(message);
  });

  test.each([
    {},
    { maxConnections: Number.POSITIVE_INFINITY, maxConnectionsPerAddress: 1, backlog: 0, keepAliveMs: 0 },
    { noDelay: false, reusePort: false, reuseReads: "never" as const, onRefused: () => {} },
  ])("%o are", (options) => {
    expect(() => checkListenOptions(options)).not.toThrow();
  });
});

test.each(['{ "graceMs": -1 }', '{ "graceMs": "1000" }', '{ "graceMs": null }'])(
  "closing with %s is told, and cuts nobody",
  async (json) => {
    const { listener, meet } = await serve(connect);
    const { peer } = await meet();
    expect(() => listener.close(untyped(json))).toThrow(RangeError);
    expect(listener.connections).toBe(1);
    peer.end();
  },
);
