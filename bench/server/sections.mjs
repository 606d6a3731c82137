/**
 * The parts of docs/performance.md that a run writes, by the name of their markers.
 *
 * @module
 */
import { asConnections, asSize, growthTable, markdown, memoryTable, variantTable, verdictTable } from "./table.mjs";
import { memoryVerdicts, serverVerdicts } from "./targets.mjs";
import { VARIANTS } from "./variants.mjs";

/**
 * @param {{ server: any, memory: any, growth: any }} kept
 * @returns {Record<string, string>}
 */
export function sections({ server, memory, growth }) {
  /** @type {Record<string, string>} */
  const parts = {};
  if (server !== null) {
    const tables = Object.entries(server.variants).map(
      ([name, rows]) => `### ${capital(VARIANTS[name]?.title ?? name)}\n\n${markdown(variantTable(rows))}`,
    );
    parts["bench:server"] = `${provenance(server, true)}\n\n${tables.join("\n")}`;
    parts["bench:targets"] = markdown(verdictTable(serverVerdicts(server.variants)));
  }
  if (memory !== null)
    parts["bench:memory"] =
      `${provenance(memory)}\n\n${markdown(memoryTable(memory.memory))}\n${markdown(verdictTable(memoryVerdicts(memory.memory)))}`;
  if (growth !== null)
    parts["bench:growth"] =
      `${provenance(growth)}\n\nµs of server CPU per GET, by the number of connections:\n\n` +
      `${markdown(growthTable(growth.connections, asConnections, 2))}\n` +
      "ns of server CPU per octet echoed, by the size of the content:\n\n" +
      markdown(growthTable(growth.content, asSize, 2));
  return parts;
}

/** When, on what and how. @param {any} result @param {boolean} [windows] whether it has timed windows of one length */
function provenance({ date, commit, machine, settings }, windows = false) {
  const { warmup, duration, rounds, serverCore, loadCore } = settings;
  return (
    `Measured on ${date}${commit === null ? "" : ` at commit ${commit}`}: ${machine.cpu}, ${machine.cores} cores, ` +
    `${machine.memory}, Linux ${machine.kernel}; ${windows ? `windows of ${duration} s after ${warmup} s of warm-up, ` : ""}` +
    `${rounds} ${rounds === 1 ? "round" : "rounds"}, server on core ${serverCore}, generator on core ${loadCore}.`
  );
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
