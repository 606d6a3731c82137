export { negotiateEncoding, negotiateLanguage, negotiateMediaType } from "./accept.ts";
export { type Authority, canonicalAuthority, DEFAULT_PORTS, MAX_AUTHORITY, parseAuthority } from "./authority.ts";
export type { ByteSink, Carrier, Engine, PeerCertificate, PeerInfo, TlsPeer } from "./carrier.ts";
export {
  type ConditionFields,
  evaluatePreconditions,
  type Precondition,
  rangeApplies,
  type Validators,
} from "./conditional.ts";
export { Content, type ContentOrigin, type ReadOptions, STREAM_WINDOW } from "./content.ts";
export { type ContentDisposition, formatContentDisposition, parseContentDisposition } from "./content-disposition.ts";
export type { ContentStream } from "./content-stream.ts";
export { CookieError, CookieLimitError, cookiePairs, formatCookie, MAX_COOKIES, parseCookie } from "./cookie.ts";
export { MAX_COOKIE_DATE, parseCookieDate } from "./cookie-date.ts";
export { hasCookiePrefix, type PrefixedAttributes, prefixViolation } from "./cookie-prefixes.ts";
export { imfFixdate, parseHttpDate } from "./date.ts";
export { dispatch, fail, type ReportError } from "./dispatch.ts";
export {
  formatEntityTag,
  isEntityTag,
  MAX_ENTITY_TAGS,
  matchesStrongly,
  matchesWeakly,
  parseEntityTags,
} from "./entity-tag.ts";
export { ContentTooLargeError, HttpError, PeerGoneError, ResponseStateError } from "./errors.ts";
export { escapeForLog, MAX_ESCAPED } from "./escape.ts";
export { EVENT_STREAM, EventStreamError, formatEvent, type ServerSentEvent } from "./event-stream.ts";
export {
  EventStreamLimitError,
  type EventStreamLimits,
  EventStreamParser,
  type EventStreamVisitor,
  MAX_EVENT_DATA,
  MAX_EVENT_LINE,
} from "./event-stream-parser.ts";
export { decodeExtValue, encodeExtValue } from "./ext-value.ts";
export { FieldError, Fields, type FieldsInit, sameName } from "./fields.ts";
export { compose, type Handler, type Layer } from "./handler.ts";
export { JsonError, type JsonOptions, MAX_JSON_DEPTH, parseJson } from "./json.ts";
export { formatLinks, type Link, MAX_LINK_PARAMETERS, MAX_LINKS, parseLinks } from "./link.ts";
export { listElementEnd, listElements, listHasToken, MAX_LIST_ELEMENTS } from "./lists.ts";
export {
  canonicalMediaType,
  charsetOf,
  formatMediaType,
  isJsonMediaType,
  type MediaType,
  parseMediaType,
} from "./media-type.ts";
export { isCacheable, isIdempotent, isSafe, METHODS, type MethodProperties } from "./methods.ts";
export { formatParameters, MAX_PARAMETERS, type ParameterMap, parseParameters } from "./parameters.ts";
export { encodeSegment, percentDecode, percentDecodeLoosely } from "./percent-encoding.ts";
export { MAX_PREFERENCES, MAX_QUALITY, type Preference, parsePreferences, parseQuality } from "./quality.ts";
export {
  FORM_URLENCODED,
  formatQuery,
  MAX_FORM_OCTETS,
  MAX_QUERY_OCTETS,
  MAX_QUERY_PAIRS,
  parseForm,
  parseQuery,
  QueryLimitError,
  type QueryOptions,
  QueryPairs,
} from "./query.ts";
export {
  decodeQuotedString,
  encodeQuotedString,
  encodeTokenOrQuotedString,
  NotQuotableError,
  quotedStringEnd,
} from "./quoted-string.ts";
export {
  COALESCE_GAP,
  type ContentRange,
  coalesceRanges,
  formatContentRange,
  formatUnsatisfiedRange,
  MAX_RANGES,
  type OctetRange,
  parseContentRange,
  parseRange,
} from "./range.ts";
export { HttpRequest, type HttpVersion } from "./request.ts";
export type { RequestHead, RequestOutcome, RequestSink, ResponseReceiver } from "./request-sink.ts";
export { parseRequestTarget, type RequestTarget } from "./request-target.ts";
export { HttpResponse } from "./response.ts";
export type { ContentReceiver, ContentSource, Incoming, Producer, ResponseSink } from "./response-sink.ts";
export {
  type CookieAttributes,
  formatExpiredCookie,
  formatSetCookie,
  MAX_COOKIE_AGE,
  MAX_COOKIE_ATTRIBUTE_OCTETS,
  MAX_COOKIE_OCTETS,
} from "./set-cookie.ts";
export { MAX_COOKIE_ATTRIBUTES, parseSetCookie, type SetCookie } from "./set-cookie-parser.ts";
export { copyOctets, ownOctets } from "./small-octets.ts";
export {
  forbidsContent,
  isClientError,
  isHeuristicallyCacheable,
  isInformational,
  isRedirection,
  isServerError,
  isSuccessful,
  reasonPhrase,
  STATUS,
  statusClass,
} from "./status.ts";
export {
  type BareItem,
  Decimal,
  DisplayString,
  type InnerList,
  type Item,
  type ItemParameters,
  MAX_INNER_LIST_ITEMS,
  MAX_ITEM_PARAMETERS,
  MAX_STRUCTURED_FIELD,
  MAX_STRUCTURED_MEMBERS,
  type Member,
  Token,
} from "./structured-field.ts";
export { parseDictionary, parseItem, parseList } from "./structured-field-parser.ts";
export {
  formatDictionary,
  formatItem,
  formatList,
  type ItemInit,
  type MemberInit,
  type ParametersInit,
  StructuredFieldError,
} from "./structured-field-serializer.ts";
export { isToken, owsEnd, tokenEnd, trimOws } from "./tokens.ts";
export { encodeUriReference } from "./uri-reference.ts";
