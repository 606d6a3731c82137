export type { ByteSink, Carrier, Engine, PeerInfo } from "./carrier.ts";
export { Content, type ContentOrigin, type ReadOptions, STREAM_WINDOW } from "./content.ts";
export { dispatch, fail, type ReportError } from "./dispatch.ts";
export { ContentTooLargeError, HttpError, PeerGoneError, ResponseStateError } from "./errors.ts";
export { FieldError, Fields, type FieldsInit, sameName } from "./fields.ts";
export { compose, type Handler, type Layer } from "./handler.ts";
export { HttpRequest, type HttpVersion } from "./request.ts";
export { type ContentStream, HttpResponse } from "./response.ts";
export type { ContentReceiver, ContentSource, Incoming, Producer, ResponseSink } from "./response-sink.ts";
