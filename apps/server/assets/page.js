/**
 * The live part of the page: figures from `/events`, some traffic on request,
 * and curl lines to copy.
 */

/** @typedef {{ uptime: number, connections: number, requests: number, rate: number, p50: number | null, p99: number | null, errors: number, refused: number, rss: number, heap: number }} Sample */

/** Samples on the chart: a minute of them. */
const SHOWN = 60;
/** What the button sends, and how many at once: a browser opens six connections to a server. */
const TRAFFIC = 1_000;
const AT_ONCE = 6;

const byId = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** @type {Sample[]} */
const samples = [];

// Figures

const events = new EventSource("events");
events.addEventListener("open", () => state("live", "live"));
events.addEventListener("error", () => state("lost", "connection lost, trying again"));
events.addEventListener("figures", (event) => {
  samples.push(JSON.parse(event.data));
  if (samples.length > SHOWN) samples.shift();
  // Of a replayed minute, and after the tab slept, only the last sample is drawn.
  if (!drawing) requestAnimationFrame(draw);
  drawing = true;
});
let drawing = false;

function state(name, text) {
  const live = byId("live");
  live.dataset.state = name;
  if (live.textContent !== text) live.textContent = text;
  byId("traffic").disabled = name !== "live";
}

function draw() {
  drawing = false;
  const now = samples.at(-1);
  show("uptime", duration(now.uptime));
  show("rate", whole.format(now.rate));
  show("connections", whole.format(now.connections));
  show("requests", whole.format(now.requests));
  show("refused", now.refused === 0 ? "none refused" : `${whole.format(now.refused)} refused`);
  show("p50", milliseconds(now.p50));
  show("p99", milliseconds(now.p99));
  show("errors", whole.format(now.errors));
  byId("errors").dataset.bad = String(now.errors > 0);
  show("rss", octets(now.rss));
  show("heap", `${octets(now.heap)} JavaScript heap`);
  chart();
  for (const svg of document.querySelectorAll("[data-spark]")) {
    const values = samples.map((sample) => sample[svg.dataset.spark] ?? 0);
    svg.querySelector(".line").setAttribute("d", line(values, niceTop(Math.max(...values))));
  }
}

function show(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function chart() {
  const rates = samples.map((sample) => sample.rate);
  const peak = Math.max(...rates);
  const top = Math.max(10, niceTop(peak));
  const svg = byId("chart");
  const path = line(rates, top);
  svg.querySelector(".line").setAttribute("d", path);
  svg.querySelector(".area").setAttribute("d", path === "" ? "" : `${path}V100H${x(SHOWN - rates.length)}Z`);
  byId("dot").style.top = `${99 - (98 * (rates.at(-1) ?? 0)) / top}%`;
  svg.setAttribute("aria-label", `Requests per second over the last minute: now ${rates.at(-1)}, at most ${peak}`);
  show("scale-top", whole.format(top));
  show("scale-half", whole.format(top / 2));
}

/** A line through the values, the last one at the right edge. */
function line(values, top) {
  const first = SHOWN - values.length;
  const points = values.map((value, i) => `${x(first + i)} ${(99 - (98 * value) / (top || 1)).toFixed(2)}`);
  if (points.length === 1) points.push(points[0]);
  return points.length === 0 ? "" : `M${points.join("L")}`;
}

function x(position) {
  return position * 10;
}

/** The next number above a value whose half is round too: 2, 4, 6, 8, 10, 20, 40 … */
function niceTop(value) {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10);
}

function milliseconds(ms) {
  if (ms === null) return "–";
  if (ms < 1) return `${short.format(ms * 1_000)} µs`;
  return ms < 1_000 ? `${short.format(ms)} ms` : `${short.format(ms / 1_000)} s`;
}

function octets(count) {
  return `${short.format(count / 1_048_576)} MiB`;
}

function duration(seconds) {
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first < 0 ? 3 : first)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

// Traffic

byId("traffic").addEventListener("click", async ({ currentTarget: button }) => {
  button.disabled = true;
  const label = button.textContent;
  const start = performance.now();
  let left = TRAFFIC;
  let failed = 0;
  const send = async () => {
    while (left > 0) {
      left--;
      try {
        const response = await fetch("plaintext", { cache: "no-store" });
        await response.text();
      } catch {
        failed++;
      }
      if (left % 50 === 0) button.textContent = `${whole.format(left)} to go`;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  const seconds = (performance.now() - start) / 1_000;
  say(`${whole.format(TRAFFIC - failed)} of ${whole.format(TRAFFIC)} requests answered in ${short.format(seconds)} s`);
  button.textContent = label;
  button.disabled = byId("live").dataset.state !== "live";
});

// Tiles

/** Tiles, and how long each waits at the server, ms. */
const TILES = 100;
const TILE_MS = 50;

const mosaic = byId("mosaic");
/** @type {{ image: HTMLImageElement, time: HTMLElement }[]} */
const tiles = Array.from({ length: TILES }, () => {
  const place = mosaic.appendChild(document.createElement("div"));
  place.className = "tile";
  const image = new Image();
  image.alt = "";
  return { image, time: document.createElement("span") };
});

/** What the browser measured of a tile's request, by its URL: told when it is complete, with no bound of how many. */
const measured = new Map();
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (measured.has(entry.name)) measured.set(entry.name, entry);
  if (round !== null) round.proceed();
}).observe({ type: "resource" });

let rounds = 0;
/** @type {{ proceed(): void } | null} */
let round = null;

byId("again").addEventListener("click", askForTiles);
askForTiles();

async function askForTiles() {
  const button = byId("again");
  button.disabled = true;
  rounds++;
  measured.clear();
  const loads = tiles.map(({ image }, n) => {
    // The name differs from round to round, so that what is measured is of this one.
    const url = new URL(`tile/${n}?ms=${TILE_MS}&round=${rounds}`, document.baseURI).href;
    measured.set(url, null);
    image.src = url;
    mosaic.children[n].replaceChildren(image); // it is seen when it comes, its time when all have
    return image.decode().then(
      () => url,
      () => null,
    );
  });
  const loaded = (await Promise.all(loads)).filter((url) => url !== null);
  await new Promise((resolve) => {
    const proceed = () => {
      if (loaded.every((url) => measured.get(url) !== null)) resolve();
    };
    round = { proceed };
    proceed();
  });
  round = null;
  showTiles(loaded);
  button.disabled = false;
}

function showTiles(loaded) {
  const entries = loaded.map((url) => measured.get(url));
  const urls = [...measured.keys()];
  const times = [];
  const started = Math.min(...entries.map((entry) => entry.startTime));
  for (const url of loaded) {
    const { image, time } = tiles[urls.indexOf(url)];
    const entry = measured.get(url);
    times.push(entry.responseEnd - entry.startTime);
    time.textContent = whole.format(entry.responseEnd - entry.startTime);
    image.after(time);
  }
  times.sort((a, b) => a - b);
  const protocols = [...new Set(entries.map((entry) => entry.nextHopProtocol))].join(", ");
  const total = Math.max(...entries.map((entry) => entry.responseEnd)) - started;
  const failed = TILES - loaded.length;
  show("tile-protocol", protocols || "–");
  show("tile-count", whole.format(loaded.length));
  show("tile-failed", failed === 0 ? "all of them" : `${failed} failed`);
  byId("tile-failed").dataset.bad = String(failed > 0);
  if (entries.length === 0) return;
  show("tile-total", milliseconds(total));
  show("tile-at-once", whole.format(atOnce(entries)));
  show("tile-median", milliseconds(times[times.length >> 1]));
  show("tile-slowest", milliseconds(times.at(-1)));
  show("tile-slowest-of", `the fastest ${milliseconds(times[0])}`);
  const told = `${loaded.length} of ${TILES} tiles came over ${protocols} in ${milliseconds(total)}, at most ${atOnce(entries)} at once`;
  mosaic.setAttribute("aria-label", told);
  say(told);
}

/** How many requests were under way at the busiest moment. */
function atOnce(entries) {
  const moments = entries.flatMap((entry) => [
    [entry.requestStart, 1],
    [entry.responseEnd, -1],
  ]);
  moments.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let now = 0;
  let most = 0;
  for (const [, change] of moments) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

// Copy

for (const button of document.querySelectorAll(".copy"))
  button.addEventListener("click", async () => {
    const pre = button.parentElement.querySelector("pre");
    const done = await copy(pre);
    button.textContent = done ? "copied" : "select it";
    say(done ? "copied" : "the line is selected");
    setTimeout(() => {
      button.textContent = "copy";
    }, 1_500);
  });

/** Copies, or where a page may not (it came without TLS from elsewhere), selects. */
async function copy(element) {
  getSelection().selectAllChildren(element);
  try {
    await navigator.clipboard.writeText(element.textContent);
    getSelection().removeAllRanges();
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

/** Tells those who listen to the page instead of looking at it. */
function say(text) {
  byId("said").textContent = text;
}
