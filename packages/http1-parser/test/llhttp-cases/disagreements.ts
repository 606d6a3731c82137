/**
 * Where we and Node's parser part, case by case, each with what RFC 9112 says.
 *
 * The test fails for a case that neither agrees nor is listed here, and for one
 * that is listed and agrees. DISAGREEMENTS.md shows the same table.
 *
 * @module
 */

import type { Leniency } from "../../src/index.ts";

/** One row: what we do, by which section, and why. */
export interface Disagreement {
  /** The code with which we refuse, or "accepted". */
  readonly ours: string;
  readonly section: string;
  readonly why: string;
}

const ONLY_HTTP = "the only version that HTTP/1.1 knows is HTTP/1.1; ICE and RTSP are other protocols";
const NO_FRAGMENT = "a request target carries no fragment";
const FOLDED = "a folded Connection or Transfer-Encoding is refused even where folds are forgiven";
const CLOSED = "after a message with the close option nothing more is read; there is no switch for it";
const NO_SWITCH = "CR without LF ends nothing; no RFC allows it, so there is no switch";
const NO_CONTROLS = "controls in a value are refused; no RFC allows them, so there is no switch";
const FINAL_CODING = "a coding under or over chunked that nobody here can undo; 501 to a request";
const UNDECODABLE =
  "until the close, by rule 4, but still in a coding that nobody here can undo; unknownTransferCodings hands it on";
const NO_EMPTY_LINE =
  "only a server ignores empty lines, before a request line; before a status line they mean that the content was longer than announced";
const USERINFO = "userinfo in an http target is an error: two readers need not see the same host";

/** Keyed by file and line of the case. */
export const DISAGREEMENTS: Readonly<Record<string, Disagreement>> = {
  "request/connection.md:113": { ours: "DATA_AFTER_CLOSE", section: "RFC 9112 §9.6", why: CLOSED },
  "request/connection.md:397": { ours: "DATA_AFTER_CLOSE", section: "RFC 9112 §9.6", why: CLOSED },
  "request/connection.md:484": { ours: "ERR_HTTP1_OBS_FOLD", section: "RFC 9112 §5.2", why: FOLDED },
  "request/connection.md:579": { ours: "ERR_HTTP1_OBS_FOLD", section: "RFC 9112 §5.2", why: FOLDED },
  "request/content-length.md:232": {
    ours: "ERR_HTTP1_TRANSFER_ENCODING",
    section: "RFC 9112 §6.3 rule 4",
    why: "a request whose final coding is not chunked has no end; no switch changes that",
  },
  "request/content-length.md:522": { ours: "ERR_HTTP1_BARE_CR", section: "RFC 9112 §2.2", why: NO_SWITCH },
  "request/invalid.md:69": {
    ours: "accepted",
    section: "RFC 9110 §9.1",
    why: "any token is a method to the parser; which are implemented is the application's to say, with 405 or 501",
  },
  "request/invalid.md:184": { ours: "ERR_HTTP1_BARE_CR", section: "RFC 9112 §2.2", why: NO_SWITCH },
  "request/invalid.md:359": {
    ours: "accepted",
    section: "RFC 9110 §9.1",
    why: "any token is a method to the parser; which are implemented is the application's to say, with 405 or 501",
  },
  "request/invalid.md:571": {
    ours: "ERR_HTTP1_CHUNK_LINE_END",
    section: "RFC 9112 §7.1",
    why: "§2.2 lets a bare LF end a field line, not a chunk-size line (S12)",
  },
  "request/lenient-header-value-relaxed.md:13": {
    ours: "ERR_HTTP1_FIELD_VALUE",
    section: "RFC 9110 §5.5",
    why: NO_CONTROLS,
  },
  "request/lenient-headers.md:9": { ours: "ERR_HTTP1_FIELD_VALUE", section: "RFC 9110 §5.5", why: NO_CONTROLS },
  "request/lenient-headers.md:37": { ours: "ERR_HTTP1_FIELD_VALUE", section: "RFC 9110 §5.5", why: NO_CONTROLS },
  "request/lenient-headers.md:112": { ours: "ERR_HTTP1_BARE_CR", section: "RFC 9112 §2.2", why: NO_SWITCH },
  "request/lenient-version.md:7": {
    ours: "ERR_HTTP1_VERSION_UNSUPPORTED",
    section: "RFC 9110 §2.5",
    why: "another major version is another protocol: 505",
  },
  "request/method.md:99": {
    ours: "ERR_HTTP1_CONNECT_CONTENT",
    section: "RFC 9110 §9.3.6",
    why: "CONNECT has no content; with a length, two readers let the tunnel begin at different octets (S28)",
  },
  "request/method.md:138": {
    ours: "ERR_HTTP1_TARGET",
    section: "RFC 9112 §3.2.4",
    why: "the asterisk-form is for OPTIONS only",
  },
  "request/method.md:375": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.3", why: ONLY_HTTP },
  "request/method.md:405": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.3", why: ONLY_HTTP },
  "request/method.md:433": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.3", why: ONLY_HTTP },
  "request/method.md:461": {
    ours: "ERR_HTTP1_TARGET",
    section: "RFC 9113 §3.4",
    why: "the HTTP/2 preface says HTTP/2.0; with HTTP/1.1 it is a request with a target that its method does not allow",
  },
  "request/sample.md:317": {
    ours: "ERR_HTTP1_REQUEST_LINE",
    section: "RFC 9112 §3",
    why: "a request line has a version; HTTP/0.9 is not spoken (S40)",
  },
  "request/sample.md:336": { ours: "ERR_HTTP1_OBS_FOLD", section: "RFC 9112 §5.2", why: FOLDED },
  "request/sample.md:458": { ours: "ERR_HTTP1_BARE_CR", section: "RFC 9112 §2.2", why: NO_SWITCH },
  "request/transfer-encoding.md:189": {
    ours: "accepted",
    section: "RFC 9110 §6.5.1",
    why: "the content is the same; the trailers Vary and Content-Type are left out, because they may not be trailers (S39)",
  },
  "request/transfer-encoding.md:539": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "request/transfer-encoding.md:683": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "request/transfer-encoding.md:716": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "request/transfer-encoding.md:754": {
    ours: "ERR_HTTP1_TARGET",
    section: "RFC 9112 §3.2, §6.1",
    why: `${NO_FRAGMENT}; and ${FINAL_CODING}`,
  },
  "request/transfer-encoding.md:796": {
    ours: "ERR_HTTP1_TARGET",
    section: "RFC 9112 §3.2, §6.1",
    why: `${NO_FRAGMENT}; and ${FINAL_CODING}`,
  },
  "request/transfer-encoding.md:1029": { ours: "ERR_HTTP1_CHUNK_LINE_END", section: "RFC 9112 §7.1", why: NO_SWITCH },
  "request/transfer-encoding.md:1144": {
    ours: "ERR_HTTP1_CHUNK_DATA_END",
    section: "RFC 9112 §7.1",
    why: "CRLF follows the data of a chunk (S15); no RFC allows to leave it out, so there is no switch",
  },
  "request/uri.md:168": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "request/uri.md:225": { ours: "ERR_HTTP1_TARGET", section: "RFC 9110 §4.2.4", why: USERINFO },
  "response/connection.md:196": { ours: "DATA_AFTER_CLOSE", section: "RFC 9112 §9.6", why: CLOSED },
  "response/connection.md:263": { ours: "DATA_AFTER_CLOSE", section: "RFC 9112 §9.6", why: CLOSED },
  "response/connection.md:495": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.2", why: NO_EMPTY_LINE },
  "response/connection.md:589": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.2", why: NO_EMPTY_LINE },
  "response/invalid.md:154": { ours: "ERR_HTTP1_BARE_CR", section: "RFC 9112 §2.2", why: NO_SWITCH },
  "response/lenient-version.md:7": {
    ours: "ERR_HTTP1_VERSION_UNSUPPORTED",
    section: "RFC 9110 §2.5",
    why: "another major version is another protocol",
  },
  "response/pipelining.md:7": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.2", why: NO_EMPTY_LINE },
  "response/sample.md:43": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.3", why: ONLY_HTTP },
  "response/sample.md:63": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.3", why: ONLY_HTTP },
  "response/sample.md:294": {
    ours: "ERR_HTTP1_STATUS_LINE",
    section: "RFC 9112 §4",
    why: "the SP after the status code stands even before an empty reason; missingReasonSpace forgives it",
  },
  "response/sample.md:648": {
    ours: "ERR_HTTP1_VERSION_UNSUPPORTED",
    section: "RFC 9112 §2.3",
    why: "HTTP/0.9 has no status line; who sends one is no server of any version",
  },
  "response/sample.md:698": { ours: "ERR_HTTP1_VERSION", section: "RFC 9112 §2.2", why: NO_EMPTY_LINE },
  "response/transfer-encoding.md:46": {
    ours: "ERR_HTTP1_TRANSFER_ENCODING",
    section: "RFC 9112 §6.1, §6.3 rule 4",
    why: UNDECODABLE,
  },
  "response/transfer-encoding.md:77": {
    ours: "ERR_HTTP1_TRANSFER_ENCODING",
    section: "RFC 9112 §6.1, §6.3 rule 4",
    why: UNDECODABLE,
  },
  "response/transfer-encoding.md:115": {
    ours: "ERR_HTTP1_TRANSFER_CODING_UNSUPPORTED",
    section: "RFC 9112 §6.1, §6.3 rule 4",
    why: UNDECODABLE,
  },
  "response/transfer-encoding.md:392": { ours: "ERR_HTTP1_OBS_FOLD", section: "RFC 9112 §5.2", why: FOLDED },
  "url.md:5": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "url.md:19": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "url.md:129": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "url.md:140": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "url.md:155": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "url.md:169": { ours: "ERR_HTTP1_TARGET", section: "RFC 9112 §3.2", why: NO_FRAGMENT },
  "url.md:195": { ours: "ERR_HTTP1_TARGET", section: "RFC 9110 §4.2.4", why: USERINFO },
  "url.md:207": { ours: "ERR_HTTP1_TARGET", section: "RFC 9110 §4.2.4", why: USERINFO },
  "url.md:219": {
    ours: "ERR_HTTP1_TARGET",
    section: "RFC 3986 §3.2.2",
    why: "a zone id is no part of an address in a URI and means nothing to another machine",
  },
  "url.md:231": {
    ours: "ERR_HTTP1_TARGET",
    section: "RFC 3986 §3.2.2",
    why: "a zone id is no part of an address in a URI and means nothing to another machine",
  },
};

/**
 * Requests of HTTP/1.1 without Host, which RFC 9112 §3.2 has us refuse with 400
 * and llhttp leaves to others. Each is tried twice: as it is, refused with
 * ERR_HTTP1_HOST; and with a Host field put in, when all else has to agree.
 */
export const WITHOUT_HOST: readonly string[] = [
  "request/connection.md:9",
  "request/connection.md:37",
  "request/connection.md:239",
  "request/connection.md:267",
  "request/connection.md:456",
  "request/connection.md:545",
  "request/connection.md:640",
  "request/connection.md:682",
  "request/connection.md:716",
  "request/content-length.md:7",
  "request/content-length.md:44",
  "request/content-length.md:132",
  "request/content-length.md:192",
  "request/content-length.md:232",
  "request/content-length.md:293",
  "request/content-length.md:320",
  "request/content-length.md:447",
  "request/finish.md:9",
  "request/invalid.md:359",
  "request/invalid.md:571",
  "request/lenient-headers.md:37",
  "request/method.md:7",
  "request/pausing.md:7",
  "request/pausing.md:37",
  "request/pausing.md:67",
  "request/pausing.md:97",
  "request/pausing.md:127",
  "request/pausing.md:157",
  "request/pausing.md:187",
  "request/pausing.md:217",
  "request/pausing.md:247",
  "request/pausing.md:277",
  "request/pausing.md:316",
  "request/pausing.md:358",
  "request/pausing.md:401",
  "request/pipelining.md:7",
  "request/sample.md:9",
  "request/sample.md:47",
  "request/sample.md:171",
  "request/sample.md:199",
  "request/sample.md:222",
  "request/sample.md:294",
  "request/sample.md:481",
  "request/sample.md:511",
  "request/sample.md:541",
  "request/sample.md:576",
  "request/transfer-encoding.md:9",
  "request/transfer-encoding.md:36",
  "request/transfer-encoding.md:73",
  "request/transfer-encoding.md:110",
  "request/transfer-encoding.md:147",
  "request/transfer-encoding.md:189",
  "request/transfer-encoding.md:241",
  "request/transfer-encoding.md:369",
  "request/transfer-encoding.md:427",
  "request/transfer-encoding.md:470",
  "request/transfer-encoding.md:880",
  "request/transfer-encoding.md:914",
  "request/transfer-encoding.md:1187",
  "request/transfer-encoding.md:1218",
  "request/uri.md:7",
  "request/uri.md:32",
  "request/uri.md:55",
  "request/uri.md:78",
  "request/uri.md:105",
  "request/uri.md:128",
];

/** Our switches for the modes of llhttp; a mode without one is read strictly. */
export const SWITCHES: Readonly<Record<string, Partial<Leniency>>> = {
  "lenient-headers": { obsFold: true, spaceBeforeColon: true },
  "lenient-chunked-length": { transferEncodingOverContentLength: true },
  "lenient-optional-cr-before-lf": { bareLf: true },
  "lenient-spaces-after-chunk-size": { chunkWhitespace: true },
  "lenient-all": {
    bareLf: true,
    obsFold: true,
    spaceBeforeColon: true,
    equalContentLengths: true,
    transferEncodingOverContentLength: true,
    missingReasonSpace: true,
    chunkWhitespace: true,
  },
};
