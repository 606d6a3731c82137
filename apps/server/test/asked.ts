/**
 * One question to a server over either version of HTTP on its cleartext port.
 *
 * @module
 */
import { request as request1 } from "node:http";
import { connect } from "node:http2";

/** A response. */
export interface Asked {
  readonly status: number;
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly content: string;
}

/** Asks with node's own clients. */
export type Ask = (
  port: number,
  method: string,
  path: string,
  fields?: Readonly<Record<string, string>>,
  content?: string,
) => Promise<Asked>;

/** Each version by its name. */
export const VERSIONS: readonly (readonly [name: string, ask: Ask])[] = [
  ["HTTP/1.1", ask1],
  ["HTTP/2", ask2],
];

function ask1(port: number, method: string, path: string, fields = {}, content = ""): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const length = content === "" ? {} : { "content-length": `${Buffer.byteLength(content)}` };
    const sent = request1({ port, method, path, headers: { ...length, ...fields }, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.on("error", reject).on("end", () => {
        resolve({ status: response.statusCode ?? 0, fields: flat(response.headers), content: text });
      });
    });
    sent.on("error", reject).end(content);
  });
}

function ask2(port: number, method: string, path: string, fields = {}, content = ""): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on("error", reject);
    const stream = session.request({ ...fields, ":method": method, ":path": path }, { endStream: content === "" });
    let head: Record<string, unknown> = {};
    let text = "";
    stream.on("response", (received) => {
      head = received;
    });
    stream.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    stream.on("error", reject).on("end", () => {
      session.close();
      resolve({ status: Number(head[":status"]), fields: flat(head), content: text });
    });
    if (content !== "") stream.end(content);
  });
}

function flat(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
