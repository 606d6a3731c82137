/**
 * A process that calls: so many calls at once, each followed by the next, for so long.
 *
 * Measures its own CPU time, all threads and the kernel's share, over the calls
 * that were complete in the window.
 *
 * @module
 */
import { pathToFileURL } from "node:url";

/**
 * @typedef {object} Settings
 * @property {string} url
 * @property {number} connections
 * @property {number} pipelined requests at once on a connection
 *
 * @typedef {object} Caller
 * @property {() => Promise<number>} call resolves with the characters of the content
 * @property {() => Promise<unknown>} close
 *
 * @typedef {(settings: Settings) => Caller} Open
 *
 * @typedef {object} Load
 * @property {string} module the contestant's
 * @property {Settings} settings
 * @property {number} expected characters of each answer
 * @property {number} warmup seconds
 * @property {number} duration seconds
 */

/** Calls after which a client counts as warm, and how many warm-ups it may take. */
const WARM = 30_000;
const MOST_TURNS = 4;

/** @type {Load} */
const { module, settings, expected, warmup, duration } = JSON.parse(process.argv[2] ?? "");
/** @type {{ open: Open }} */
const { open } = await import(pathToFileURL(module).href);
const { call, close } = open(settings);

// The answer is proved before it is timed.
const length = await call();
if (length !== expected) throw new Error(`the answer has ${length} characters, not ${expected}`);

let calls = 0;
let running = true;

async function loop() {
  while (running) {
    if ((await call()) !== expected) throw new Error("a wrong answer");
    calls++;
  }
}

const loops = Array.from({ length: settings.connections * settings.pipelined }, loop);
// On a busy machine some seconds may be few calls, and what is not compiled yet is not what is measured.
for (let turn = 0; turn < MOST_TURNS && calls < WARM; turn++) await wait(warmup);
const before = process.cpuUsage();
const callsBefore = calls;
const started = performance.now();
await wait(duration);
const { user, system } = process.cpuUsage(before);
const counted = calls - callsBefore;
const ms = performance.now() - started;
running = false;
await Promise.all(loops);
await close();
console.log(
  JSON.stringify({
    user: user / counted,
    total: (user + system) / counted,
    rate: (counted / ms) * 1000,
    busy: (user + system) / 1000 / ms,
    memory: process.memoryUsage.rss(),
  }),
);

/** @param {number} seconds @returns {Promise<void>} */
function wait(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
