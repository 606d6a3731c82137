import { describe, expect, test } from "vitest";
import { NameCache, type NameCacheOptions } from "../src/name-cache.ts";
import type { NameAnswer } from "../src/name-resolver.ts";
import { VirtualTime } from "./virtual-time.ts";

type Report = (answer: NameAnswer) => void;

/** A cache over a resolver whose answers a test gives. */
class Cached {
  readonly time: VirtualTime = new VirtualTime();
  readonly cache: NameCache;
  /** Names that were asked for, in order. */
  readonly asked: string[] = [];
  readonly told: string[] = [];
  private readonly questions: Report[] = [];

  constructor(options: NameCacheOptions = {}) {
    const resolve = (name: string, report: Report): void => {
      this.asked.push(name);
      this.questions.push(report);
    };
    this.cache = new NameCache({ resolver: { resolve }, time: this.time, ...options });
  }

  ask(name = "a.example"): this {
    this.cache.resolve(name, ({ family, addresses, error }) => {
      this.told.push(`${family}: ${addresses.join(" ") || (error as NodeJS.ErrnoException | null)?.code}`);
    });
    return this;
  }

  answer(family: 0 | 4 | 6, addresses: readonly string[], ttlMs = -1): this {
    this.questions.at(-1)?.({ family, addresses, ttlMs, error: null });
    return this;
  }

  fail(code: string, family: 0 | 4 | 6 = 0): this {
    this.questions.at(-1)?.({ family, addresses: [], ttlMs: -1, error: Object.assign(new Error(code), { code }) });
    return this;
  }

  pass(ms: number): this {
    this.time.advance(ms);
    return this;
  }
}

describe("answers are kept", () => {
  test("for a time of our own when nobody tells a TTL: 10 s", () => {
    const names = new Cached().ask().answer(0, ["192.0.2.1"]).pass(9_999).ask();
    expect(names.asked).toHaveLength(1);
    expect(names.told).toEqual(["0: 192.0.2.1", "0: 192.0.2.1"]);
    names.pass(1).ask();
    expect(names.asked).toHaveLength(2);
  });

  test("for their TTL, each family its own", () => {
    const names = new Cached().ask().answer(6, ["2001:db8::1"], 60_000).answer(4, ["192.0.2.1"], 20_000);
    names.pass(19_999).ask();
    expect(names.asked).toHaveLength(1);
    expect(names.told.slice(2)).toEqual(["6: 2001:db8::1", "4: 192.0.2.1"]);
    names.pass(1).ask();
    expect(names.asked).toHaveLength(2);
  });

  test("a TTL of 0 is not kept", () => {
    const names = new Cached().ask().answer(0, ["192.0.2.1"], 0).ask();
    expect(names.asked).toHaveLength(2);
  });

  test("a TTL of years is no more than maxTtlMs", () => {
    const names = new Cached()
      .ask()
      .answer(0, ["192.0.2.1"], 2 ** 31 * 1000)
      .pass(300_000)
      .ask();
    expect(names.asked).toHaveLength(2);
  });

  test("whatever the case of the name (RFC 4343)", () => {
    const names = new Cached().ask("A.Example").answer(0, ["192.0.2.1"]).ask("a.EXAMPLE");
    expect(names.asked).toEqual(["a.example"]);
  });

  test("of 256 names; the ones asked for longest ago leave", () => {
    const names = new Cached({ maxNames: 2 });
    for (const name of ["a", "b", "c"]) names.ask(name).answer(0, ["192.0.2.1"]);
    expect(names.cache.size).toBe(2);
    names.ask("c").ask("b").ask("a");
    expect(names.asked).toEqual(["a", "b", "c", "a"]);
  });

  test("until they are cleared", () => {
    const names = new Cached().ask().answer(0, ["192.0.2.1"]);
    names.cache.clear();
    names.ask();
    expect(names.asked).toHaveLength(2);
  });
});

describe("questions that are under way are not asked twice", () => {
  test("all who wait are told, in their order", () => {
    const names = new Cached().ask().ask().ask();
    expect(names.asked).toHaveLength(1);
    names.answer(0, ["192.0.2.1"]);
    expect(names.told).toEqual(["0: 192.0.2.1", "0: 192.0.2.1", "0: 192.0.2.1"]);
  });

  test("who comes between the two families is told the one at once and the other when it comes", () => {
    const names = new Cached().ask().answer(6, ["2001:db8::1"]).ask();
    expect(names.told).toEqual(["6: 2001:db8::1", "6: 2001:db8::1"]);
    names.answer(4, ["192.0.2.1"]);
    expect(names.told.slice(2)).toEqual(["4: 192.0.2.1", "4: 192.0.2.1"]);
    expect(names.asked).toHaveLength(1);
  });

  test("one that was never answered is asked anew after 30 s", () => {
    const names = new Cached().ask().pass(29_999).ask();
    expect(names.asked).toHaveLength(1);
    names.pass(1).ask().answer(0, ["192.0.2.1"]);
    expect(names.asked).toHaveLength(2);
    expect(names.told).toEqual(["0: 192.0.2.1"]);
  });

  test("an answer that is given twice counts once", () => {
    const names = new Cached().ask().answer(0, ["192.0.2.1"]).answer(0, ["192.0.2.2"]).ask();
    expect(names.told).toEqual(["0: 192.0.2.1", "0: 192.0.2.1"]);
  });
});

describe("failures", () => {
  test("that a name has no address is kept for a second", () => {
    const names = new Cached().ask().fail("ENOTFOUND").pass(999).ask();
    expect(names.told).toEqual(["0: ENOTFOUND", "0: ENOTFOUND"]);
    expect(names.asked).toHaveLength(1);
    names.pass(1).ask();
    expect(names.asked).toHaveLength(2);
  });

  test("RFC 8767: when nobody can say, what was true is used on, and asked for again after a second", () => {
    const names = new Cached().ask().answer(0, ["192.0.2.1"]).pass(10_000).ask().fail("EAI_AGAIN");
    expect(names.told).toEqual(["0: 192.0.2.1", "0: 192.0.2.1"]);
    names.pass(999).ask();
    expect(names.asked).toHaveLength(2);
    names.pass(1).ask().answer(0, ["192.0.2.2"]);
    expect(names.told.slice(2)).toEqual(["0: 192.0.2.1", "0: 192.0.2.2"]);
  });

  test("RFC 8767: not for ever", () => {
    const names = new Cached({ staleMs: 60_000 }).ask().answer(0, ["192.0.2.1"]).pass(70_000).ask().fail("EAI_AGAIN");
    expect(names.told).toEqual(["0: 192.0.2.1", "0: EAI_AGAIN"]);
  });

  test("RFC 8767 §4: that there is no such name is an answer, and replaces what was true", () => {
    const names = new Cached().ask().answer(0, ["192.0.2.1"]).pass(10_000).ask().fail("ENOTFOUND");
    expect(names.told.at(-1)).toBe("0: ENOTFOUND");
    names.pass(1_000).ask().fail("EAI_AGAIN");
    expect(names.told.at(-1)).toBe("0: EAI_AGAIN");
  });

  test("one family fails, the other does not", () => {
    const names = new Cached().ask().fail("ETIMEOUT", 6).answer(4, ["192.0.2.1"]);
    expect(names.told).toEqual(["6: ETIMEOUT", "4: 192.0.2.1"]);
  });

  test("a resolver that throws is one that cannot say", () => {
    const names = new Cached({
      resolver: {
        resolve: () => {
          throw Object.assign(new Error("broken"), { code: "ERR_BROKEN" });
        },
      },
    }).ask();
    expect(names.told).toEqual(["0: ERR_BROKEN"]);
  });
});

describe("S121: hostile answers", () => {
  test("only IP addresses pass, in one form", () => {
    const hostile = [
      "<script>",
      "a.example\0",
      "127.1",
      "0x7f.0.0.1",
      "::ffff:127.0.0.1",
      "2001:DB8::1",
      "",
      "192.0.2.1 ",
    ];
    const names = new Cached().ask().answer(0, hostile);
    expect(names.told).toEqual(["0: 127.0.0.1 2001:db8::1"]);
  });

  test("an answer without an address is none", () => {
    const names = new Cached().ask().answer(0, ["'; drop table"]);
    expect(names.told).toEqual(["0: ENODATA"]);
  });

  test("an A record holds an IPv4 address", () => {
    const names = new Cached().ask().answer(4, ["2001:db8::1", "192.0.2.1"]);
    expect(names.told).toEqual(["4: 192.0.2.1"]);
  });

  test("of thousands of addresses 32 are looked at", () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `192.0.${i >> 8}.${i & 255}`);
    const names = new Cached().ask().answer(0, many);
    expect(names.told[0]?.split(" ")).toHaveLength(33);
  });
});
