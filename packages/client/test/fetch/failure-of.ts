/** What a promise fails with, without what differs from run to run. */

export interface Failure {
  readonly name: string;
  readonly message: string;
  /** The cause's code, or "". */
  readonly code: string;
  /** The cause's message, or "". */
  readonly cause: string;
}

export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    const { name, message, cause } = error as Error;
    const { code = "", message: why = "" } = (cause ?? {}) as { code?: string; message?: string };
    return { name, message, code, cause: why };
  }
  throw new Error("it went well");
}
