/**
 * Which fields may not come after the content (RFC 9110 §6.5.1, S39).
 *
 * Who merged such a field into the head would reframe, reroute or authorise a
 * message after it was judged.
 *
 * @module
 */

/** What a trailer of a given name is: {@link ALLOWED}, {@link DROPPED} or {@link REFUSED}. */
export type TrailerRule = 0 | 1 | 2;
/** Reported. */
export const ALLOWED = 0;
/** Left out when received, as RFC 9110 §6.5.1 allows: harmless to framing, misleading when merged. Never sent. */
export const DROPPED = 1;
/** Received, it is an attack and the message is refused. Never sent. */
export const REFUSED = 2;

const RULES = {
  // Message framing and connection options
  "transfer-encoding": REFUSED,
  "content-length": REFUSED,
  connection: REFUSED,
  "keep-alive": REFUSED,
  "proxy-connection": REFUSED,
  te: REFUSED,
  trailer: REFUSED,
  upgrade: REFUSED,
  // Routing
  host: REFUSED,
  "max-forwards": REFUSED,
  // Authentication
  authorization: REFUSED,
  "proxy-authorization": REFUSED,
  "www-authenticate": REFUSED,
  "proxy-authenticate": REFUSED,
  cookie: REFUSED,
  "set-cookie": REFUSED,
  // Request modifiers
  "cache-control": DROPPED,
  pragma: DROPPED,
  expect: DROPPED,
  range: DROPPED,
  "if-match": DROPPED,
  "if-none-match": DROPPED,
  "if-modified-since": DROPPED,
  "if-unmodified-since": DROPPED,
  "if-range": DROPPED,
  // Response control data
  age: DROPPED,
  date: DROPPED,
  expires: DROPPED,
  location: DROPPED,
  "retry-after": DROPPED,
  vary: DROPPED,
  warning: DROPPED,
  // How the content is to be processed
  "content-encoding": DROPPED,
  "content-range": DROPPED,
  "content-type": DROPPED,
} as const satisfies Record<string, TrailerRule>;

const RULE_OF: ReadonlyMap<string, TrailerRule> = new Map(Object.entries(RULES));

/** The rule for a field `name`, in any case. */
export function trailerRule(name: string): TrailerRule {
  return name.length > LONGEST ? ALLOWED : (RULE_OF.get(name.toLowerCase()) ?? ALLOWED);
}

const LONGEST = 19;
