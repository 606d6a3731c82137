import { describe, expect, test } from "vitest";
import { decodeRequest, decodeResponse } from "../wire.ts";

const request = (lines: string, version = "1.1"): string => `GET / HTTP/${version}\r\nHost: h\r\n${lines}\r\n\r\n`;

describe("RFC 9112 §9.3 Persistence", () => {
  test.each([
    ["1.1", "X: y", true],
    ["1.1", "Connection: close", false],
    ["1.1", "Connection: CLOSE", false],
    ["1.1", "Connection: keep-alive", true],
    ["1.1", "Connection: keep-alive, close", false],
    ["1.1", "Connection: a ,\tclose\t, b", false],
    ["1.1", "Connection: ,,close", false],
    ["1.1", "Connection: a\r\nConnection: close", false],
    ["1.1", "Connection: closed", true],
    ["1.1", "Connection: clos", true],
    ["1.1", "Connection: x-close", true],
    ["1.1", "Connection: close;x", true],
    ["1.1", "Connection:", true],
    ["1.1", "Proxy-Connection: close", true],
    ["1.0", "X: y", false],
    ["1.0", "Connection: keep-alive", true],
    ["1.0", "Connection: Keep-Alive, foo", true],
    ["1.0", "Connection: keep-alive, close", false],
    ["1.0", "Keep-Alive: 300", false],
    ["1.0", "Connection: close", false],
  ])("HTTP/%s, %j: %s", (version, lines, keepAlive) => {
    expect(decodeRequest(request(lines, version))).toMatchObject({ keepAlive });
    expect(decodeResponse(`HTTP/${version} 200 OK\r\n${lines}\r\n\r\n`)).toMatchObject({ keepAlive });
  });
});

describe("RFC 9110 §7.8 Upgrade", () => {
  test.each([
    ["1.1", "Connection: upgrade\r\nUpgrade: websocket", true],
    ["1.1", "Upgrade: websocket\r\nConnection: keep-alive, Upgrade", true],
    ["1.1", "Connection: upgrade", false],
    ["1.1", "Upgrade: websocket", false],
    ["1.1", "Connection: x-upgrade\r\nUpgrade: websocket", false],
    ["1.0", "Connection: upgrade\r\nUpgrade: websocket", false],
  ])("HTTP/%s, %j: %s", (version, lines, upgrade) => {
    expect(decodeRequest(request(lines, version))).toMatchObject({ upgrade });
    expect(decodeResponse(`HTTP/${version} 101 \r\n${lines}\r\n\r\n`)).toMatchObject({ upgrade });
  });
});

describe("RFC 9110 §10.1.1 Expect", () => {
  test.each([
    ["1.1", "Expect: 100-continue", true],
    ["1.1", "expect: 100-Continue", true],
    ["1.1", "Expect: foo, 100-continue", true],
    ["1.1", "Expect: 100-continue;x=y", false],
    ["1.1", "Expect: 100", false],
    ["1.1", "X: 100-continue", false],
    ["1.0", "Expect: 100-continue", false],
  ])("HTTP/%s, %j: %s", (version, lines, expectContinue) => {
    expect(decodeRequest(request(lines, version))).toMatchObject({ expectContinue });
  });
});
