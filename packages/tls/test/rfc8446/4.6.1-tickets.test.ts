import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority, type Issued } from "@stack/testing/certificates";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { TlsVersion } from "../../src/protocol-options.ts";
import { MAX_TICKET_KEYS } from "../../src/ticket-keys.ts";
import type { Echo } from "../engines.ts";
import { folder, RUNTIME, serve, tlsOf } from "../serving.ts";
import { converse } from "../sessions.ts";

let authority: Authority;
let other: Authority;
let certificates: Issued;
let renewed: Issued;
let second: Issued;
let client: Issued;
let stranger: Issued;

beforeAll(async () => {
  authority = await Authority.create();
  other = await Authority.create("Other Authority");
  certificates = await authority.issue({ names: ["a.example"] });
  renewed = await authority.issue({ subject: "renewed", names: ["a.example"] });
  second = await authority.issue({ names: ["b.example"] });
  client = await authority.issue({ subject: "client-1", to: 10 });
  stranger = await other.issue({ subject: "stranger" });
});

const VERSIONS: readonly TlsVersion[] = ["TLSv1.2", "TLSv1.3"];

// Bun seals with keys of its own, and Deno resumes no sessions: their clients make full handshakes.
describe.runIf(RUNTIME === "node").each(VERSIONS)("RFC 8446 §4.6.1, RFC 5077: tickets, %s", (maxVersion) => {
  test("a session is resumed", async () => {
    const { listener, engines } = await serve({ certificates, maxVersion });
    const full = await converse(listener);
    expect(full).toMatchObject({ resumed: false, protocol: maxVersion });
    expect(await converse(listener, { session: full.session })).toMatchObject({ resumed: true });
    expect(engines.map((engine) => tlsOf(engine).resumed)).toEqual([false, true]);
    expect(tlsOf(engines[1] as Echo)).toMatchObject({ protocol: maxVersion, servername: "a.example" });
  });

  test("at another server with the same keys, and not at one with others", async () => {
    const key = randomBytes(48);
    const ours = await serve({ certificates, maxVersion, ticketKeys: key });
    const theirs = await serve({ certificates, maxVersion, ticketKeys: [key] });
    const strangers = await serve({ certificates, maxVersion });
    const { session } = await converse(ours.listener);
    expect(await converse(theirs.listener, { session })).toMatchObject({ resumed: true });
    expect(await converse(strangers.listener, { session })).toMatchObject({ resumed: false });
  });

  test("keys that were replaced still open, as long as they are kept", async () => {
    const { listener, tls } = await serve({ certificates, maxVersion });
    const { session } = await converse(listener);
    for (let i = 1; i < MAX_TICKET_KEYS; i++) {
      tls.rotateTicketKeys();
      expect(await converse(listener, { session })).toMatchObject({ resumed: true });
    }
    tls.rotateTicketKeys();
    expect(await converse(listener, { session })).toMatchObject({ resumed: false }); // and it is served all the same
  });

  test("the newest key seals", async () => {
    const [old, newest] = [randomBytes(48), randomBytes(48)];
    const ours = await serve({ certificates, maxVersion, ticketKeys: old });
    expect(ours.tls.rotateTicketKeys(newest)).toEqual(newest);
    const { session } = await converse(ours.listener);
    const theirs = await serve({ certificates, maxVersion, ticketKeys: newest });
    expect(await converse(theirs.listener, { session })).toMatchObject({ resumed: true });
    const late = await serve({ certificates, maxVersion, ticketKeys: old });
    expect(await converse(late.listener, { session })).toMatchObject({ resumed: false });
  });

  test("a renewed certificate ends no session", async () => {
    const path = folder();
    const [cert, key] = [join(path, "cert.pem"), join(path, "key.pem")];
    const write = (issued: Issued): void => {
      writeFileSync(cert, issued.cert);
      writeFileSync(key, issued.key);
    };
    write(certificates);
    const { listener, tls } = await serve({ certificates: { cert, key }, maxVersion });
    const { session } = await converse(listener);
    write(renewed);
    tls.reload();
    expect(await converse(listener, { session })).toMatchObject({ resumed: true });
  });

  test("S117: a session of one name opens no other's", async () => {
    const { listener } = await serve({ certificates: [certificates, second], maxVersion });
    const { session } = await converse(listener, { servername: "a.example" });
    expect(await converse(listener, { session, servername: "b.example" })).toMatchObject({ resumed: false });
  });

  test("S117: a session without a client certificate opens no server that wants one", async () => {
    const ticketKeys = randomBytes(48);
    const open = await serve({ certificates, maxVersion, ticketKeys });
    const closed = await serve({
      certificates,
      maxVersion,
      ticketKeys,
      clientCertificates: "require",
      ca: authority.cert,
    });
    const { session } = await converse(open.listener);
    await expect(converse(closed.listener, { session })).rejects.toThrow();
    expect(closed.engines).toEqual([]);
    expect(closed.errors).toMatchObject([{ code: "ERR_TLS_CLIENT_CERTIFICATE" }]);
    expect(await converse(closed.listener, { session, ...client })).toMatchObject({ resumed: false });
  });

  test("S117: a session of one authority's client opens no server of another's", async () => {
    const ticketKeys = randomBytes(48);
    const shared = { certificates, maxVersion, ticketKeys, clientCertificates: "require" } as const;
    const ours = await serve({ ...shared, ca: authority.cert });
    const theirs = await serve({ ...shared, ca: other.cert });
    const both = await serve({ ...shared, ca: [other.cert, authority.cert] });
    const { session } = await converse(ours.listener, client);
    await expect(converse(theirs.listener, { session, ...client })).rejects.toThrow();
    expect(await converse(both.listener, { session, ...client })).toMatchObject({ resumed: false });
    expect(await converse(ours.listener, { session })).toMatchObject({ resumed: true });
  });

  test("S117: a resumed client is who it was", async () => {
    const { listener, engines } = await serve({
      certificates,
      maxVersion,
      clientCertificates: "request",
      ca: authority.cert,
    });
    for (const shown of [client, stranger, {}]) {
      const { session } = await converse(listener, shown);
      expect(await converse(listener, { session })).toMatchObject({ resumed: true });
    }
    const seen = engines.map((engine) => {
      const { resumed, authorized, certificate } = tlsOf(engine);
      return [resumed, authorized, certificate?.subject];
    });
    expect(seen).toEqual([
      [false, true, "CN=client-1"],
      [true, true, "CN=client-1"],
      [false, false, "CN=stranger"],
      [true, false, "CN=stranger"],
      [false, false, undefined],
      [true, false, undefined],
    ]);
  });

  describe("later", () => {
    afterEach(() => vi.useRealTimers());

    test("S117: a session does not outlive its client's certificate", async () => {
      const { listener, errors } = await serve({
        certificates,
        maxVersion,
        clientCertificates: "require",
        ca: authority.cert,
      });
      const { session } = await converse(listener, client);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 11 * 86_400_000 });
      await expect(converse(listener, { session })).rejects.toThrow();
      expect(errors).toMatchObject([
        { code: "ERR_TLS_CLIENT_CERTIFICATE", message: expect.stringContaining("expired since its session began") },
      ]);
    });

    test("keys of our own are replaced when it is time", async () => {
      const path = join(folder(), "ticket.keys");
      const { listener } = await serve({ certificates, maxVersion, ticketKeys: path, ticketKeyRotationMs: 3_600_000 });
      const { session } = await converse(listener);
      const before = readFileSync(path);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_001 });
      expect(await converse(listener, { session })).toMatchObject({ resumed: true });
      expect(readFileSync(path).subarray(48)).toEqual(before);
    });
  });
});
