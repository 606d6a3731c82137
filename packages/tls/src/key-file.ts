/**
 * A file of ticket keys that several processes read, and replace by turns.
 *
 * The keys stand one behind the other, the newest first; readable by its owner
 * alone. A new file takes the old one's place in one step, and only under a
 * lock, so that no reader sees half of it and no key is lost between two
 * writers.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { closeSync, linkSync, openSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { TlsError } from "./errors.ts";
import { readFile } from "./pem.ts";

export class KeyFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws {@link TlsError} `ERR_TLS_FILE` */
  read(): { octets: Buffer; writtenAt: number } {
    const octets = readFile(this.path);
    return { octets, writtenAt: statSync(this.path).mtimeMs };
  }

  /** Makes the file with its first key, unless another process was first. */
  createUnlessThere(key: Uint8Array): void {
    this.writing((file) => {
      try {
        writeFileSync(file, key, { mode: OWNER_ONLY, flag: "wx" });
        linkSync(file, this.path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    });
  }

  /**
   * Puts a key in front of those in the file.
   *
   * @param expected - the key that has to be in front now, else nothing is done: another process was first
   * @param octets - of the file, at most
   * @returns false when another process is writing it
   * @throws {@link TlsError} `ERR_TLS_FILE`
   */
  putInFront(key: Uint8Array, expected: Uint8Array | null, octets: number): boolean {
    const lock = `${this.path}.lock`;
    if (!acquire(lock)) return false;
    try {
      const before = readFile(this.path);
      if (expected !== null && !before.subarray(0, expected.length).equals(expected)) return true;
      this.writing((file) => {
        writeFileSync(file, Buffer.concat([key, before]).subarray(0, octets), { mode: OWNER_ONLY, flag: "wx" });
        renameSync(file, this.path);
      });
    } finally {
      rmSync(lock, { force: true });
    }
    return true;
  }

  /** Gives `write` the name of a file beside ours, which is gone afterwards. */
  private writing(write: (file: string) => void): void {
    const file = `${this.path}.${randomUUID()}`;
    try {
      write(file);
    } catch (error) {
      const advice = "its folder must exist, and this process must be allowed to write there";
      throw new TlsError("ERR_TLS_FILE", `cannot write ${this.path}; ${advice}`, { cause: error });
    } finally {
      rmSync(file, { force: true });
    }
  }
}

function acquire(lock: string): boolean {
  if (tryAcquire(lock)) return true;
  try {
    if (Date.now() - statSync(lock).mtimeMs < ABANDONED_MS) return false;
  } catch {
    return tryAcquire(lock); // given back meanwhile
  }
  // Its process died between two system calls.
  rmSync(lock, { force: true });
  return tryAcquire(lock);
}

function tryAcquire(lock: string): boolean {
  try {
    closeSync(openSync(lock, "wx", OWNER_ONLY));
    return true;
  } catch {
    return false;
  }
}

const OWNER_ONLY = 0o600;
/** A lock is held for milliseconds; one that is older was left behind. */
const ABANDONED_MS = 10_000;
