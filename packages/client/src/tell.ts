/**
 * Listeners that are told of figures.
 *
 * @module
 */

/** Calls a listener. What it throws is not the call's that it is told of: it is reported as an error nobody caught. */
export function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
