/** @grpc/grpc-js against handlers that are written by hand: unary and streaming calls (gRPC over HTTP/2). */
import {
  ChannelCredentials,
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import type { HttpRequest, HttpResponse } from "@stack/http";
import { describe, expect, onTestFinished, test } from "vitest";
import { http1Client } from "../engine-client.ts";
import { type Served, serve } from "../versions.ts";
import { PORTS } from "./served.ts";

/** A message with its prefix: not compressed, its length. */
function framed(message: string): Uint8Array {
  const content = Buffer.from(message);
  const out = Buffer.alloc(5 + content.length);
  out.writeUInt32BE(content.length, 1);
  content.copy(out, 5);
  return out;
}

/** The messages of a request as they come. */
async function* messages(request: HttpRequest): AsyncGenerator<string> {
  let held = Buffer.alloc(0);
  for await (const piece of request) {
    held = Buffer.concat([held, piece]);
    while (held.length >= 5 && held.length >= 5 + held.readUInt32BE(1)) {
      const end = 5 + held.readUInt32BE(1);
      yield held.subarray(5, end).toString();
      held = held.subarray(end);
    }
  }
}

function begin(response: HttpResponse): void {
  response.fields.set("Content-Type", "application/grpc+proto");
  response.fields.set("Trailer", "grpc-status, grpc-message");
}

function end(response: HttpResponse, code: number, message = ""): void {
  response.trailers.set("grpc-status", String(code));
  if (message !== "") response.trailers.set("grpc-message", message);
  response.end();
}

/** Aborted calls, by path. */
async function serving(secure: boolean): Promise<{ client: Client; aborted: string[]; served: Served }> {
  const aborted: string[] = [];
  const served = await serve({ secure, connect: http1Client }, (server) => {
    server.use((inner) => (request, response) => {
      request.signal.addEventListener("abort", () => aborted.push(request.path));
      return inner(request, response);
    });
    server.post("/test.Shout/Unary", async (request, response) => {
      begin(response);
      for await (const message of messages(request)) response.write(framed(message.toUpperCase()));
      end(response, 0);
    });
    server.post("/test.Shout/Count", async (request, response) => {
      begin(response);
      for await (const message of messages(request))
        for (let i = 1; i <= Number(message); i++) {
          if (!response.write(framed(`${i}`))) await response.drained();
        }
      end(response, 0);
    });
    server.post("/test.Shout/Join", async (request, response) => {
      begin(response);
      const all: string[] = [];
      for await (const message of messages(request)) all.push(message);
      response.write(framed(all.join("+")));
      end(response, 0);
    });
    server.post("/test.Shout/Both", async (request, response) => {
      begin(response);
      for await (const message of messages(request)) response.write(framed(message.toUpperCase()));
      end(response, 0);
    });
    server.post("/test.Shout/Fail", (_, response) => {
      begin(response);
      end(response, status.INVALID_ARGUMENT, "not%20this");
    });
    server.post("/test.Shout/Wait", async (request, response) => {
      begin(response);
      response.write(framed("begun"));
      await new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve()));
    });
  });
  const { ca, port } = served.where;
  const secured = ca === undefined ? credentials.createInsecure() : ChannelCredentials.createSsl(Buffer.from(ca));
  // It would put the address into SNI, which Node 26 refuses (RFC 6066 §3).
  const client = new Client(`127.0.0.1:${port}`, secured, { "grpc.ssl_target_name_override": "localhost" });
  onTestFinished(() => client.close());
  return { client, aborted, served };
}

const encode = (message: string): Buffer => Buffer.from(message);
const decode = (octets: Buffer): string => octets.toString();

async function collect(call: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const message of call) all.push(message);
  return all;
}

describe.each(PORTS)("@grpc/grpc-js, $name", ({ secure }) => {
  function unary(client: Client, path: string, message: string, metadata = new Metadata()): Promise<string> {
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest<string, string>(path, encode, decode, message, metadata, (error, value) => {
        if (error !== null) reject(error);
        else resolve(value ?? "");
      });
    });
  }

  test("a unary call, and a hundred at once on one connection", async () => {
    const { client, served } = await serving(secure);
    expect(await unary(client, "/test.Shout/Unary", "hello")).toBe("HELLO");
    const calls = Array.from({ length: 100 }, (_, i) => unary(client, "/test.Shout/Unary", `m${i}`));
    expect(await Promise.all(calls)).toEqual(calls.map((_, i) => `M${i}`));
    expect(served.server.figures.connections).toBe(1);
  });

  test("a failure is in the trailers; so it is when there is nothing else (Trailers-Only)", async () => {
    const { client } = await serving(secure);
    const error = await unary(client, "/test.Shout/Fail", "x").catch((reason: ServiceError) => reason);
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: "not this" });
    const none = await unary(client, "/test.Shout/None", "x").catch((reason: ServiceError) => reason);
    expect(none).toMatchObject({ code: status.UNIMPLEMENTED }); // 404
  });

  test("server streaming: ten thousand messages", async () => {
    const { client } = await serving(secure);
    const call = client.makeServerStreamRequest("/test.Shout/Count", encode, decode, "10000");
    expect(await collect(call)).toEqual(Array.from({ length: 10_000 }, (_, i) => `${i + 1}`));
  });

  test("client streaming", async () => {
    const { client } = await serving(secure);
    const joined = await new Promise((resolve, reject) => {
      const call = client.makeClientStreamRequest<string, string>("/test.Shout/Join", encode, decode, (error, value) =>
        error === null ? resolve(value) : reject(error),
      );
      for (const message of ["a", "b", "c"]) call.write(message);
      call.end();
    });
    expect(joined).toBe("a+b+c");
  });

  test("both ways, in turn", async () => {
    const { client } = await serving(secure);
    const call = client.makeBidiStreamRequest<string, string>("/test.Shout/Both", encode, decode);
    const got: string[] = [];
    call.write("0");
    for await (const message of call) {
      got.push(message as string);
      if (got.length < 100) call.write(String(got.length));
      else call.end();
    }
    expect(got).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  test("S54: calls that are cancelled reach their handlers, and are not punished: 150 in a row", async () => {
    const { client, aborted, served } = await serving(secure);
    for (let i = 0; i < 150; i++) {
      const call: ClientReadableStream<string> = client.makeServerStreamRequest(
        "/test.Shout/Wait",
        encode,
        decode,
        "x",
      );
      await new Promise((resolve) => call.once("data", resolve));
      const ended = new Promise((resolve) => call.once("error", resolve));
      call.cancel();
      expect(await ended).toMatchObject({ code: status.CANCELLED });
    }
    expect(await unary(client, "/test.Shout/Unary", "still here")).toBe("STILL HERE");
    expect(aborted).toHaveLength(150);
    expect(served.refused).toEqual([]);
  });

  test("a deadline that passes", async () => {
    const { client } = await serving(secure);
    const call = client.makeServerStreamRequest("/test.Shout/Wait", encode, decode, "x", {
      deadline: Date.now() + 200,
    });
    await expect(collect(call)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });
});
