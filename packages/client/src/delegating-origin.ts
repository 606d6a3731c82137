/**
 * What layers that change a response's content have in common.
 *
 * @module
 */
import type { ContentReceiver, ContentSource, Fields } from "@stack/http";
import type { ResponseOrigin } from "./response.ts";
import type { Timings } from "./timings.ts";

/** A response's other side that leaves to `carrier` whatever it does not do itself. */
export abstract class DelegatingOrigin implements ResponseOrigin {
  /** What it leaves the rest to. */
  readonly carrier: ResponseOrigin;

  constructor(carrier: ResponseOrigin) {
    this.carrier = carrier;
  }

  get contentLength(): number {
    return this.carrier.contentLength;
  }

  get contentLimit(): number {
    return this.carrier.contentLimit;
  }

  get complete(): boolean {
    return this.carrier.complete;
  }

  get version(): "1.0" | "1.1" | "2" {
    return this.carrier.version;
  }

  get timings(): Timings {
    return this.carrier.timings;
  }

  get trailers(): Fields {
    return this.carrier.trailers;
  }

  get untilClose(): boolean {
    return this.carrier.untilClose;
  }

  abstract whole(limit: number): Uint8Array | null;

  abstract read(receiver: ContentReceiver): ContentSource;

  cancel(): void {
    this.carrier.cancel();
  }
}
