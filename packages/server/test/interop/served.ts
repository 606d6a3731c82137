/**
 * The server that other people's clients are pointed at.
 *
 * @module
 */
import type { Server } from "../../src/index.ts";
import { http1Client } from "../engine-client.ts";
import { type Served, serve } from "../versions.ts";

/** Cleartext and TLS, as `test.each` wants them. */
export const PORTS: readonly { readonly name: string; readonly secure: boolean }[] = [
  { name: "h2c", secure: false },
  { name: "h2 over TLS", secure: true },
];

/** A server with a route for each thing that a client can do. */
export function served(secure: boolean): Promise<Served & { readonly origin: string }> {
  return serve({ secure, connect: http1Client }, routes, { maxContentOctets: 64 * 2 ** 20 }).then((made) => ({
    ...made,
    origin: `${secure ? "https" : "http"}://127.0.0.1:${made.port}`,
  }));
}

/** Octets of `/large`. */
export const LARGE: number = 8 * 2 ** 20;

function routes(server: Server): void {
  server
    .get("/", (request, response) => response.text(`over ${request.version}`))
    .get("/large", async (_, response) => {
      const piece = new Uint8Array(65_536).fill(0x78);
      for (let at = 0; at < LARGE; at += piece.length) if (!response.write(piece)) await response.drained();
      response.end();
    })
    .get("/trailers", (_, response) => {
      response.fields.set("Trailer", "Checksum");
      response.write("content");
      response.trailers.set("Checksum", "abc");
      response.end();
    })
    .get("/hints", (_, response) => {
      response.inform(103, { Link: "</a.css>; rel=preload" });
      response.text("hinted");
    })
    .get("/status/:status", (request, response) => {
      response.status = Number(request.params.get("status"));
      response.text("status");
    })
    .post("/echo", (request, response) => response.stream(request.content))
    .post("/count", async (request, response) => {
      let octets = 0;
      for await (const piece of request) octets += piece.length;
      response.text(`${octets} ${request.trailers.get("checksum") ?? "no trailer"}`);
    });
}
