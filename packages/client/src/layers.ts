/**
 * What stands between a call and the transport, from the outside in: the user's
 * layers, redirects, cookies, further attempts, codings.
 *
 * The order is part of the interface: each request of a chain of redirects has
 * cookies and attempts of its own, and what a layer of the user sees is decoded.
 *
 * @module
 */
import type { DecodingOptions } from "@stack/compression";
import { type CookieJar, cookies } from "./cookies.ts";
import { decode } from "./decode.ts";
import { withoutFailedExpectation } from "./expectation.ts";
import { type RedirectOptions, redirects } from "./redirects.ts";
import { type RetryOptions, retry } from "./retry.ts";
import type { ClientLayer, Send } from "./send.ts";

/** The layers of a client. */
export interface LayerOptions {
  /** Around everything else, the first the outermost. Default: none. */
  readonly layers?: readonly ClientLayer[];
  /** Bounds of redirects; {@link RequestOptions.redirect} says whether they are followed. */
  readonly redirects?: RedirectOptions;
  /** Keeps cookies, and sends them; see {@link cookies}. Default: null, none are kept. */
  readonly cookies?: CookieJar | null;
  /** Further attempts for idempotent requests; true for the defaults of {@link retry}. Default false. */
  readonly retry?: RetryOptions | boolean;
  /** Bounds of decoding; {@link RequestOptions.decode} says whether content is decoded. */
  readonly decoding?: DecodingOptions;
}

/** Names of {@link LayerOptions}. */
export const LAYER_OPTIONS: ReadonlySet<string> = new Set(["layers", "redirects", "cookies", "retry", "decoding"]);

/** @throws RangeError for a bound that is none */
export function withLayers(transport: Send, options: LayerOptions): Send {
  let send = decode(options.decoding)(withoutFailedExpectation(transport));
  if (options.retry !== undefined && options.retry !== false)
    send = retry(options.retry === true ? {} : options.retry)(send);
  if (options.cookies !== undefined && options.cookies !== null) send = cookies(options.cookies)(send);
  send = redirects(options.redirects)(send);
  for (const layer of [...(options.layers ?? [])].reverse()) send = layer(send);
  return send;
}
