/** The head of a response, and what is refused when a value comes from somebody else. */
import { EncodeError, encodeFields, encodeStatusLine } from "@stack/http1-parser";

const head = `${encodeStatusLine(200)}${encodeFields(["Content-Type", "text/plain", "Content-Length", "5"])}\r\n`;
console.log(JSON.stringify(head));

for (const value of ["a\r\nSet-Cookie: evil=1", "\u010a"]) {
  try {
    encodeFields(["X-Name", value]);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    console.log(error.code, error.message);
  }
}
