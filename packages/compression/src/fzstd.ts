/**
 * The content coding `zstd` by the library `fzstd`, for runtimes without it (Node 20). An entry of its own: who does
 * not import it needs no library.
 *
 * @module
 */
export { ZSTD } from "./fzstd-coding.ts";
