/**
 * `blob:` URLs, as the fetch standard fetches them (scheme fetch, "blob").
 *
 * @module
 */
import { resolveObjectURL } from "node:buffer";

/** What a `blob:` URL stands for, or the range of it that was asked for. */
export interface BlobContent {
  readonly status: number;
  readonly reason: string;
  /** The fields of the response. */
  readonly fields: [string, string][];
  readonly blob: Blob;
}

/** @param range - the value of Range, or undefined. @throws TypeError for a URL that is nobody's, or a range outside */
export function resolveBlobUrl(url: URL, range: string | undefined): BlobContent {
  const all = resolveObjectURL(url.href.slice(0, url.href.length - url.hash.length));
  if (all === undefined) throw new TypeError("no such blob; was its URL revoked?");
  const { size, type } = all;
  if (range === undefined) {
    const fields: [string, string][] = [
      ["Content-Length", String(size)],
      ["Content-Type", type],
    ];
    return { status: 200, reason: "OK", fields, blob: all as Blob };
  }
  const [, first = "", last = ""] = RANGE.exec(range) ?? [];
  if (first === "" && last === "") throw new TypeError("not a range of octets");
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || (last !== "" && first !== "" && Number(first) > Number(last)))
    throw new TypeError(`the range is not within the blob's ${size} octets`);
  const blob = all.slice(start, end + 1, type) as Blob;
  const fields: [string, string][] = [
    ["Content-Length", String(blob.size)],
    ["Content-Range", `bytes ${start}-${end}/${size}`],
    ["Content-Type", type],
  ];
  return { status: 206, reason: "Partial Content", fields, blob };
}

/** Fetch standard, "parse a single range header value", with whitespace. */
const RANGE = /^bytes[\t ]*=[\t ]*(\d*)[\t ]*-[\t ]*(\d*)$/;
