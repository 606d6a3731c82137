export { createFetch, type Fetch, type FetchInit, type FetchOptions, fetch } from "./fetch-call.ts";
export { FetchResponse } from "./fetch-response.ts";
