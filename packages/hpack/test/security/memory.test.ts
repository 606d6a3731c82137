/**
 * What a connection's tables keep alive, measured in a process of its own.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

/** What the program adds to the heap, in octets, for each of so many connections. */
async function growth(connections: number, program: string): Promise<number> {
  const script = `
    import { HpackDecoder, HpackEncoder } from "@stack/hpack";
    const memory = new Uint8Array(200_000);
    const connect = () => { const encoder = new HpackEncoder(), decoder = new HpackDecoder(); ${program} return { encoder, decoder }; };
    const used = () => { gc(); gc(); return process.memoryUsage().heapUsed; };
    connect(); connect();
    const before = used();
    const kept = Array.from({ length: ${connections} }, connect);
    console.log((used() - before) / kept.length);
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--expose-gc", "--input-type=module", "--eval", script],
    { cwd: fileURLToPath(new URL("../..", import.meta.url)) },
  );
  return Number(stdout);
}

// Bun and Deno measure and start otherwise; what is kept is a matter of V8 and of our code, not of theirs.
describe.skipIf("bun" in process.versions || "deno" in process.versions)("S68: memory of a connection's tables", () => {
  test("S68: before the first block", async () => {
    expect(await growth(1000, "")).toBeLessThan(2_000);
  });

  test("S68: full of the smallest entries, in both directions", async () => {
    const octets = await growth(
      100,
      `for (let i = 0; i < 1000; i++) {
        const end = encoder.encode(["x", String.fromCharCode(97 + i % 26)], memory, 0);
        decoder.decode(memory, 0, end);
      }`,
    );
    expect(octets).toBeLessThan(30_000);
  });

  test("S68: entries that are slices of large strings keep only themselves", async () => {
    const octets = await growth(
      20,
      `for (let i = 0; i < 200; i++) {
        const message = String(i).padStart(8, "0") + "m".repeat(65_536) + i;
        const end = encoder.encode(["x-" + i, message.slice(0, 20), message.slice(0, 14), "1"], memory, 0);
        decoder.decode(memory, 0, end);
      }`,
    );
    expect(octets).toBeLessThan(50_000);
  });

  test("S68: what was evicted is let go at once, and not when its slot is used again", async () => {
    const octets = await growth(
      50,
      `memory.set([0x40, 0x01, 0x78, 0x7f, 0xbd, 0x1d]); // x, and a value of 3,900 octets: one fits into the table
      memory.fill(0x6d, 6, 3_906);
      for (let i = 0; i < 16; i++) decoder.decode(memory, 0, 3_906);
      memory[0] = 0x20; // a table of 0 octets
      decoder.decode(memory, 0, 1);`,
    );
    expect(octets).toBeLessThan(8_000);
  });

  test("S66: what a block inserted and was too large for leaves nothing", async () => {
    const octets = await growth(
      20,
      `const end = encoder.encode(["x", "m".repeat(3_000)], memory, 0);
      memory.fill(0xbe, end, 100_000);
      decoder.decode(memory, 0, 100_000);
      memory.set([0x00, 0x01, 0x61, 0x7f, 0x80, 0xff, 0x05]);
      decoder.decode(memory, 0, 7 + 127 + 0x17f80);`,
    );
    expect(octets).toBeLessThan(30_000);
  });
});
