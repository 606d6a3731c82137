/**
 * `/tile/:n`: one small coloured picture of a hundred.
 *
 * The page asks for all of them at once. Each waits a little at the server, as
 * if it were far away: over HTTP/1.1 a few are under way at once, one on each of
 * the browser's connections; over HTTP/2 all of them are, on one.
 *
 * @module
 */
import { type Handler, HttpError } from "@stack/http";
import { busy, noStore, pause, wholeNumber } from "./answers.ts";

/** Tiles on the page. */
export const TILES = 100;
/** The longest that a tile waits, ms. */
export const MAX_TILE_MS = 1_000;

export const tile: Handler = async (request, response) => {
  const number = request.params.get("n") ?? "";
  const n = /^(?:0|[1-9]\d?)$/.test(number) ? Number(number) : TILES;
  if (n >= TILES) throw new HttpError(404, "ERR_NO_TILE", `tiles are numbered from 0 to ${TILES - 1}`);
  const ms = wholeNumber(request.query.get("ms") ?? "0", 0, MAX_TILE_MS, "ms", "");
  if (!(await pause(ms))) {
    busy(response, "requests wait");
    return;
  }
  noStore(response); // so that each is asked for each time
  response.fields
    .set("Content-Type", "image/svg+xml")
    .set("Content-Security-Policy", "default-src 'none'")
    .set("X-Content-Type-Options", "nosniff");
  response.send(svg(n));
};

/** Hues go round from the first tile to the last, and each row is a little lighter than the one before. */
function svg(n: number): string {
  const hue = Math.round((n * 360) / TILES);
  const light = 42 + Math.floor(n / 10) * 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="hsl(${hue} 55% ${light}%)" d="M0 0h8v8H0z"/></svg>`;
}
