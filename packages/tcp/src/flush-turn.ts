/**
 * Flushes at the end of a turn, for all who want one in it.
 *
 * @module
 */

/** What can be flushed. It keeps itself from being put here twice. */
export interface Flushable {
  flush(): void;
}

/** Has `flush` called before this turn of the event loop ends. */
export function flushThisTurn(carrier: Flushable): void {
  // By nextTick: it runs when the microtasks have, so handlers that all awaited once are written together.
  if (waiting.length === 0) process.nextTick(flushWaiting);
  waiting.push(carrier);
}

let waiting: Flushable[] = [];

function flushWaiting(): void {
  const carriers = waiting;
  waiting = [];
  for (const carrier of carriers) carrier.flush();
}
