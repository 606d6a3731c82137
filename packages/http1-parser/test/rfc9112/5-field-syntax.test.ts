import { describe, expect, test } from "vitest";
import { HeadSyntaxError, RequestHeadDecoder } from "../../src/index.ts";
import { decodeRequest, decodeResponse, octets, requestError, responseError } from "../wire.ts";

const request = (lines: string): string => `GET / HTTP/1.0\r\n${lines}\r\n\r\n`;

describe("RFC 9112 §5 Field Syntax", () => {
  test("names and values come as they were sent, in their order", () => {
    expect(decodeRequest(request("b: 2\r\nA: 1\r\nB: 3\r\nx-Y: \r\nZ:z"))).toMatchObject({
      fields: ["b", "2", "A", "1", "B", "3", "x-Y", "", "Z", "z"],
    });
  });

  test("S22: SP and HTAB around a value are not part of it; others are never whitespace", () => {
    expect(decodeRequest(request("A: \t 1 2\t3 \t \r\nB:\t\r\nC:   "))).toMatchObject({
      fields: ["A", "1 2\t3", "B", "", "C", ""],
    });
    expect(decodeRequest(request("A: \xa01\xa0"))).toMatchObject({ fields: ["A", "\xa01\xa0"] });
  });

  test("a value holds visible octets, SP, HTAB and obs-text", () => {
    const value = `!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~ \t\x80\xff`;
    expect(decodeRequest(request(`A: ${value}z`))).toMatchObject({ fields: ["A", `${value}z`] });
  });

  test.each([0, 1, 8, 0x0b, 0x0c, 0x0e, 0x1b, 0x1f, 0x7f])("S20: octet %i is in no value and no name", (octet) => {
    const character = String.fromCharCode(octet);
    expect(requestError(request(`A: b${character}c`))).toBe("ERR_HTTP1_FIELD_VALUE");
    expect(requestError(request(`A${character}: b`))).toBe("ERR_HTTP1_FIELD_NAME");
    expect(responseError(`HTTP/1.1 200 OK\r\nA: b${character}c\r\n\r\n`)).toBe("ERR_HTTP1_FIELD_VALUE");
  });

  test.each([":x", "a b: c", "{}: c", "a/b: c", '"a": b', "a(b): c", "\xe9: c", "a", "a;b: c", "@: x", "a\\: x"])(
    "S23: %j has no valid name",
    (line) => {
      expect(requestError(request(line))).toMatch(/^ERR_HTTP1_(FIELD_NAME|SPACE_BEFORE_COLON)$/);
    },
  );

  test("S21: an octet is never turned into another", () => {
    expect(requestError(request("Content\rLength: 5"))).toBe("ERR_HTTP1_FIELD_NAME");
    expect(decodeRequest(request("Content_Length: 5\r\nTransfer_Encoding: chunked"))).toMatchObject({
      fields: ["Content_Length", "5", "Transfer_Encoding", "chunked"],
      contentLength: -1,
      chunked: false,
    });
  });

  test("S31: a name that only looks like a framing field frames nothing", () => {
    const lookalikes = [
      "Content-Lengt",
      "Content-Length2",
      "XContent-Length",
      "Content.Length",
      "Content-Lengtx",
      "CONTENT\x5fLENGTH",
    ];
    for (const name of lookalikes)
      expect(decodeRequest(request(`${name}: 5`)), name).toMatchObject({ contentLength: -1 });
    for (const name of ["content-length", "CONTENT-LENGTH", "cOnTeNt-LeNgTh"])
      expect(decodeRequest(request(`${name}: 5`)), name).toMatchObject({ contentLength: 5 });
    // Characters that equal a letter or hyphen but for the bit 0x20, so far as they are tokens.
    expect(decodeRequest(request("Host: h\r\nContent\x2dLength: 5"))).toMatchObject({ contentLength: 5 });
    expect(requestError(request("Content\x0dLength: 5"))).toBe("ERR_HTTP1_FIELD_NAME");
  });

  test("S99: names of Object.prototype are names like any other", () => {
    expect(decodeRequest(request("__proto__: a\r\nconstructor: b\r\ntoString: c"))).toMatchObject({
      fields: ["__proto__", "a", "constructor", "b", "toString", "c"],
    });
    expect(Object.prototype).not.toHaveProperty("a");
  });

  test("S51: a refusal quotes few of the peer's octets, and those escaped", () => {
    const decoder = new RequestHeadDecoder();
    const wire = octets(`GET / HTTP/1.1\r\nHost: \xff${"\xe9".repeat(1000)}\r\n\r\n`);
    let message = "";
    try {
      decoder.decode(wire, 0, wire.length);
    } catch (error) {
      expect(error).toBeInstanceOf(HeadSyntaxError);
      message = (error as HeadSyntaxError).message;
    }
    expect(message).toMatch(/^[ -~…§]+$/);
    expect(message).toContain("\\xff\\xe9");
    expect(message.length).toBeLessThan(300);
    expect(() => decoder.decode(octets("\x1b"), 0, 1)).toThrow(TypeError);
    decoder.reset();
    expect(() => decoder.decode(octets("\x1b"), 0, 1)).toThrow(/found 0x1b$/);
  });
});

describe("RFC 9112 §5.1 Field Line Parsing", () => {
  test.each(["Content-Length : 5", "Content-Length\t: 5", "X : y", "Transfer-Encoding : chunked"])(
    "S17: refuses %j",
    (line) => {
      expect(requestError(request(line))).toBe("ERR_HTTP1_SPACE_BEFORE_COLON");
      expect(responseError(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n`)).toBe("ERR_HTTP1_SPACE_BEFORE_COLON");
    },
  );

  test("spaceBeforeColon drops it, and the field counts", () => {
    const lenient = { spaceBeforeColon: true };
    expect(decodeResponse("HTTP/1.1 200 OK\r\nContent-Length \t: 5\r\n\r\n", {}, lenient)).toMatchObject({
      fields: ["Content-Length", "5"],
      contentLength: 5,
    });
    expect(responseError("HTTP/1.1 200 OK\r\nA b: 5\r\n\r\n", {}, lenient)).toBe("ERR_HTTP1_FIELD_NAME");
  });
});

describe("RFC 9112 §5.2 Obsolete Line Folding", () => {
  test.each([" c", "\tc", " ", "\tTransfer-Encoding: chunked"])("S19: %j after a field line is refused", (line) => {
    expect(requestError(request(`A: b\r\n${line}`))).toBe("ERR_HTTP1_OBS_FOLD");
    expect(responseError(`HTTP/1.1 200 OK\r\nA: b\r\n${line}\r\n\r\n`)).toBe("ERR_HTTP1_OBS_FOLD");
  });

  test("obsFold makes each fold one SP", () => {
    const lenient = { obsFold: true };
    expect(decodeRequest(request("A: b \r\n\t c\r\n d\r\nE:\r\n f\r\nG: \r\n \r\nH: i"), {}, lenient)).toMatchObject({
      fields: ["A", "b c d", "E", "f", "G", "", "H", "i"],
    });
    expect(decodeRequest("GET / HTTP/1.0\nA: b\n c\n\n", {}, { ...lenient, bareLf: true })).toMatchObject({
      fields: ["A", "b c"],
    });
  });

  test.each([
    "Transfer-Encoding: gzip\r\n chunked",
    "Content-Length: 1\r\n 0",
    "Host: a\r\n b",
    "Connection: close,\r\n x",
  ])("S4: obsFold does not extend to what frames and routes: %j", (lines) => {
    expect(requestError(request(lines), {}, { obsFold: true })).toBe("ERR_HTTP1_OBS_FOLD");
  });

  test("obsFold does not make the first line a fold", () => {
    expect(requestError(request(" A: b"), {}, { obsFold: true })).toBe("ERR_HTTP1_LEADING_SPACE");
  });
});

describe("RFC 9110 §5.4 Field Limits", () => {
  test("S93: more fields than maxFields are 431, when the first too many begins", () => {
    const lines = Array.from({ length: 100 }, (_, i) => `X${i}: ${i}`).join("\r\n");
    const head = decodeRequest(request(lines));
    expect(head).toHaveProperty("fields.length", 200);
    expect(decodeRequest(`GET / HTTP/1.0\r\n${lines}\r\nX`)).toEqual({
      code: "ERR_HTTP1_TOO_MANY_FIELDS",
      status: 431,
    });
    expect(requestError(request("A: b"), { maxFields: 0 })).toBe("ERR_HTTP1_TOO_MANY_FIELDS");
  });

  test("more fields than the defaults allow can be allowed", () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `X${i}: ${i}`).join("\r\n");
    expect(decodeRequest(request(lines), { maxFields: 1000, maxHeadOctets: 100_000 })).toHaveProperty(
      "fields.1999",
      "999",
    );
    // and the next decoder, which shares memory with it, is none the worse
    expect(decodeRequest(request("A: b"))).toMatchObject({ fields: ["A", "b"] });
  });

  test("S93: a head beyond maxHeadOctets is 431, however it is cut", () => {
    const wire = request(`A: ${"b".repeat(20)}`);
    expect(decodeRequest(wire, { maxHeadOctets: wire.length })).toMatchObject({ rest: "" });
    expect(decodeRequest(wire, { maxHeadOctets: wire.length - 1 })).toEqual({
      code: "ERR_HTTP1_HEAD_TOO_LARGE",
      status: 431,
    });
    expect(requestError(`GET / HTTP/1.1\r\nA: ${"b".repeat(16_384)}`)).toBe("ERR_HTTP1_HEAD_TOO_LARGE");
    expect(responseError(`HTTP/1.1 200 OK\r\nA: ${"b".repeat(16_384)}`)).toBe("ERR_HTTP1_HEAD_TOO_LARGE");
    expect(responseError(`HTTP/1.1 200 ${"b".repeat(16_384)}`)).toBe("ERR_HTTP1_HEAD_TOO_LARGE");
  });

  test.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, 2 ** 31])("%d is no limit", (limit) => {
    expect(() => new RequestHeadDecoder({ maxHeadOctets: limit })).toThrow(RangeError);
  });

  test("limits are those that were given, not those of a prototype", () => {
    const polluted: object = Object.create({ maxHeadOctets: 1 });
    expect(decodeRequest(request("A: b"), polluted)).toMatchObject({ fields: ["A", "b"] });
  });

  test("S97: one octet in each segment costs each octet once", () => {
    const head = octets(
      `GET / HTTP/1.1\r\nHost: h\r\n${"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(2500)}\r\n`,
    );
    const decoder = new RequestHeadDecoder({ maxHeadOctets: 2 ** 20, maxFields: 10_000 });
    const cost = (length: number): number => {
      const bytes = new Uint8Array([...head.subarray(0, length), 13, 10, 13, 10]);
      decoder.reset();
      const start = process.cpuUsage();
      for (let at = 0; at < bytes.length; at++) if (decoder.decode(bytes, at, at + 1) !== -1) break;
      return process.cpuUsage(start).user;
    };
    cost(head.length); // warm
    // A tick of the processor's clock may be 10 ms here and 1 µs there, so that the small one can cost nothing.
    const small = Math.max(10_000, Math.min(cost(10_000), cost(10_000), cost(10_000)));
    const large = Math.min(cost(100_000), cost(100_000), cost(100_000));
    expect(large / small).toBeLessThan(60); // about one; a quadratic decoder looks at 5,000,000,000 octets
  });

  test("S98: 10,000 names made to collide cost what 10,000 others do", () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `${i * 4096}: x`).join("\r\n");
    const start = process.cpuUsage();
    const wire = octets(request(names));
    const decoder = new RequestHeadDecoder({ maxHeadOctets: 2 ** 20, maxFields: 10_000 });
    expect(decoder.decode(wire, 0, wire.length)).toBe(wire.length);
    expect(decoder.fields.length).toBe(20_000);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(500);
  });

  test.each([
    ["target", (n: number) => `GET /${"a".repeat(n)} HTTP/1.0\r\n\r\n`],
    ["absolute target", (n: number) => `GET http://h/${"a".repeat(n)} HTTP/1.0\r\n\r\n`],
    ["authority", (n: number) => `GET http://${"a".repeat(n)}/ HTTP/1.0\r\n\r\n`],
    ["name", (n: number) => request(`${"A".repeat(n)}: b`)],
    ["value of spaces", (n: number) => request(`A: ${" ".repeat(n)}`)],
    ["value of words", (n: number) => request(`A: ${" x".repeat(n / 2)}`)],
    ["Host", (n: number) => request(`Host: ${"a".repeat(n)}`)],
    ["Connection of commas", (n: number) => request(`Connection: ${", ".repeat(n / 2)}`)],
    ["Connection of spaces", (n: number) => request(`Connection: ${" ".repeat(n)}close`)],
    ["Expect of commas", (n: number) => request(`Expect: ${"\t,".repeat(n / 2)}`)],
    ["Content-Length of zeros", (n: number) => request(`Content-Length: ${"0".repeat(n)}`)],
  ])("S100: a megabyte of %s takes less than 50 ms", (_, wire) => {
    const decoder = new RequestHeadDecoder({ maxHeadOctets: 2 ** 21, maxTargetOctets: 2 ** 21 });
    const cost = (bytes: Uint8Array): number => {
      const cpu = process.cpuUsage(); // of this process alone, though of all its threads: the machine has other work
      const start = performance.now();
      const end = decoder.decode(bytes, 0, bytes.length);
      const elapsed = performance.now() - start;
      const { user } = process.cpuUsage(cpu);
      expect(end).toBe(bytes.length);
      return Math.min(elapsed, user / 1000);
    };
    const small = octets(wire(2 ** 16));
    for (let run = 0; run < 20; run++) cost(small); // until it is compiled
    const large = octets(wire(2 ** 20));
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 20 && best >= 50; run++) best = Math.min(best, cost(large));
    expect(best).toBeLessThan(50);
  });

  test("S106: what is kept of a cut head is its octets and nothing of the memory around them", () => {
    const decoder = new RequestHeadDecoder();
    const wire = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";
    for (const character of wire) {
      const bytes = octets(`secret${character}secret`);
      decoder.decode(bytes, 6, 7);
      bytes.fill(0);
    }
    expect(decoder).toMatchObject({ method: "GET", target: "/", fields: ["Host", "h", "A", "b"] });
  });
});
