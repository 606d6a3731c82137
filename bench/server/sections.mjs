/**
 * The parts of docs/performance.md that a run writes, by the name of their markers.
 *
 * @module
 */
import { clientTable, clientVerdicts } from "../client/table.mjs";
import { HTTP1, HTTP2 } from "./protocols.mjs";
import {
  asConnections,
  asSize,
  growthTable,
  markdown,
  memoryTable,
  transferTable,
  variantTable,
  verdictTable,
} from "./table.mjs";
import { memoryVerdicts, transferVerdicts } from "./targets.mjs";

/**
 * @param {{ server: any, serverH2: any, memory: any, memoryH2: any, growth: any, transfer: any, client: any }} kept
 * @returns {Record<string, string>}
 */
export function sections({ server, serverH2, memory, memoryH2, growth, transfer, client }) {
  /** @type {Record<string, string>} */
  const parts = {};
  if (server !== null) {
    parts["bench:server"] = `${provenance(server, true)}\n\n${tables(server.variants, HTTP1)}`;
    parts["bench:targets"] = markdown(verdictTable(HTTP1.verdicts(server.variants)));
  }
  if (serverH2 !== null)
    parts["bench:server-h2"] =
      `${provenance(serverH2, true)}\n\n${tables(serverH2.variants, HTTP2)}\n` +
      `### Targets of HTTP/2\n\n${markdown(verdictTable(HTTP2.verdicts(serverH2.variants)))}`;
  if (memory !== null)
    parts["bench:memory"] =
      `${provenance(memory)}\n\n${markdown(memoryTable(memory.memory))}\n${markdown(verdictTable(memoryVerdicts(memory.memory)))}`;
  if (memoryH2 !== null)
    parts["bench:memory-h2"] = `${provenance(memoryH2)}\n\n${markdown(memoryTable(memoryH2.memory))}`;
  if (growth !== null)
    parts["bench:growth"] =
      `${provenance(growth)}\n\nµs of server CPU per GET, by the number of connections:\n\n` +
      `${markdown(growthTable(growth.connections, asConnections, 2))}\n` +
      "ns of server CPU per octet echoed, by the size of the content:\n\n" +
      markdown(growthTable(growth.content, asSize, 2));
  if (transfer !== null)
    parts["bench:transfer"] =
      `${provenance(transfer)}\n\n${markdown(transferTable(transfer.transfer))}\n` +
      markdown(verdictTable(transferVerdicts(transfer.transfer)));
  if (client !== null)
    parts["bench:client"] =
      `${provenance(client, true)}\n\n${markdown(clientTable(client.client))}\n` +
      markdown(verdictTable(clientVerdicts(client.client)));
  return parts;
}

/** One table for each variant. @param {Record<string, import("./rounds.mjs").Row[]>} variants @param {import("./protocols.mjs").Protocol} protocol */
function tables(variants, protocol) {
  return Object.entries(variants)
    .map(([name, rows]) => `### ${capital(protocol.variants[name]?.title ?? name)}\n\n${markdown(variantTable(rows))}`)
    .join("\n");
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
