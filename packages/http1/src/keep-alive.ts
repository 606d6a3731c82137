/**
 * How long a server says that it keeps an idle connection (RFC 9112 Appendix C.2.2).
 *
 * The parameters of Keep-Alive were never standardised beyond RFC 2068
 * §19.7.1.1. They are a hint, and nothing here believes more of it than a time.
 *
 * @module
 */
import { sameName } from "@stack/http";

/** A field value such as `timeout=5, max=100`; the number has few digits, so it cannot become `Infinity`. */
const TIMEOUT = /(?:^|[,;\s])timeout[ \t]*=[ \t]*(\d{1,6})(?:$|[,;\s])/i;

/** A client gives up this much earlier: the server's clock began at another moment, and its end travels. */
const MARGIN_MS = 1_000;

/**
 * How long a connection is worth keeping after a response, ms.
 *
 * @param fields - of the response, as a flat list
 * @param otherwise - ms, when the server said nothing
 * @param most - ms, whatever the server says
 */
export function idleTime(fields: readonly string[], otherwise: number, most: number): number {
  for (let i = 0; i < fields.length; i += 2) {
    if (!sameName(fields[i] as string, "keep-alive")) continue;
    const match = TIMEOUT.exec(fields[i + 1] as string);
    if (match !== null) return Math.min(Math.max(Number(match[1]) * 1_000 - MARGIN_MS, 0), most);
  }
  return otherwise;
}
