/**
 * One connection that makes one request and then rests, for `--memory`. Its
 * octets are written by hand: ten thousand clients of node:http2 would take
 * the memory that is to be measured, and the core.
 *
 * @module
 */

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"; // RFC 9113 §3.4
const EMPTY_SETTINGS = "\x00\x00\x00\x04\x00\x00\x00\x00\x00"; // §6.5

/** What a client sends once the server's SETTINGS came. RFC 9113 §6.5.3. */
export const SETTINGS_ACK = "\x00\x00\x00\x04\x01\x00\x00\x00\x00";

/**
 * Preface, SETTINGS and HEADERS of a GET on stream 1, one character for each octet.
 *
 * @param {string} target of fewer than 127 octets
 * @param {number} port
 */
export function openingOctets(target, port) {
  // RFC 7541: :method GET and :scheme http are entries 2 and 6; :path (4) and :authority (1) are literals not indexed.
  const block = `\x82\x86\x04${literal(target)}\x01${literal(`127.0.0.1:${port}`)}`;
  // END_STREAM and END_HEADERS. RFC 9113 §6.2.
  const head = `\x00\x00${String.fromCharCode(block.length)}\x01\x05\x00\x00\x00\x01`;
  return PREFACE + EMPTY_SETTINGS + head + block;
}

/** A string that is not Huffman-coded. RFC 7541 §5.2. @param {string} text */
function literal(text) {
  return String.fromCharCode(text.length) + text;
}
