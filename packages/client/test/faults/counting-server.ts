/**
 * A server that counts what it does for each id, so that its count can be compared with what a client says.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from "@stack/http";
import { createServer, type Server } from "@stack/server";
import { Authority } from "@stack/testing/certificates";

/** Where it listens, and whose certificate it shows. */
export interface Ways {
  readonly plain: number;
  readonly tls: number;
  readonly ca: string;
}

/** `POST /do/:id`, done once its content is whole, and `GET /do/:id`. */
export class CountingServer {
  /** How often something was done for an id. */
  readonly done: Map<string, number>;
  readonly server: Server;

  constructor() {
    this.done = new Map();
    this.server = createServer({ onError: () => {} });
    const act = (request: HttpRequest, response: HttpResponse): void => {
      const id = request.params.get("id") ?? "";
      this.done.set(id, this.times(id) + 1);
      response.text(`done ${id}`);
    };
    this.server.get("/do/:id", act);
    this.server.post("/do/:id", async (request, response) => {
      await request.bytes();
      act(request, response);
    });
  }

  times(id: string): number {
    return this.done.get(id) ?? 0;
  }

  async listen(): Promise<Ways> {
    const { server } = this;
    const authority = await Authority.create();
    const certificates = await authority.issue({ names: ["127.0.0.1"] });
    const plain = (await server.listen(0)).port;
    const tls = (await server.listen(0, { tls: { certificates, alpn: ["h2", "http/1.1"] } })).port;
    return { plain, tls, ca: authority.cert };
  }
}

/** A way to talk to it: under TLS or not, and what the client is told of the version. */
export interface Way {
  readonly secure: boolean;
  readonly version: "alpn" | "prior-knowledge" | "http/1.1";
}

type WayName = "HTTP/1.1" | "HTTP/2" | "HTTP/1.1 under TLS" | "HTTP/2 under TLS";

/** Both versions, in cleartext and under TLS. */
export const WAYS: Readonly<Record<WayName, Way>> = {
  "HTTP/1.1": { secure: false, version: "alpn" },
  "HTTP/2": { secure: false, version: "prior-knowledge" },
  "HTTP/1.1 under TLS": { secure: true, version: "http/1.1" },
  "HTTP/2 under TLS": { secure: true, version: "alpn" },
};
