/**
 * Header blocks in hexadecimal, so that a test shows what is sent.
 *
 * @module
 */

import { expect } from "vitest";
import { HpackDecoder, type HpackEncoder, HpackError } from "../src/index.ts";

/** The octets of a wire in hexadecimal; spaces are for the reader. */
export function octets(wire: string): Uint8Array {
  return Uint8Array.from(Buffer.from(wire.replaceAll(/\s/g, ""), "hex"));
}

/** Octets in hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Decodes a block that lies amid octets that are not its own, and that are overwritten once it is read. */
export function decode(wire: string | Uint8Array, decoder: HpackDecoder = new HpackDecoder()): string[] {
  const block = typeof wire === "string" ? octets(wire) : wire;
  const bytes = new Uint8Array(block.length + 6).fill(0x82);
  bytes.set(block, 3);
  const fields = decoder.decode(bytes, 3, 3 + block.length);
  bytes.fill(0x21); // lent for the call only: what is kept must have been copied
  return fields;
}

/** The code with which a block is refused. Fails when it is accepted. */
export function refusal(wire: string | Uint8Array, decoder: HpackDecoder = new HpackDecoder()): string {
  try {
    return `accepted: ${decode(wire, decoder)}`;
  } catch (error) {
    if (error instanceof HpackError) return error.code;
    throw error;
  }
}

/** Encodes a list into memory of exactly the bound, amid octets that are not the encoder's. */
export function encode(encoder: HpackEncoder, fields: readonly string[], neverIndexed?: readonly number[]): Uint8Array {
  const bound = encoder.bound(fields);
  const memory = new Uint8Array(bound + 6).fill(0xa5);
  const end = encoder.encode(fields, memory, 3, neverIndexed);
  expect(end, "the bound holds").toBeLessThanOrEqual(3 + bound);
  const around = [...memory.subarray(0, 3), ...memory.subarray(3 + bound)];
  expect(around, "what is not the encoder's is untouched").toEqual([0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5]);
  return memory.slice(3, end);
}
