/**
 * The check before the clock starts: a benchmark of wrong answers is none.
 *
 * @module
 */
import { connect } from "node:net";
import { octetsOf } from "./variants.mjs";

/** Milliseconds the answers have to arrive in. */
const LIMIT = 5_000;

/**
 * Sends a variant's octets once and requires the right answers, as many as
 * there are requests: status 200, Date, Content-Length and the content, and
 * text/plain where it is text. Echoed content may come chunked instead.
 *
 * @param {import("./contestants.mjs").Contestant} contestant
 * @param {import("./variants.mjs").Variant} variant
 * @param {number} port
 * @returns {Promise<{ octets: number, chunked: boolean }>} the size of one answer, and how its content was framed
 * @throws {Error} that names what is wrong
 */
export async function checkAnswer(contestant, variant, port) {
  const target = contestant.targets[variant.work] ?? "";
  const answers = await exchange(port, octetsOf(variant, target, port).replaceAll("{n}", "42"), variant.depth);
  for (const { head, content } of answers) {
    const want = expected(contestant, variant);
    if (!/^HTTP\/1\.1 200 /.test(head))
      throw new Error(`${target} was answered ${head.slice(0, head.indexOf("\r\n"))}`);
    if (want !== null && content !== want) throw new Error(`${target} has the content ${JSON.stringify(content)}`);
    if (!/^date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/im.test(head)) throw new Error(`${target}: no Date`);
    if (variant.content === "" && !/^content-type: text\/plain/im.test(head))
      throw new Error(`${target}: not text/plain`);
    if (variant.work === "get" && !/^content-length: 13\r$/im.test(head))
      throw new Error(`${target}: no Content-Length`);
  }
  const first = answers[0];
  return {
    octets: (first?.head.length ?? 0) + (first?.framed ?? 0),
    chunked: /^transfer-encoding:/im.test(first?.head ?? ""),
  };
}

/**
 * @param {import("./contestants.mjs").Contestant} contestant
 * @param {import("./variants.mjs").Variant} variant
 * @returns {string | null} null where each server says what it likes
 */
function expected(contestant, variant) {
  if (variant.content !== "") return variant.content;
  if (variant.work === "get" || contestant.canned) return "Hello, World!";
  return variant.work === "hello" ? "Hello, 42!" : contestant.kind === "ours" ? null : "Hello, World!";
}

/**
 * Sends octets and reads `count` answers.
 *
 * @param {number} port
 * @param {string} octets
 * @param {number} count
 * @returns {Promise<Answer[]>}
 */
function exchange(port, octets, count) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(octets, "latin1"));
    /** @type {Answer[]} */
    const answers = [];
    let rest = "";
    const finish = (/** @type {Error | null} */ error) => {
      socket.destroy();
      if (error === null) resolve(answers);
      else reject(error);
    };
    const seen = () => JSON.stringify(rest.slice(0, 300));
    socket.setTimeout(LIMIT, () => finish(new Error(`${answers.length} of ${count} answers came, then ${seen()}`)));
    socket.on("error", finish);
    socket.on("close", () => finish(new Error(`closed after ${answers.length} of ${count} answers, then ${seen()}`)));
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1");
      try {
        for (let answer = readAnswer(rest); answer !== null; answer = readAnswer(rest)) {
          answers.push(answer);
          rest = rest.slice(answer.head.length + answer.framed);
          if (answers.length === count) finish(null);
        }
      } catch (error) {
        finish(/** @type {Error} */ (error));
      }
    });
  });
}

/**
 * @typedef {object} Answer
 * @property {string} head with the empty line
 * @property {string} content
 * @property {number} framed octets of the content on the wire
 */

/**
 * The first answer in what has arrived, or null while it is not complete. RFC 9112 §6.3.
 *
 * @param {string} wire
 * @returns {Answer | null}
 */
function readAnswer(wire) {
  const end = wire.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const head = wire.slice(0, end + 4);
  const rest = wire.slice(end + 4);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    const framed = Number(length);
    return rest.length < framed ? null : { head, content: rest.slice(0, framed), framed };
  }
  if (!/^transfer-encoding: *chunked/im.test(head))
    throw new Error(`the answer has no length: ${JSON.stringify(head)}`);
  let content = "";
  for (let at = 0; ; ) {
    const line = /^([0-9a-f]+)[^\r]*\r\n/i.exec(rest.slice(at));
    if (line === null) return null;
    const size = Number.parseInt(line[1] ?? "", 16);
    const next = at + line[0].length + size + 2;
    if (rest.length < next) return null;
    if (size === 0) return { head, content, framed: next };
    content += rest.slice(at + line[0].length, next - 2);
    at = next;
  }
}
