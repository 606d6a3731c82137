/**
 * What is known of a request that a server expects its client to make (RFC 9113 §8.4).
 *
 * It comes from the same client and is for the same authority as the request
 * that led to it, and has no content.
 *
 * @module
 */
import type { PeerInfo } from "./carrier.ts";
import type { ContentReceiver, ContentSource, Incoming } from "./response-sink.ts";

export class PromisedIncoming implements Incoming {
  readonly contentLength: number;
  readonly contentLimit: number;
  private readonly parent: Incoming;

  constructor(parent: Incoming) {
    this.contentLength = 0;
    this.contentLimit = 0;
    this.parent = parent;
  }

  get scheme(): "http" | "https" {
    return this.parent.scheme;
  }

  get authority(): string {
    return this.parent.authority;
  }

  get peer(): PeerInfo {
    return this.parent.peer;
  }

  read(receiver: ContentReceiver): ContentSource {
    let ended = false;
    return {
      grant: () => {
        if (ended) return;
        ended = true;
        receiver.onEnd(null);
      },
      stop: () => {
        ended = true;
      },
    };
  }

  /** Who waits for a promised response has nobody to go: the sink says when it is no longer wanted. */
  onGone(): void {}
}
