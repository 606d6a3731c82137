/**
 * Finding a route among 10, 100 and 1,000, beside find-my-way: does a lookup cost more when there are more routes?
 *
 * Run: `pnpm build && node bench/router/lookup.bench.mjs`
 *
 * @module
 */
import { createRouter } from "@stack/router";
import findMyWay from "find-my-way";
import { Bench } from "tinybench";

const ROUTE_COUNTS = [10, 100, 1_000];
/** Lookups in one timed call: a single one is near to what the clock can tell. */
const BATCH = 100;

/** The routes of a service with `count` of them: resources with a list, an item, a part of it and files. @param {number} count */
function patternsOf(count) {
  const shapes = [
    (/** @type {number} */ n) => `/api/v1/resource${n}`,
    (/** @type {number} */ n) => `/api/v1/resource${n}/:id`,
    (/** @type {number} */ n) => `/api/v1/resource${n}/:id/parts/:part`,
    (/** @type {number} */ n) => `/files${n}/*path`,
  ];
  return Array.from({ length: count }, (_, i) => /** @type {(n: number) => string} */ (shapes[i % 4])(i >> 2));
}

/** What a lookup can meet, and the patterns that it meets it at. @type {Record<string, RegExp>} */
const KINDS = {
  literal: /^[^:*]*$/,
  "one parameter": /^[^:]*:id$/,
  "two parameters": /:part/,
  "one parameter, encoded": /^[^:]*:id$/,
  wildcard: /\*/,
  "no route": /:part/,
};

/**
 * Paths that fall on routes all over the set, as different strings, so that no lookup is remembered.
 *
 * @param {string[]} patterns @param {string} kind
 */
function pathsOf(patterns, kind) {
  const fitting = patterns.filter((pattern) => KINDS[kind]?.test(pattern));
  return Array.from({ length: BATCH }, (_, i) =>
    asReceived(
      /** @type {string} */ (fitting[(i * 7) % fitting.length])
        .replace(":id", kind.endsWith("encoded") ? `caf%C3%A9${i}` : `id${i}`)
        .replace(":part", kind === "no route" ? "x/none" : `part${i}`)
        .replace("*path", `a/b${i}.txt`),
    ),
  );
}

/** A path as a parser gives it: a slice of the head, which is slower to read than a string of its own. @param {string} path */
function asReceived(path) {
  const head = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: example.org\r\n\r\n`).toString("latin1");
  return head.slice(4, 4 + path.length);
}

const handler = () => {};
/** @type {Record<string, Record<string, string | number>>} */
const table = {};

for (const count of ROUTE_COUNTS) {
  const patterns = patternsOf(count);
  const ours = createRouter();
  const theirs = findMyWay();
  for (const pattern of patterns) {
    ours.get(pattern, handler);
    theirs.on("GET", pattern.replace("*path", "*"), handler);
  }
  for (const kind of Object.keys(KINDS)) {
    const paths = pathsOf(patterns, kind);
    for (const path of paths)
      requireSame(ours.match("GET", path)?.params, theirs.find("GET", path)?.params, path, kind);
    const bench = new Bench({ time: 200 });
    let found = 0;
    bench.add("@stack/router", () => {
      for (const path of paths) if (ours.match("GET", path) !== null) found++;
    });
    bench.add("find-my-way", () => {
      for (const path of paths) if (theirs.find("GET", path) !== null) found++;
    });
    await bench.run();
    if (found % BATCH !== 0 || (found === 0) !== (kind === "no route"))
      throw new Error(`${kind} of ${count}: a route was not found`);
    const [own, rival] = bench.tasks.map(nanosecondsOf);
    if (own === undefined || rival === undefined) throw new Error("a contestant is missing");
    table[`${count} routes, ${kind}`] = {
      "@stack/router, ns": Math.round(own.fastest),
      median: Math.round(own.median),
      "find-my-way, ns": Math.round(rival.fastest),
      "its median": Math.round(rival.median),
      ratio: Number((own.fastest / rival.fastest).toFixed(2)),
    };
  }
}
console.log("One lookup with its decoded parameters, fastest of many batches and median:");
console.table(table);

/**
 * A benchmark of wrong answers is none: both must give the same parameters, in the same order.
 *
 * @param {ReadonlyMap<string, string> | undefined} ours @param {Record<string, string | undefined> | undefined} theirs
 * @param {string} path @param {string} kind
 */
function requireSame(ours, theirs, path, kind) {
  const own = ours && JSON.stringify([...ours.values()]);
  const rival = theirs && JSON.stringify(Object.values(theirs));
  if ((own === undefined) !== (kind === "no route") || own !== rival)
    throw new Error(`${path}: ${own} here, ${rival} there`);
}

/**
 * The median is what a busy machine makes of it, the fastest batch what the lookup takes. The ratio is of the fastest.
 *
 * @param {import("tinybench").Task} task
 */
function nanosecondsOf(task) {
  const { result } = task;
  if (!("latency" in result)) throw new Error(`${task.name}: ${result.state}`);
  const { min, p50 } = result.latency;
  return { fastest: (min * 1e6) / BATCH, median: (p50 * 1e6) / BATCH };
}
