import { hex, join } from "../wire.ts";

/** One block (RFC 8878 §3.1.1.2). `size` says more or less than there is. */
export function block(type: "raw" | "rle" | "reserved", data: Uint8Array, size: number, last: boolean): Uint8Array {
  const header = (size << 3) | ({ raw: 0, rle: 1, reserved: 3 }[type] << 1) | (last ? 1 : 0);
  return join(Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16), data);
}

/** A frame with a window of 2^`windowLog` octets and these blocks (RFC 8878 §3.1.1). */
export function frame(windowLog: number, ...blocks: readonly Uint8Array[]): Uint8Array {
  return join(hex("28b52ffd 00"), Uint8Array.of((windowLog - 10) << 3), ...blocks);
}

/** Octets as a frame of raw blocks. */
export function rawFrame(bytes: Uint8Array): Uint8Array {
  return frame(17, block("raw", bytes, bytes.length, true));
}
