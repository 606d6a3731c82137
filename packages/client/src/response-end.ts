/**
 * Tells when a response is over, for layers that hold something as long as it lasts.
 *
 * @module
 */
import type { ContentReceiver, ContentSource } from "@stack/http";
import { DelegatingOrigin } from "./delegating-origin.ts";
import type { ClientResponse, ResponseOrigin } from "./response.ts";

/**
 * The response, which calls `done` once its content has come to its end, has failed or is not wanted any more; at once
 * when all of it is here already.
 */
export function whenOver(response: ClientResponse, done: () => void): ClientResponse {
  if (!response.carrier.complete) return response.with({ origin: new WatchedOrigin(response.carrier, done) });
  done();
  return response;
}

class WatchedOrigin extends DelegatingOrigin {
  private readonly done: () => void;

  constructor(carrier: ResponseOrigin, done: () => void) {
    super(carrier);
    this.done = done;
  }

  whole(limit: number): Uint8Array | null {
    const bytes = this.carrier.whole(limit);
    if (bytes !== null) this.done();
    return bytes;
  }

  override cancel(): void {
    this.done();
    super.cancel();
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
