/**
 * Certificates and keys as they are given: PEM text (RFC 7468), or the path of a file with it.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { TlsError } from "./errors.ts";

/** PEM text or octets, or the path of a file: a string without `-----BEGIN` is a path. */
export type PemSource = string | Uint8Array;

/**
 * Reads a source.
 *
 * @throws {@link TlsError} `ERR_TLS_FILE` when it is a file that cannot be read; TypeError when it is no source
 */
export function readPem(source: PemSource): string {
  if (typeof source !== "string" && !(source instanceof Uint8Array))
    throw new TypeError("a certificate or key is PEM text, its octets, or the path of a file");
  if (typeof source !== "string") return Buffer.from(source).toString("latin1");
  const path = fileOf(source);
  return path === null ? source : readFile(path).toString("latin1");
}

/** The path of a source that is a file, else null. */
export function fileOf(source: PemSource): string | null {
  return typeof source === "string" && !source.includes(BEGIN) ? source : null;
}

/** What a source is called in a message. */
export function nameOf(source: PemSource, what: string): string {
  return fileOf(source) ?? `the ${what} given as text`;
}

/**
 * Reads a file whole.
 *
 * @throws {@link TlsError} `ERR_TLS_FILE`
 */
export function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code;
    const advice = why === "EACCES" ? "let this process read it" : "give the path of a file, or PEM text";
    throw new TlsError("ERR_TLS_FILE", `cannot read ${path} (${why}); ${advice}`, { cause: error });
  }
}

/** A list, where one or several may be given. */
export function listOf<T>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

const BEGIN = "-----BEGIN ";
