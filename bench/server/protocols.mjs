/**
 * What differs between a run over HTTP/1.1 and one over HTTP/2: who takes
 * part, in what, how an answer is checked and how load is made.
 *
 * @module
 */
import { checkAnswer } from "./answer.mjs";
import { CONTESTANTS } from "./contestants.mjs";
import { checkH2Answers } from "./http2/answer.mjs";
import { H2_CONTESTANTS } from "./http2/contestants.mjs";
import { openingOctets, SETTINGS_ACK } from "./http2/idle.mjs";
import { driveH2 } from "./http2/load.mjs";
import { H2_VARIANTS } from "./http2/variants.mjs";
import { drive } from "./load.mjs";
import { h2Verdicts, memoryVerdicts, serverVerdicts } from "./targets.mjs";
import { CONNECTIONS, octetsOf, VARIANTS } from "./variants.mjs";

/**
 * @typedef {import("./contestants.mjs").Contestant} Contestant
 *
 * @typedef {object} Protocol
 * @property {string} generator the program that makes the load
 * @property {string} distributed its package in Debian
 * @property {Readonly<Record<string, Contestant>>} contestants
 * @property {Readonly<Record<string, { title: string, work: import("./contestants.mjs").Work }>>} variants
 * @property {(contestant: Contestant, variant: string, port: number) => Promise<import("./rounds.mjs").Row["answer"]>} check
 * @property {(contestant: Contestant, variant: string, to: { core: number, port: number, seconds: number }) => Promise<import("./load.mjs").Load>} drive
 * @property {(contestant: Contestant, port: number) => string} opening what an idle connection sends before it rests
 * @property {(received: string) => boolean} answered whether all of its answer came; throws if it is a wrong one
 * @property {string} acknowledgment what it sends then
 * @property {(rows: import("./memory.mjs").MemoryRow[]) => import("./targets.mjs").Verdict[]} memoryVerdicts
 * @property {(variants: Record<string, import("./rounds.mjs").Row[]>) => import("./targets.mjs").Verdict[]} verdicts
 */

/** @type {Protocol} */
export const HTTP1 = {
  generator: "wrk",
  distributed: "wrk",
  contestants: CONTESTANTS,
  variants: VARIANTS,
  check: (contestant, name, port) => checkAnswer(contestant, known(VARIANTS, name), port),
  drive: (contestant, name, to) => {
    const variant = known(VARIANTS, name);
    const octets = octetsOf(variant, contestant.targets[variant.work] ?? "", to.port);
    return drive({ ...to, connections: CONNECTIONS, octets });
  },
  opening: ({ targets }, port) => octetsOf(known(VARIANTS, "get"), targets.get ?? "", port),
  answered: (received) => {
    if (received.startsWith("HTTP/1.1 200 ")) return true;
    throw new Error(`answered ${received.slice(0, 40)}`);
  },
  acknowledgment: "",
  verdicts: serverVerdicts,
  memoryVerdicts,
};

/** @type {Protocol} */
export const HTTP2 = {
  generator: "h2load",
  distributed: "nghttp2-client",
  contestants: H2_CONTESTANTS,
  variants: H2_VARIANTS,
  check: async (contestant, name, port) => {
    const variant = known(H2_VARIANTS, name);
    await checkH2Answers(contestant.targets[variant.work] ?? "", variant, port);
    return null;
  },
  drive: (contestant, name, to) => {
    const variant = known(H2_VARIANTS, name);
    return driveH2({ ...to, target: contestant.targets[variant.work] ?? "", variant });
  },
  opening: ({ targets }, port) => openingOctets(targets.get ?? "", port),
  answered: (received) => received.endsWith("Hello, World!") || received.includes("Hello, World!\0"),
  acknowledgment: SETTINGS_ACK,
  verdicts: h2Verdicts,
  memoryVerdicts: () => [], // nothing was promised
};

/** @param {{ h2: boolean }} options */
export function protocolOf({ h2 }) {
  return h2 ? HTTP2 : HTTP1;
}

/**
 * @template T
 * @param {Readonly<Record<string, T>>} all
 * @param {string} name
 */
function known(all, name) {
  const one = all[name];
  if (one === undefined) throw new Error(`${name}: unknown`);
  return one;
}
