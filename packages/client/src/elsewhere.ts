/**
 * Responses that speak of their connection, and not of the request: another
 * connection may bring a better one.
 *
 * @module
 */
import { isIdempotent } from "@stack/http";
import type { PooledConnection } from "./pooled-connection.ts";

/** The server is not the one for this origin, whatever the method: it did nothing (RFC 9110 §15.5.20). */
export const MISDIRECTED = 421;

const REQUEST_TIMEOUT = 408;

/**
 * Whether a response with `status` was meant for a connection that stood idle, or came over the wrong one.
 *
 * RFC 9110 §15.5.9: a server may end an idle connection with 408, and a request that crosses it seems to be answered so.
 * That is so only where a request was answered before and the connection ends. What other servers mean by 408 is no
 * proof: only idempotent methods count, as when such a connection ends without a word.
 */
export function belongsElsewhere(status: number, method: string, connection: PooledConnection): boolean {
  if (status !== REQUEST_TIMEOUT) return status === MISDIRECTED;
  const { engine, requests, version } = connection;
  return version === "1.1" && requests > 1 && !engine.reusable && isIdempotent(method);
}
