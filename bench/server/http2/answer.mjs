/**
 * The check before the clock starts, over HTTP/2: by node:http2's client, which shares no code with ours.
 *
 * @module
 */
import { connect } from "node:http2";
import { contentOf, pathOf, STREAMS } from "./variants.mjs";

/** Milliseconds the answers have to arrive in. */
const LIMIT = 5_000;

/**
 * Opens as many streams at once as the load will and requires the right
 * answer on each: status 200, Date, Content-Length and the content.
 *
 * @param {string} target
 * @param {import("./variants.mjs").H2Variant} variant
 * @param {number} port
 * @throws {Error} that names what is wrong
 */
export async function checkH2Answers(target, variant, port) {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const failed = new Promise((_, reject) => {
      session.once("error", reject);
      session.setTimeout(LIMIT, () => reject(new Error(`${target}: no answer in ${LIMIT} ms`)));
    });
    const streams = Array.from({ length: STREAMS }, (_, n) => exchange(session, pathOf(target, n), variant.fields));
    const answers = /** @type {Answer[]} */ (await Promise.race([Promise.all(streams), failed]));
    for (const [n, answer] of answers.entries()) check(pathOf(target, n), contentOf(variant.work, n), answer);
  } finally {
    session.destroy();
  }
}

/** @param {string} path @param {string} want @param {Answer} answer */
function check(path, want, { fields, content }) {
  if (fields[":status"] !== 200) throw new Error(`${path} was answered ${fields[":status"]}`);
  if (content !== want) throw new Error(`${path} has the content ${JSON.stringify(content)}`);
  if (fields["content-length"] !== `${want.length}`) throw new Error(`${path}: no Content-Length`);
  if (!/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(fields.date ?? "")) throw new Error(`${path}: no Date`);
}

/**
 * @typedef {{ fields: import("node:http2").IncomingHttpHeaders & import("node:http2").IncomingHttpStatusHeader, content: string }} Answer
 */

/**
 * @param {import("node:http2").ClientHttp2Session} session
 * @param {string} path
 * @param {import("./variants.mjs").H2Variant["fields"]} fields
 * @returns {Promise<Answer>}
 */
function exchange(session, path, fields) {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path, ...Object.fromEntries(fields) });
    /** @type {Answer} */
    const answer = { fields: {}, content: "" };
    stream.setEncoding("latin1");
    stream.on("response", (received) => {
      answer.fields = received;
    });
    stream.on("data", (chunk) => {
      answer.content += chunk;
    });
    stream.once("error", reject);
    stream.once("end", () => resolve(answer));
  });
}
