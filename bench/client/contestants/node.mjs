/**
 * node:http with an agent that keeps its sockets.
 *
 * @module
 */
import { Agent, get } from "node:http";

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "lifo" });
  return {
    call: () =>
      new Promise((resolve, reject) => {
        get(url, { agent }, (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (piece) => {
            text += piece;
          });
          response.on("end", () => resolve(text.length));
          response.on("error", reject);
        }).on("error", reject);
      }),
    close: async () => agent.destroy(),
  };
}
