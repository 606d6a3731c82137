import { describe, expect, test } from "vitest";
import { Attempting, nothing } from "./attempting.ts";

describe("RFC 8305 §3 Hostname Resolution", () => {
  test("AAAA comes first: its addresses are tried at once", () => {
    const { log } = new Attempting().pass(7).answer(6, "2001:db8::1");
    expect(log).toEqual(["7 open 2001:db8::1"]);
  });

  test("A comes first: it waits for AAAA, 50 ms and no more", () => {
    const tried = new Attempting().answer(4, "192.0.2.1").pass(49);
    expect(tried.log).toEqual([]);
    tried.pass(1);
    expect(tried.log).toEqual(["50 open 192.0.2.1"]);
  });

  test("AAAA within the Resolution Delay goes first, and without another delay", () => {
    const tried = new Attempting().answer(4, "192.0.2.1").pass(20).answer(6, "2001:db8::1").pass(250);
    expect(tried.log).toEqual(["20 open 2001:db8::1", "270 open 192.0.2.1"]);
  });

  test("AAAA says within the Resolution Delay that there is none: A waits no longer", () => {
    const { log } = new Attempting().answer(4, "192.0.2.1").pass(10).answer(6);
    expect(log).toEqual(["10 open 192.0.2.1"]);
  });

  test("AAAA says first that there is none: A need not wait", () => {
    const { log } = new Attempting().answer(6).pass(30).answer(4, "192.0.2.1");
    expect(log).toEqual(["30 open 192.0.2.1"]);
  });

  test("AAAA after the Resolution Delay joins the attempts, as the next of them", () => {
    const tried = new Attempting().answer(4, "192.0.2.1", "192.0.2.2").pass(100).answer(6, "2001:db8::1").pass(250);
    expect(tried.log).toEqual(["50 open 192.0.2.1", "300 open 2001:db8::1"]);
  });

  test("what comes when all others have failed is tried at once", () => {
    const tried = new Attempting().answer(6, "2001:db8::1").refuse("2001:db8::1").pass(400).answer(4, "192.0.2.1");
    expect(tried.log).toEqual(["0 open 2001:db8::1", "400 open 192.0.2.1"]);
    expect(tried.failure).toBe(null);
  });

  test("what comes later than the Connection Attempt Delay is tried at once, beside what is under way", () => {
    const tried = new Attempting().answer(6, "2001:db8::1").pass(900).answer(4, "192.0.2.1").pass(0);
    expect(tried.log).toEqual(["0 open 2001:db8::1", "900 open 192.0.2.1"]);
  });

  test("neither has an address: the end, with the reason", () => {
    const tried = new Attempting().answer(4).answer(6);
    expect(tried.failure).toMatchObject({ attempts: [], error: { code: "ENODATA" } });
    expect(tried.time.pending).toBe(0);
  });

  test("that nobody could say is a better reason than that there is none", () => {
    const tried = new Attempting().answer(6).tell({
      family: 4,
      addresses: [],
      ttlMs: -1,
      error: nothing("ETIMEOUT"),
    });
    expect(tried.failure?.error).toMatchObject({ code: "ETIMEOUT" });
  });
});
