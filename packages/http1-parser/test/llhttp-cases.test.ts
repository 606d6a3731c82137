/**
 * The 272 messages of llhttp's own tests, with the log of Node's parser.
 *
 * We agree wherever RFC 9112 does; every disagreement is a row of
 * `llhttp-cases/disagreements.ts`, with its section, and of DISAGREEMENTS.md.
 */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type HeadSyntaxError, RequestHeadDecoder } from "../src/index.ts";
import { DISAGREEMENTS, SWITCHES, WITHOUT_HOST } from "./llhttp-cases/disagreements.ts";
import { fromDecoders, fromLog, type LlhttpCase, type Transcript } from "./llhttp-cases/transcript.ts";
import { octets } from "./wire.ts";

const vectors = process.env.STACK_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));
const file = `${vectors}/llhttp-cases/cases.json`;
const cases: LlhttpCase[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
const idOf = (llhttp: LlhttpCase): string => `${llhttp.file}:${llhttp.line}`;
const wireOf = (llhttp: LlhttpCase): string => Buffer.from(llhttp.input, "base64").toString("latin1");

describe.skipIf(cases.length === 0)("llhttp's cases", () => {
  test("all of them are here", () => {
    expect(cases.length).toBe(272);
    const ids = new Set(cases.map(idOf));
    expect([...Object.keys(DISAGREEMENTS), ...WITHOUT_HOST].filter((id) => !ids.has(id))).toEqual([]);
  });

  test.each(cases.filter(({ type }) => type !== "url").map((llhttp) => [idOf(llhttp), llhttp.title, llhttp] as const))(
    "%s %s",
    (id, _, llhttp) => {
      const isRequest = llhttp.type.startsWith("request");
      const leniency = SWITCHES[llhttp.type.replace(/^re[a-z]+-/, "")] ?? {};
      const run = (wire: string): Transcript =>
        fromDecoders(octets(wire), isRequest, llhttp.meta.skipBody === true, leniency);
      const wire = wireOf(llhttp);
      if (isRequest)
        expect(run(wire).code === "ERR_HTTP1_HOST", "listed in WITHOUT_HOST").toBe(WITHOUT_HOST.includes(id));
      const ours = run(WITHOUT_HOST.includes(id) ? withHost(wire) : wire);
      const row = DISAGREEMENTS[id];
      if (row === undefined) expect(comparable(ours)).toEqual(comparable(fromLog(llhttp)));
      else {
        expect(ours.code === "" ? "accepted" : ours.code).toBe(row.ours);
        expect(comparable(ours), "no longer a disagreement").not.toEqual(comparable(fromLog(llhttp)));
      }
    },
  );

  test.each(cases.filter(({ type }) => type === "url").map((llhttp) => [idOf(llhttp), llhttp.title, llhttp] as const))(
    "%s %s",
    (id, _, llhttp) => {
      const decoder = new RequestHeadDecoder();
      const head = octets(`GET ${wireOf(llhttp)} HTTP/1.1\r\nHost: h\r\n\r\n`);
      let code = "accepted";
      try {
        decoder.decode(head, 0, head.length);
      } catch (error) {
        code = (error as HeadSyntaxError).code;
      }
      const row = DISAGREEMENTS[id];
      if (row !== undefined) expect([code, llhttp.error]).toEqual([row.ours, null]);
      else if (llhttp.error !== null) expect(code).toMatch(/^ERR_HTTP1_/);
      else {
        expect(code).toBe("accepted");
        const host = llhttp.log
          .map((entry) => / span\[url\.host\]="(.*)"$/.exec(entry)?.[1])
          .find((found) => found !== undefined);
        expect(decoder.authority).toBe(host ?? "h");
      }
    },
  );

  test("what a response in an unknown coding is read as with unknownTransferCodings is RFC 9112 §6.3 rule 4, as llhttp does", () => {
    const ids = [
      "response/transfer-encoding.md:46",
      "response/transfer-encoding.md:77",
      "response/transfer-encoding.md:115",
    ];
    const read = cases.filter((llhttp) => ids.includes(idOf(llhttp)));
    expect(read.length).toBe(3);
    for (const llhttp of read) {
      const ours = fromDecoders(octets(wireOf(llhttp)), false, false, { unknownTransferCodings: true });
      expect(comparable(ours)).toEqual(comparable(fromLog(llhttp)));
    }
  });
});

test("DISAGREEMENTS.md shows the table", async () => {
  await expect(page()).toMatchFileSnapshot("../DISAGREEMENTS.md");
});

/** Puts a Host field into each HTTP/1.1 head that has none. */
function withHost(wire: string): string {
  return wire.replace(/( HTTP\/1\.1\r?\n)((?:[^\r\n]+\r?\n)*)/g, (head, line: string, fields: string) =>
    /^host *:/im.test(fields) ? head : `${line}Host: put-in\r\n${fields}`,
  );
}

/** Without our own Host, and without a message that was refused before its end: where exactly is not comparable. */
function comparable({ messages, end }: Transcript): object {
  const last = messages.at(-1);
  const told = end === "refused" && last?.complete === false ? messages.slice(0, -1) : messages;
  return {
    end,
    messages: told.map((message) => ({
      ...message,
      start: utf8(message.start),
      content: utf8(message.content),
      fields: message.fields.map(utf8).filter((item, i, all) => item !== "put-in" && all[i + 1] !== "put-in"),
    })),
  };
}

/** The log was written as UTF-8; our strings are latin1. A string that is not latin1 comes from the log. */
function utf8(text: string): string {
  const decoded = Buffer.from(text, "latin1").toString("utf8");
  return decoded.includes("\ufffd") ? text : decoded;
}

function page(): string {
  const rows = Object.entries(DISAGREEMENTS).map(
    ([id, { ours, section, why }]) => `- **${id}**, ${ours === "accepted" ? ours : `\`${ours}\``}, ${section}: ${why}.`,
  );
  return `# Where we part from Node's parser

Of the 272 messages of llhttp's tests, the rest is read alike. This page is
checked against \`test/llhttp-cases/disagreements.ts\` by the tests: a case that
neither agrees nor is listed fails, and so does one that is listed and agrees.
\`DATA_AFTER_CLOSE\` is no code of the parser but of the test that drives it:
octets came after a message with which the connection ends.

Each line: the case, what we do, by which section, and why.

${rows.join("\n")}

## Without Host

${WITHOUT_HOST.length} more are requests of HTTP/1.1 without a Host field. RFC 9112 §3.2 has a server
refuse them with 400, and we do (\`ERR_HTTP1_HOST\`); llhttp leaves it to Node's
HTTP server. With a Host field put in they are read alike, but for those listed above too.

${WITHOUT_HOST.map((id) => `- ${id}`).join("\n")}
`;
}
