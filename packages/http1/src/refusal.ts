/**
 * The answer to a request that no handler sees (RFC 9112 §9.6, RFC 9110 §15.5).
 *
 * @module
 */
import { imfFixdate } from "@stack/http";
import { encodeStatusLine } from "@stack/http1-parser";

/** A whole response that says what was wrong and closes, as text. `message` is ours: it holds no octet of the peer's that is not escaped. */
export function refusal(status: number, message: string, epochSeconds: number): string {
  const content = `${message.replaceAll("§", "section ").replace(NOT_PRINTABLE, "?")}\n`;
  return (
    `${encodeStatusLine(status)}Content-Type: text/plain\r\nContent-Length: ${content.length}\r\n` +
    `Connection: close\r\nDate: ${imfFixdate(epochSeconds)}\r\n\r\n${content}`
  );
}

// The sign is one octet in latin1 and two in UTF-8, so it is spelt out.
const NOT_PRINTABLE = /[^\x20-\x7e]/g;
