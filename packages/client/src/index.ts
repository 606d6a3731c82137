export { ClientError, type ClientErrorCode, type ClientStage } from "./errors.ts";
export { type ContentInit, RequestContent, type StreamedContentOptions } from "./request-content.ts";
export type { Progress, RequestInit, RequestOptions, Timeouts } from "./request-options.ts";
export { Origin, RequestUrl } from "./request-url.ts";
export { ClientResponse, type ResponseOrigin } from "./response.ts";
export { type ClientLayer, ClientRequest, type RequestChanges, type Send } from "./send.ts";
export { Timings } from "./timings.ts";
