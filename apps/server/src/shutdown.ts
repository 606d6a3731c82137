/**
 * The end: on the first signal what is in flight is answered, on the second
 * nobody waits any longer.
 *
 * @module
 */

/** What there is to end. */
export interface Ending {
  /** Called once, with the signal's name. The process ends by itself when this is done. */
  drain(signal: string): Promise<void>;
}

/** Exit codes by signal: 128 and the signal's number, as a shell gives them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Waits for SIGINT and SIGTERM. Keeps nothing alive. */
export function endOnSignal(ending: Ending): void {
  let draining = false;
  for (const [signal, code] of Object.entries(SIGNALS))
    process.on(signal, () => {
      if (draining) process.exit(code);
      draining = true;
      void ending.drain(signal);
    });
}
