/**
 * Why multipart content cannot be read.
 *
 * @module
 */
import { HttpError } from "@stack/http";

/** The stable codes of {@link MultipartError}, with their meaning in the README. */
export type MultipartErrorCode =
  | "ERR_MULTIPART_TYPE"
  | "ERR_MULTIPART_BOUNDARY"
  | "ERR_MULTIPART_SYNTAX"
  | "ERR_MULTIPART_HEAD"
  | "ERR_MULTIPART_ENCODING"
  | "ERR_MULTIPART_TRUNCATED"
  | "ERR_MULTIPART_LIMIT";

/**
 * Content that is no multipart content, or more of it than is allowed: 400, 413 or 415.
 *
 * @example
 * ```ts
 * try {
 *   boundaryOf("text/plain");
 * } catch (error) {
 *   if (error instanceof MultipartError) console.log(error.status, error.code); // 415 ERR_MULTIPART_TYPE
 * }
 * ```
 */
export class MultipartError extends HttpError {
  override readonly name = "MultipartError";
  declare readonly code: MultipartErrorCode;

  constructor(code: MultipartErrorCode, message: string) {
    super(code === "ERR_MULTIPART_LIMIT" ? 413 : code === "ERR_MULTIPART_TYPE" ? 415 : 400, code, message);
  }
}
