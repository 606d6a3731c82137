/**
 * Problem details (RFC 9457): what went wrong, for programs and for people.
 *
 * @module
 */
import { HttpError, type HttpResponse, type Layer, reasonPhrase } from "@stack/http";

/** What is wrong with one member of what was sent. */
export interface MemberProblem {
  /** Where, as a JSON Pointer in its URI form (RFC 6901 §6): `#/title`. */
  readonly pointer: string;
  readonly detail: string;
}

/** A failure whose content tells which members are wrong. */
export class MembersError extends HttpError {
  override readonly name = "MembersError";
  readonly errors: readonly MemberProblem[];

  constructor(errors: readonly MemberProblem[]) {
    super(422, "ERR_MEMBERS", "the JSON is well-formed, but not what is asked for");
    this.errors = errors;
  }
}

/** Around a handler: what it fails with by the client's fault is answered as problem details. */
export const problems: Layer = (inner) => async (request, response) => {
  try {
    await inner(request, response);
  } catch (error) {
    if (!(error instanceof HttpError) || error.status >= 500 || response.headSent) throw error;
    const { status, code, message } = error;
    sendProblem(response, status, code, message, error instanceof MembersError ? error.errors : undefined);
  }
};

/** Answers with problem details of no type of their own: `title` is the phrase of the status then (RFC 9457 §4.2.1). */
export function sendProblem(
  response: HttpResponse,
  status: number,
  code: string,
  detail: string,
  errors?: readonly MemberProblem[],
): void {
  response.status = status;
  const problem = { type: "about:blank", title: reasonPhrase(status), status, code, detail, errors };
  response.fields.set("Content-Type", "application/problem+json").set("Cache-Control", "no-store");
  response.send(JSON.stringify(problem));
}
