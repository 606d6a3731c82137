import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, test } from "vitest";
import { until } from "../engines.ts";
import { failureOf, serve } from "../serving.ts";

describe("RFC 7301 §3.2 Protocol Selection", () => {
  let authority: Authority;
  let certificates: Issued;

  beforeAll(async () => {
    authority = await Authority.create();
    certificates = await authority.issue({ names: ["a.example"] });
  });

  test.each([
    ["the server's order counts", ["h2", "http/1.1"], ["http/1.1", "h2"], "h2"],
    ["what the client does not offer is passed over", ["h2", "http/1.1"], ["x", "http/1.1"], "http/1.1"],
    ["a client without ALPN is served", ["h2"], [], ""],
    ["a server without ALPN serves everyone", [], ["h2"], ""],
  ])("%s", async (_, ours, theirs, chosen) => {
    const { meet } = await serve({ certificates, alpn: ours });
    const { client, server } = await meet({ ca: authority.cert, alpn: theirs });
    expect(server.carrier.peer.alpn).toBe(chosen);
    expect(client.carrier.peer.alpn).toBe(chosen);
  });

  test("S119: no overlap is no_application_protocol, not some protocol (ALPACA)", async () => {
    const { dial, errors, engines } = await serve({ certificates, alpn: ["h2", "http/1.1"] });
    const refused = await failureOf(dial({ ca: authority.cert, alpn: ["ftp"] }));
    expect(refused).toMatchObject({ name: "TlsError", code: "ERR_TLS_NO_ALPN" });
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: "ERR_TLS_NO_ALPN" });
    expect(engines).toEqual([]);
  });

  test("S74: a client with an unknown protocol is not held open", async () => {
    const { dial, listener } = await serve({ certificates, alpn: ["h2"] });
    for (let i = 0; i < 20; i++)
      expect(await failureOf(dial({ ca: authority.cert, alpn: ["x"] }))).toMatchObject({ code: "ERR_TLS_NO_ALPN" });
    await until(() => listener.connections === 0);
    expect(listener.connections).toBe(0);
  });

  test.each([[[""]], [["x".repeat(256)]]])("refuses the protocol %j: it has 1 to 255 octets (§3.1)", async (alpn) => {
    await expect(serve({ certificates, alpn })).rejects.toThrow(RangeError);
  });
});
