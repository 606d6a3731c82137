export { createFetch, type Fetch, type FetchOptions, fetch } from "./fetch-call.ts";
export type { FetchInit, FetchRequest } from "./fetch-request.ts";
export { FetchResponse } from "./fetch-response.ts";
