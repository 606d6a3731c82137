/**
 * The chart: server CPU per request by that of the reference server, a panel
 * for each variant. Its colours follow the reader's light or dark scheme.
 *
 * @module
 */
import { VARIANTS } from "./variants.mjs";

const PANEL_WIDTH = 440;
const PANEL_GAP = 40;
const MARGIN = 24;
const LABEL_WIDTH = 156;
const FIGURE_WIDTH = 104;
const ROW = 22;
const BAR = 14;
const TITLE = 64;
const PANEL_TITLE = 30;
const AXIS = 30;

const STYLE = `
    text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
    .title { font-size: 17px; font-weight: 600 } .panel { font-weight: 600 }
    .quiet { fill: #59636e; font-size: 12px } .end { text-anchor: end } .middle { text-anchor: middle }
    .ours { fill: #0969da } .peer { fill: #afb8c1 } .limit { fill: #2da44e }
    .grid { stroke: #d1d9e0 } .one { stroke: #0969da; stroke-dasharray: 3 3 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc } .quiet { fill: #9198a1 }
      .ours { fill: #4493f8 } .peer { fill: #656c76 } .limit { fill: #3fb950 }
      .grid { stroke: #3d444d } .one { stroke: #4493f8 }
    }`;

/**
 * @param {Record<string, import("./rounds.mjs").Row[]>} variants
 * @returns {string} an SVG document
 */
export function chart(variants) {
  const panels = Object.entries(variants).map(([name, rows]) => ({
    title: VARIANTS[name]?.title ?? name,
    rows: rows.filter(({ median }) => median !== null),
    unit: unitOf(rows),
  }));
  const reference = Object.values(variants).flatMap((rows) => unitOf(rows)?.label ?? [])[0] ?? "";
  const most = Math.max(0, ...panels.map(({ rows }) => rows.length));
  const height = PANEL_TITLE + most * ROW + AXIS;
  const width = 2 * (MARGIN + PANEL_WIDTH) + PANEL_GAP;
  const total = TITLE + Math.ceil(panels.length / 2) * (height + 12) + MARGIN;
  const drawn = panels.map((panel, index) => {
    const x = MARGIN + (index % 2) * (PANEL_WIDTH + PANEL_GAP);
    const y = TITLE + Math.floor(index / 2) * (height + 12);
    return `  <g transform="translate(${x} ${y})">\n${drawPanel(panel)}  </g>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" role="img" aria-labelledby="t d">
  <title id="t">Server CPU per request</title>
  <desc id="d">${escaped(describe(panels))}</desc>
  <style>${STYLE}
  </style>
  <text class="title" x="${MARGIN}" y="30">Server CPU per request as a multiple of ${escaped(reference)}</text>
  <text class="quiet" x="${MARGIN}" y="49">Shorter is cheaper. Blue is ours, green the limit in C. One run, contestants in turn, median of rounds.</text>
${drawn.join("")}</svg>
`;
}

/** The row that counts as 1: ours on the oldest Node, else the first. @param {import("./rounds.mjs").Row[]} rows */
function unitOf(rows) {
  const timed = rows.filter(({ median }) => median !== null);
  return timed.find(({ kind }) => kind === "ours") ?? timed[0];
}

/**
 * @typedef {{ title: string, rows: import("./rounds.mjs").Row[], unit: import("./rounds.mjs").Row | undefined }} Panel
 */

/** @param {Panel} panel */
function drawPanel({ title, rows, unit }) {
  const ratios = rows.map((row) => Number(row.median?.total) / Number(unit?.median?.total));
  const step = gridStep(Math.max(1, ...ratios));
  const end = Math.ceil(Math.max(1, ...ratios) / step) * step;
  const scale = (PANEL_WIDTH - LABEL_WIDTH - FIGURE_WIDTH) / end;
  const bottom = PANEL_TITLE + rows.length * ROW;
  let out = `    <text class="panel" x="0" y="16">${escaped(title)}</text>\n`;
  for (let value = 0; value <= end + step / 2; value += step) {
    const x = fixed(LABEL_WIDTH + value * scale);
    out += `    <path class="grid" d="M${x} ${PANEL_TITLE - 4}V${bottom}"/>\n`;
    out += `    <text class="quiet middle" x="${x}" y="${bottom + 16}">${fixed(value)}</text>\n`;
  }
  rows.forEach((row, index) => {
    const y = PANEL_TITLE + index * ROW;
    const ratio = ratios[index] ?? 0;
    const figure = `${ratio.toFixed(2)} · ${Number(row.median?.total).toFixed(2)} µs`;
    out += `    <text class="end" x="${LABEL_WIDTH - 8}" y="${y + 12}">${escaped(row.label)}</text>\n`;
    out += `    <rect class="${row.kind}" x="${LABEL_WIDTH}" y="${y}" width="${fixed(ratio * scale)}" height="${BAR}" rx="2"/>\n`;
    out += `    <text class="quiet" x="${fixed(LABEL_WIDTH + ratio * scale + 6)}" y="${y + 12}">${figure}</text>\n`;
  });
  const one = fixed(LABEL_WIDTH + scale);
  return `${out}    <path class="one" d="M${one} ${PANEL_TITLE - 4}V${bottom}"/>\n`;
}

/** A step of 1, 2 or 5 times a power of ten that gives at most six lines. @param {number} most */
function gridStep(most) {
  for (let power = 0.1; ; power *= 10)
    for (const factor of [1, 2, 5]) if (most / (factor * power) <= 5) return factor * power;
}

/** What the bars say, for readers who do not see them. @param {Panel[]} panels */
function describe(panels) {
  return panels
    .map(({ title, rows }) => {
      const costs = rows.map(({ label, median }) => `${label} ${Number(median?.total).toFixed(2)} µs`);
      return `${title}: ${costs.join(", ")}.`;
    })
    .join(" ");
}

/** @param {number} value */
function fixed(value) {
  return Number(value.toFixed(1));
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
