/**
 * Attacks on an HTTP/1.1 server as octets on the wire, with what must come back.
 *
 * One list for everyone who speaks HTTP/1.1: it is sent to an engine in memory,
 * to a server in this process and to the reference server as users start it.
 * Ids are those of the list of attacks that the project keeps. Behind every
 * attack goes a canary request: where the attack is refused, the canary must not
 * be answered; where it is harmless, it must be.
 *
 * @module
 */

/** One attack. */
export interface Attack {
  /** The row, "S1" … */
  readonly id: string;
  readonly name: string;
  /** The octets as latin1 text. */
  readonly wire: string;
  /** The statuses that are right for the first response; for refusals any of them, with `Connection: close`. */
  readonly status: readonly number[];
  /** True: the connection goes on and answers the canary. */
  readonly harmless?: boolean;
}

/** The request behind every attack; its path is served by nobody, so a 404 that mentions nothing is its answer. */
export const CANARY = "GET /canary HTTP/1.1\r\nHost: canary\r\n\r\n";

const head = (fields: string, line = "POST /echo HTTP/1.1"): string => `${line}\r\nHost: a\r\n${fields}\r\n`;
const refused = (id: string, name: string, wire: string, ...status: number[]): Attack => ({
  id,
  name,
  wire,
  status: status.length === 0 ? [400] : status,
});
const harmless = (id: string, name: string, wire: string, ...status: number[]): Attack => ({
  id,
  name,
  wire,
  status,
  harmless: true,
});
const chunked = (wire: string): string => head("Transfer-Encoding: chunked\r\n") + wire;

/** S1 to S16 and S31: where does a message end? */
export const FRAMING_ATTACKS: readonly Attack[] = [
  refused(
    "S1",
    "Content-Length then Transfer-Encoding",
    `${head("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n")}0\r\n\r\nX`,
  ),
  refused(
    "S1",
    "Transfer-Encoding then Content-Length",
    `${head("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n")}0\r\n\r\nX`,
  ),
  ...[
    "xchunked",
    "chunked, identity",
    "identity, chunked",
    "\x0bchunked",
    '"chunked"',
    "chunked\x00",
    "chunked;q=1",
    "chunked, chunked",
    "chunked,",
    ", chunked",
    "gzip",
    "identity",
    "",
    "chunke",
    "chunkedd",
  ].map((coding) =>
    refused(
      "S2",
      `Transfer-Encoding: ${JSON.stringify(coding)}`,
      `${head(`Transfer-Encoding: ${coding}\r\n`)}0\r\n\r\n`,
      400,
      501,
    ),
  ),
  refused(
    "S3",
    "two Transfer-Encoding lines",
    `${head("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")}0\r\n\r\n`,
    400,
    501,
  ),
  refused(
    "S3",
    "two Transfer-Encoding lines, both chunked",
    `${head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")}0\r\n\r\n`,
  ),
  refused("S4", "Transfer-Encoding on a folded line", `${head("Transfer-Encoding:\r\n chunked\r\n")}0\r\n\r\n`),
  refused(
    "S4",
    "chunked hidden behind a fold",
    `${head("X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")}hello`,
  ),
  refused(
    "S5",
    "Transfer-Encoding in HTTP/1.0",
    `${head("Transfer-Encoding: chunked\r\n", "POST /echo HTTP/1.0")}0\r\n\r\n`,
  ),
  refused("S6", "HTTP/1.0 request content until close: there is none", head("", "POST /echo HTTP/1.0"), 200),
  refused("S7", "two Content-Length that differ", `${head("Content-Length: 5\r\nContent-Length: 6\r\n")}hello`),
  refused("S7", "two Content-Length that agree", `${head("Content-Length: 5\r\nContent-Length: 5\r\n")}hello`),
  refused("S7", "a list in Content-Length", `${head("Content-Length: 5, 5\r\n")}hello`),
  ...["+5", "-0", "-5", "0x5", "5 6", "5_0", "", "5.0", "5e1", "٥", "5;", "\x0b5"].map((length) =>
    refused("S8", `Content-Length: ${JSON.stringify(length)}`, `${head(`Content-Length: ${latin1(length)}\r\n`)}hello`),
  ),
  ...["9007199254740992", "18446744073709551616", "18446744073709551621", "1".repeat(30)].map((length) =>
    refused("S9", `Content-Length: ${length}`, `${head(`Content-Length: ${length}\r\n`)}hello`, 400, 413),
  ),
  ...["10000000000000005", "FFFFFFFFFFFFFFFF5", `${"0".repeat(40)}5`, "20000000000000"].map((size) =>
    refused("S10", `chunk-size ${size}`, chunked(`${size}\r\nhello\r\n0\r\n\r\n`), 400, 413),
  ),
  ...["0x5", "5 ;", "+5", "-5", "", "5 ", "5\t", " 5", "g", "5;", "5;=a", "5; a", "5;a=", '5;a="b'].map((size) =>
    refused("S11", `chunk-size line ${JSON.stringify(size)}`, chunked(`${size}\r\nhello\r\n0\r\n\r\n`)),
  ),
  refused("S12", "bare LF after the chunk-size", chunked("5\nhello\r\n0\r\n\r\n")),
  refused("S12", "bare LF after the last chunk", chunked("5\r\nhello\r\n0\n\n")),
  refused("S12", "bare CR after the chunk-size", chunked("5\r5hello\r\n0\r\n\r\n")),
  refused("S13", "LF in a chunk extension", chunked("5;a=b\nX\r\nhello\r\n0\r\n\r\n")),
  refused("S13", "CR in a chunk extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n")),
  refused("S13", "LF in a quoted chunk extension", chunked('5;a="\n"\r\nhello\r\n0\r\n\r\n')),
  refused("S14", "a chunk extension without end", chunked(`5;a=${"x".repeat(70_000)}`), 400, 413, 431),
  refused(
    "S14",
    "extensions on every small chunk",
    chunked(`1;a=${"x".repeat(200)}\r\nh\r\n`.repeat(500)),
    400,
    413,
    431,
  ),
  refused("S15", "chunk data not followed by CRLF", chunked("5\r\nhelloXX0\r\n\r\n")),
  refused("S15", "chunk data longer than its size", chunked("3\r\nhello\r\n0\r\n\r\n")),
  refused("S15", "an octet that is no CR, and LF, after chunk data", chunked("5\r\nhelloX\n0\r\n\r\n")),
  refused("S15", "LF alone after chunk data", chunked("5\r\nhello\n0\r\n\r\n")),
  refused("S16", "lines end with LF", "GET / HTTP/1.1\nHost: a\n\n"),
  refused("S16", "lines end with CR", "GET / HTTP/1.1\rHost: a\r\r"),
  refused("S16", "the head ends with CRLF CR X", "GET / HTTP/1.1\r\nHost: a\r\n\rX"),
  refused("S16", "the head ends with LF after CRLF", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
  refused("S31", "Content-Length hidden behind a space", `${head("Content-Length : 5\r\n")}hello`),
  refused("S31", "Content-Length hidden behind a fold", `${head("X: y\r\n\tContent-Length: 5\r\n")}hello`),
];

/** S17 to S25, S39, S40, S93: what is a head? */
export const HEAD_ATTACKS: readonly Attack[] = [
  refused("S17", "space before the colon", `${head("Content-Length : 5\r\n")}hello`),
  refused("S17", "tab before the colon", `${head("Content-Length\t: 5\r\n")}hello`),
  refused("S18", "space before the first field", "GET / HTTP/1.1\r\n Content-Length: 5\r\nHost: a\r\n\r\n"),
  refused("S18", "space before the request line", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("S19", "obs-fold", head("X: a\r\n b\r\n", "GET / HTTP/1.1")),
  refused("S19", "obs-fold with tab", head("X: a\r\n\tb\r\n", "GET / HTTP/1.1")),
  ...["\0", "\x01", "\x0b", "\x1f", "\x7f"].flatMap((octet) => [
    refused("S20", `${JSON.stringify(octet)} in a name`, head(`X${octet}Y: a\r\n`, "GET / HTTP/1.1")),
    refused("S20", `${JSON.stringify(octet)} in a value`, head(`X: a${octet}b\r\n`, "GET / HTTP/1.1")),
    refused("S20", `${JSON.stringify(octet)} in the target`, `GET /a${octet}b HTTP/1.1\r\nHost: a\r\n\r\n`),
  ]),
  refused("S20", "obs-text in the target", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("S21", "CR in a value", head("X: a\rb\r\n", "GET / HTTP/1.1")),
  refused("S21", "CR in a name", head("X\rY: b\r\n", "GET / HTTP/1.1")),
  harmless("S22", "OWS behind chunked", `${head("Transfer-Encoding: \t chunked \t\r\n")}5\r\nhello\r\n0\r\n\r\n`, 200),
  refused("S22", "VT behind chunked is no OWS", `${head("Transfer-Encoding: chunked\x0b\r\n")}0\r\n\r\n`),
  ...[":x", "a b: c", "{}: c", "(x): c", "a@b: c", "é: c", '"a": c', "novalue"].map((line) =>
    refused("S23", `field line ${JSON.stringify(line)}`, head(`${line}\r\n`, "GET / HTTP/1.1")),
  ),
  refused("S24", "no Host", "GET / HTTP/1.1\r\nX: y\r\n\r\n"),
  refused("S24", "two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
  ...["a b", "a/b", "a@b", "a:port", "a:123456", "[::1", "a#b", "a?b", "a\\b"].map((host) =>
    refused("S24", `Host: ${host}`, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
  ),
  harmless("S25", "absolute-form wins over Host", "GET http://x/plaintext HTTP/1.1\r\nHost: y\r\n\r\n", 200),
  ...[
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "Host: b",
    "Authorization: x",
    "Set-Cookie: a=b",
    "Connection: close",
    "Trailer: x",
  ].map((line) => refused("S39", `trailer ${line}`, chunked(`5\r\nhello\r\n0\r\n${line}\r\n\r\n`))),
  harmless("S39", "trailer Content-Type is left out", chunked("5\r\nhello\r\n0\r\nContent-Type: x\r\n\r\n"), 200),
  refused("S39", "trailers without end", chunked(`0\r\n${"X: y\r\n".repeat(20_000)}`), 400, 431),
  refused("S39", "a trailer without end", chunked(`0\r\nX: ${"y".repeat(100_000)}`), 400, 431),
  ...[
    "GET /",
    "GET",
    "GET  / HTTP/1.1",
    "GET\t/\tHTTP/1.1",
    "GET / HTTP/1.1 ",
    "GET /  HTTP/1.1",
    "GET / http/1.1",
    "GET / HTTP/1.10",
    "GET / HTTP/01.1",
    "GET / HTTP/1,1",
    "GET / HTTP/1.",
    "GET / HTTP/ 1.1",
    "GET / XTTP/1.1",
    "GET /a b HTTP/1.1",
    "G@T / HTTP/1.1",
    "GET a HTTP/1.1",
    "GET * HTTP/1.1",
    "GET /#f HTTP/1.1",
    "GET http:// HTTP/1.1",
  ].map((line) => refused("S40", `request line ${JSON.stringify(line)}`, `${line}\r\nHost: a\r\n\r\n`, 400, 505)),
  refused("S40", "HTTP/2.0 is not spoken here", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
  refused("S40", "HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
  refused("S40", "a target of 2 MB", `GET /${"a".repeat(2_000_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414),
  refused("S40", "a method without end", "A".repeat(100_000), 400, 501),
  refused("S40", "a flood of empty lines", "\r\n".repeat(50_000)),
  harmless("S40", "one empty line before the request", "\r\nGET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n", 200),
  refused("S40", "TLS spoken to a cleartext port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
  refused("S93", "80 KB of fields", head(`X: ${"y".repeat(80_000)}\r\n`, "GET / HTTP/1.1"), 431),
  refused("S93", "100,000 fields", head("X: y\r\n".repeat(100_000), "GET / HTTP/1.1"), 431),
  refused("S94", "content announced over the limit", `${head("Content-Length: 1048577\r\n")}hello`, 413),
  refused("S95", "100,000 cookies", head(`Cookie: ${"a=;".repeat(100_000)}\r\n`, "GET / HTTP/1.1"), 431),
];

/** S26 to S30, S32, S37, S41, S165: whose octets are these? */
export const SEQUENCE_ATTACKS: readonly Attack[] = [
  harmless(
    "S26",
    "content of a GET is read away",
    `${head("Content-Length: 5\r\n", "GET /plaintext HTTP/1.1")}hello`,
    200,
  ),
  harmless(
    "S26",
    "content of a HEAD is read away",
    `${head("Content-Length: 5\r\n", "HEAD /plaintext HTTP/1.1")}hello`,
    200,
  ),
  harmless(
    "S26",
    "content that looks like a request",
    `${head("Content-Length: 37\r\n", "GET /plaintext HTTP/1.1")}GET /status/418 HTTP/1.1\r\nHost: a\r\n\r\n`,
    200,
  ),
  harmless(
    "S26",
    "chunked content of a DELETE",
    `${head("Transfer-Encoding: chunked\r\n", "DELETE /nowhere HTTP/1.1")}5\r\nhello\r\n0\r\n\r\n`,
    404,
    405,
  ),
  harmless(
    "S27",
    "an early answer reads the content away",
    `${head("Content-Length: 5\r\n", "POST /nowhere HTTP/1.1")}hello`,
    404,
  ),
  refused(
    "S27",
    "an early answer with more content than is read away closes",
    head("Content-Length: 500000\r\n", "POST /nowhere HTTP/1.1"),
    404,
  ),
  harmless(
    "S28",
    "an Upgrade that nobody accepts: what follows is the next request",
    head("Connection: upgrade\r\nUpgrade: foo\r\n", "GET /plaintext HTTP/1.1"),
    200,
  ),
  harmless(
    "S29",
    "h2c Upgrade is not taken",
    head(
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
      "GET /plaintext HTTP/1.1",
    ),
    200,
  ),
  harmless(
    "S29",
    "content of a request for h2c is content, not frames",
    `${head(
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 24\r\n",
      "POST /nowhere HTTP/1.1",
    )}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    404,
  ),
  refused(
    "S30",
    "a final answer instead of 100 closes: content may or may not follow",
    `${head("Content-Length: 5\r\nExpect: 100-continue\r\n", "POST /nowhere HTTP/1.1")}`,
    404,
  ),
  refused("S30", "Expect behind a fold", head("Content-Length: 5\r\nX: y\r\n Expect: 100-continue\r\n"), 400),
  harmless(
    "S32",
    "an error leaves nothing of the content behind",
    `${head("Content-Length: 37\r\n", "POST /plaintext HTTP/1.1")}GET /status/418 HTTP/1.1\r\nHost: a\r\n\r\n`,
    405,
  ),
  harmless(
    "S41",
    "Connection does not take away what delimits the message in chunks",
    `${head("Connection: Transfer-Encoding, Host\r\nTransfer-Encoding: chunked\r\n")}5\r\nhello\r\n0\r\n\r\n`,
    200,
  ),
  harmless(
    "S41",
    "nor its length",
    `${head("Connection: Content-Length\r\nContent-Length: 37\r\n", "POST /nowhere HTTP/1.1")}GET /status/418 HTTP/1.1\r\nHost: a\r\n\r\n`,
    404,
  ),
  harmless(
    "S165",
    "CONNECT opens no tunnel: what follows is HTTP",
    "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
    404,
    405,
    501,
  ),
  harmless("S165", "TRACE reflects nothing", head("X-Secret: 1\r\n", "TRACE /plaintext HTTP/1.1"), 404, 405, 501),
  harmless("S165", "an unknown method", head("", "FOO /plaintext HTTP/1.1"), 404, 405, 501),
  harmless(
    "S165",
    "method override is ignored",
    head("X-HTTP-Method-Override: DELETE\r\n", "GET /plaintext HTTP/1.1"),
    200,
  ),
];

/** All of them. */
export const ATTACKS: readonly Attack[] = [...FRAMING_ATTACKS, ...HEAD_ATTACKS, ...SEQUENCE_ATTACKS];

/** Text as the octets of its UTF-8, one character each. */
function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
