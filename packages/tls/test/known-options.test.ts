import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, test } from "vitest";
import { createClientTls, createServerTls } from "../src/index.ts";

let authority: Authority;
let certificates: Issued;

beforeAll(async () => {
  authority = await Authority.create();
  certificates = await authority.issue({ names: ["a.example"] });
});

/** What JavaScript hands over, and no type has looked at. */
const untyped = (json: string) => JSON.parse(json);

describe("an option of a server that is none is told, and protects nobody by mistake", () => {
  test.each([
    ['{ "clientCertificates": "required" }', 'clientCertificates is "none" or "request" or "require", not "required"'],
    ['{ "clientCertificates": true }', 'clientCertificates is "none" or "request" or "require", not true'],
    ['{ "clientCertificate": "require" }', "clientCertificate is no option of a TLS server; known are certificates, "],
    ['{ "requestCert": true, "rejectUnauthorized": true }', "requestCert is no option of a TLS server"],
    ['{ "unknownNames": "reject" }', 'unknownNames is "default" or "refuse", not "reject"'],
    ['{ "cert": "c.pem", "key": "k.pem" }', "cert is no option of a TLS server"],
    ['{ "certificates": "c.pem" }', "certificates: a certificate is { cert, key }"],
    ['{ "certificates": null }', "certificates: a certificate is { cert, key }"],
    ['{ "certificates": { "cert": "c.pem" } }', "certificates: a certificate is { cert, key }"],
    ['{ "certificates": { "cert": 5, "key": 5 } }', "a certificate or key is PEM text, its octets, or the path"],
    ['{ "alpn": "h2" }', 'alpn is a list such as ["h2", "http/1.1"], not "h2"'],
    ['{ "handshakeTimeoutMs": "10s" }', 'handshakeTimeoutMs is a number, not "10s"'],
    ['{ "handshakeTimeoutMs": -1 }', "handshakeTimeoutMs must be 0 or more, not -1"],
    ['{ "sessionLifetimeMs": null }', "sessionLifetimeMs is a number, not null"],
    ['{ "ticketKeyRotationMs": "1d" }', 'ticketKeyRotationMs is a number, not "1d"'],
    ['{ "honorCipherOrder": "no" }', 'honorCipherOrder is a boolean, not "no"'],
    ['{ "onProblem": "log" }', 'onProblem is a function, not "log"'],
  ])("%s", (json, message) => {
    expect(() => createServerTls({ certificates, ca: authority.cert, ...untyped(json) })).toThrow(message);
  });

  test("nor can it be made of nothing", () => {
    expect(() => createServerTls(untyped("null"))).toThrow("a TLS server is told by an object with certificates, ");
  });

  test("what is undefined was not said, and a certificate may know more than is asked", () => {
    const options = { certificates: { ...certificates, renewAt: 5 }, ...({ unknownNames: undefined } as object) };
    expect(() => createServerTls(options).close()).not.toThrow();
  });
});

describe("an option of a client that is none is told", () => {
  test.each([
    ['{ "cert": "c.pem", "key": "k.pem" }', "cert is no option of a TLS client; known are ca, certificate, "],
    ['{ "certificate": "c.pem" }', "certificate: a certificate is { cert, key }"],
    ['{ "ca": 5 }', "a certificate or key is PEM text"],
    ['{ "maxSessions": -1 }', "maxSessions must be 0 or more, not -1"],
    ['{ "alpn": "h2" }', "alpn is a list"],
    ['{ "servername": "a" }', "servername is no option of a TLS client"],
  ])("%s", (json, message) => {
    expect(() => createClientTls(untyped(json))).toThrow(message);
  });
});
