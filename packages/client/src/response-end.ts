/**
 * Tells when a response is over, for layers that hold something as long as it lasts.
 *
 * @module
 */
import type { ContentReceiver, ContentSource, Fields } from "@stack/http";
import type { ClientResponse, ResponseOrigin } from "./response.ts";
import type { Timings } from "./timings.ts";

/**
 * The response, which calls `done` once its content has come to its end, has failed or is not wanted any more; at once
 * when all of it is here already.
 */
export function whenOver(response: ClientResponse, done: () => void): ClientResponse {
  if (!response.carrier.complete) return response.with({ origin: new WatchedOrigin(response.carrier, done) });
  done();
  return response;
}

class WatchedOrigin implements ResponseOrigin {
  private readonly carrier: ResponseOrigin;
  private readonly done: () => void;

  constructor(carrier: ResponseOrigin, done: () => void) {
    this.carrier = carrier;
    this.done = done;
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

  whole(limit: number): Uint8Array | null {
    const bytes = this.carrier.whole(limit);
    if (bytes !== null) this.done();
    return bytes;
  }

  cancel(): void {
    this.done();
    this.carrier.cancel();
  }

  read(receiver: ContentReceiver): ContentSource {
    const source = this.carrier.read({
      onContent: (bytes, start, end) => receiver.onContent(bytes, start, end),
      onEnd: (trailers) => {
        this.done();
        receiver.onEnd(trailers);
      },
      onError: (error) => {
        this.done();
        receiver.onError(error);
      },
    });
    return {
      grant: (octets) => source.grant(octets),
      stop: (code) => {
        this.done();
        source.stop(code);
      },
    };
  }
}
