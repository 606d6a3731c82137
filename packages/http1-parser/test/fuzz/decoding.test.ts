/**
 * Whatever comes, and however it is cut: a message, a wish for more, or a typed
 * error; and the same for the whole as for its pieces.
 *
 * `FUZZ_RUNS` sets how many cases each test tries, `FUZZ_SEED` which ones; a
 * failure prints its seed and the smallest case.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ChunkedDecoder,
  type ChunkedLimits,
  ChunkedSyntaxError,
  encodeChunkHead,
  encodeFields,
  encodeRequestLine,
  encodeStatusLine,
  encodeTrailers,
  HeadSyntaxError,
  type Leniency,
  latin1,
  PARTIAL,
  RequestHeadDecoder,
  ResponseHeadDecoder,
} from "../../src/index.ts";
import { octets } from "../wire.ts";

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 2000) };
const limits = { maxHeadOctets: 300, maxTargetOctets: 60, maxFields: 6, maxMethodOctets: 12, maxLeadingEmptyLines: 2 };
const chunkedLimits = {
  maxChunkExtensionOctets: 12,
  maxTotalExtensionOctets: 20,
  maxTrailerOctets: 60,
  maxTrailerFields: 3,
};

describe("whole equals cut", () => {
  test("request heads", () => {
    fc.assert(
      fc.property(mutated(requestPiece()), cuts(), leniency(), (wire, at, lenient) => {
        const run = (segments: readonly string[]): object =>
          runHeads(new RequestHeadDecoder(limits, lenient), segments);
        requireSame(wire, at, run);
      }),
      runs,
    );
  });

  test("response heads", () => {
    fc.assert(
      fc.property(mutated(responsePiece()), cuts(), leniency(), (wire, at, lenient) => {
        const run = (segments: readonly string[]): object =>
          runHeads(new ResponseHeadDecoder(limits, lenient), segments);
        requireSame(wire, at, run);
      }),
      runs,
    );
  });

  test("chunked content", () => {
    fc.assert(
      fc.property(mutated(chunkedPiece()), cuts(), leniency(), (wire, at, lenient) => {
        requireSame(wire, at, (segments) => runChunked(segments, lenient, chunkedLimits));
      }),
      runs,
    );
  });

  test("any octets at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), cuts(), leniency(), (bytes, at, lenient) => {
        const wire = latin1(bytes, 0, bytes.length);
        requireSame(wire, at, (segments) => runHeads(new RequestHeadDecoder(limits, lenient), segments));
        requireSame(wire, at, (segments) => runHeads(new ResponseHeadDecoder(limits, lenient), segments));
        requireSame(wire, at, (segments) => runChunked(segments, lenient, chunkedLimits));
      }),
      runs,
    );
  });
});

describe("what is decoded keeps its promises", () => {
  test("S20, S42: no accepted head holds an octet that could not be sent on", () => {
    fc.assert(
      fc.property(mutated(requestPiece()), leniency(), (wire, lenient) => {
        const decoder = new RequestHeadDecoder(limits, lenient);
        const bytes = octets(wire);
        try {
          if (decoder.decode(bytes, 0, bytes.length) === PARTIAL) return;
        } catch {
          return;
        }
        const again = `${encodeRequestLine(decoder.method, decoder.target)}${encodeFields(decoder.fields)}\r\n`;
        const copy = new RequestHeadDecoder({ maxHeadOctets: 1000 });
        if (decoder.minor === 0 || lenientlyFramed(lenient)) return; // HTTP/1.1 and strict reading refuse more
        expect(copy.decode(octets(again), 0, again.length)).toBe(again.length);
        expect(headOf(copy)).toEqual(headOf(decoder));
      }),
      runs,
    );
  });

  test("S1, S7: an accepted request never has two framings", () => {
    fc.assert(
      fc.property(mutated(requestPiece()), (wire) => {
        const decoder = new RequestHeadDecoder(limits);
        const bytes = octets(wire);
        try {
          if (decoder.decode(bytes, 0, bytes.length) === PARTIAL) return;
        } catch {
          return;
        }
        const names = decoder.fields.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
        const count = (name: string): number => names.filter((other) => other === name).length;
        expect(count("content-length") + count("transfer-encoding")).toBeLessThanOrEqual(1);
        expect(decoder.chunked).toBe(count("transfer-encoding") === 1);
        expect(decoder.contentLength >= 0).toBe(count("content-length") === 1);
        expect(count("host")).toBe(decoder.minor === 1 ? 1 : Math.min(1, count("host")));
      }),
      runs,
    );
  });
});

describe("round trip", () => {
  const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/);
  const value = fc.stringMatching(/^(|[\x21-\x7e\x80-\xff]([\t \x21-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?)$/);
  const ours = /^(host|content-length|transfer-encoding|connection|expect|upgrade)$/i;
  const fields = fc
    .array(
      fc.tuple(
        token.filter((name) => !ours.test(name)),
        value,
      ),
      { maxLength: 5 },
    )
    .map((list) => list.flat());

  test("requests", () => {
    const target = fc.stringMatching(/^\/[!"$-~]{0,20}$/);
    fc.assert(
      fc.property(
        token.filter((method) => method !== "CONNECT"),
        target,
        fields,
        cuts(),
        (method, path, list, at) => {
          const sent = ["Host", "h", ...list];
          const wire = `${encodeRequestLine(method, path)}${encodeFields(sent)}\r\n`;
          const decoder = new RequestHeadDecoder();
          for (const segment of split(wire, at)) decoder.decode(octets(segment), 0, segment.length);
          expect([decoder.method, decoder.target, decoder.fields, decoder.pending]).toEqual([
            method,
            path,
            sent,
            false,
          ]);
        },
      ),
      runs,
    );
  });

  test("responses", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), value, fields, cuts(), (status, reason, list, at) => {
        const wire = `${encodeStatusLine(status, reason)}${encodeFields(list)}\r\n`;
        const decoder = new ResponseHeadDecoder();
        for (const segment of split(wire, at)) decoder.decode(octets(segment), 0, segment.length);
        expect([decoder.status, decoder.reason, decoder.fields]).toEqual([status, reason, list]);
      }),
      runs,
    );
  });

  test("chunked content and trailers", () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => latin1(bytes, 0, bytes.length));
    const trailers = fields.map((list) => list.map((item, i) => (i % 2 === 0 ? `X-${item}` : item)));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), trailers, cuts(), (chunks, list, at) => {
        const wire = chunks.map((data) => `${encodeChunkHead(data.length)}${data}\r\n`).join("") + encodeTrailers(list);
        expect(runChunked(split(`${wire}rest`, at), {})).toEqual({
          content: chunks.join(""),
          trailers: [list],
          rest: "rest",
        });
      }),
      runs,
    );
  });
});

/** Pieces of messages, right and wrong, in any order: nearer to the edges than octets by chance. */
function requestPiece(): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        "GET / HTTP/1.1\r\nHost: h\r\n",
        "POST /a?b HTTP/1.1\r\nhost: h:80\r\n",
        "GET / HTTP/1.0\r\n",
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "OPTIONS * HTTP/1.1\r\n",
        "CONNECT h:443 HTTP/1.1\r\n",
        "GET http://h/ HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n",
      ),
    },
    { weight: 5, arbitrary: fieldPiece() },
    { weight: 1, arbitrary: fc.constantFrom("GET", " ", "/", "HTTP/1.1", "HTTP/1.2", "\r\n", "*", "http://", "#") },
  );
}

function responsePiece(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("HTTP/1.1 200 OK\r\n", "HTTP/1.0 404 \r\n", "HTTP/1.1 100\r\n") },
    { weight: 5, arbitrary: fieldPiece() },
    { weight: 1, arbitrary: fc.constantFrom("HTTP/", "1.1", " ", "200", "\xe9") },
  );
}

function fieldPiece(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      "\r\n",
      "A: b\r\n",
      "Content-Length: 5\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Connection: close\r\n",
      "Connection: keep-alive, upgrade\r\n",
      "Upgrade: x\r\n",
      "Expect: 100-continue\r\n",
      "Host: h\r\n",
      "Accept: text/html,application/xhtml+xml\t;q=0.9  \r\n",
    ),
    fc.constantFrom(
      "\n",
      "\r",
      "\t",
      " ",
      ":",
      "\0",
      "\x7f",
      "\xff",
      ",",
      "5",
      "gzip",
      "chunked",
      " \r\n",
      "\r\n folded\r\n",
      "A : b\r\n",
    ),
  );
}

function chunkedPiece(): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom("4\r\nWiki\r\n", "5;a=b\r\npedia\r\n", "a\r\n0123456789\r\n", "0\r\n", "\r\n"),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom("X: y\r\n", "Content-Length: 5\r\n", "Vary: a\r\n", '1;a="b\\"c";d\r\nx\r\n'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "\n",
        "\r",
        " ",
        "\t",
        ";",
        "=",
        '"',
        "\\",
        "0",
        "f",
        "ffffffffffffffff",
        "\0",
        "\xff",
        ":",
      ),
    },
  );
}

/** A few pieces, of which some octets are then replaced. */
function mutated(piece: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.tuple(
    fc.nat(200),
    fc.constantFrom("\r", "\n", " ", "\t", ":", "\0", "a", "/", ",", ";", "\x80", "\x7f"),
  );
  return fc
    .tuple(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(change, { maxLength: 2 })),
    )
    .map(([pieces, changes]) => {
      let wire = pieces.join("");
      for (const [at, octet] of changes) if (at < wire.length) wire = wire.slice(0, at) + octet + wire.slice(at + 1);
      return wire;
    });
}

function cuts(): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(150), { maxLength: 6 });
}

function leniency(): fc.Arbitrary<Partial<Leniency>> {
  const flag = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
  return fc.record({
    bareLf: flag,
    obsFold: flag,
    spaceBeforeColon: flag,
    equalContentLengths: flag,
    transferEncodingOverContentLength: flag,
    unknownTransferCodings: flag,
    missingReasonSpace: flag,
    chunkWhitespace: flag,
  });
}

function lenientlyFramed(lenient: Partial<Leniency>): boolean {
  return lenient.equalContentLengths === true || lenient.transferEncodingOverContentLength === true;
}

function requireSame(wire: string, at: readonly number[], run: (segments: readonly string[]) => object): void {
  const whole = run([wire]);
  expect(run(split(wire, at)), "cut").toEqual(whole);
  expect(run([...wire]), "octet by octet").toEqual(whole);
}

function split(wire: string, at: readonly number[]): string[] {
  const bounds = [0, ...at.filter((cut) => cut < wire.length).sort((a, b) => a - b), wire.length];
  return bounds.slice(1).map((bound, i) => wire.slice(bounds[i], bound));
}

/** All heads of a wire, one after the other, and how it ended. */
function runHeads(decoder: RequestHeadDecoder | ResponseHeadDecoder, segments: readonly string[]): object {
  const heads: object[] = [];
  try {
    for (const segment of segments) {
      const bytes = octets(segment);
      for (let at = 0; at < bytes.length; ) {
        at = decoder.decode(bytes, at, bytes.length);
        if (at === PARTIAL) break;
        heads.push(headOf(decoder));
      }
      bytes.fill(0x21); // lent for the call only
    }
  } catch (error) {
    if (!(error instanceof HeadSyntaxError)) throw error;
    return { heads, refused: error.code, message: error.message };
  }
  return { heads, pending: decoder.pending };
}

function headOf(decoder: RequestHeadDecoder | ResponseHeadDecoder): object {
  const { minor, fields, contentLength, chunked, keepAlive, upgrade } = decoder;
  const common = { minor, fields, contentLength, chunked, keepAlive, upgrade };
  if (decoder instanceof ResponseHeadDecoder) return { ...common, status: decoder.status, reason: decoder.reason };
  const { method, target, form, expectContinue, host, authority } = decoder;
  return { ...common, method, target, form, expectContinue, host, authority };
}

function runChunked(segments: readonly string[], lenient: Partial<Leniency>, bounds?: Partial<ChunkedLimits>): object {
  const result = { content: "", trailers: [] as string[][], rest: "" };
  const visitor = {
    onContent: (bytes: Uint8Array, start: number, end: number) => {
      expect(end).toBeGreaterThan(start);
      result.content += latin1(bytes, start, end);
    },
    onTrailers: (fields: string[]) => result.trailers.push(fields),
  };
  const decoder = new ChunkedDecoder(visitor, bounds, lenient);
  try {
    for (const segment of segments) {
      const bytes = octets(segment);
      const end = decoder.decode(bytes, 0, bytes.length);
      bytes.fill(0x21); // lent for the call only
      result.rest += segment.slice(end);
    }
  } catch (error) {
    if (!(error instanceof ChunkedSyntaxError)) throw error;
    return { ...result, refused: error.code, message: error.message };
  }
  return result;
}
