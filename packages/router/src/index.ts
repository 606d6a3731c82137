export type { Route } from "./endpoint.ts";
export { RouteConflictError, RoutePatternError } from "./errors.ts";
export { createRouter, type RouteArguments, type RouteMatch, Router, type RouterOptions } from "./router.ts";
