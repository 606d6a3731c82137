import { describe, expect, test } from "vitest";
import { decodeResponse, responseError } from "../wire.ts";

describe("RFC 9112 §4 Status Line", () => {
  test.each([
    ["HTTP/1.1 200 OK", 200, "OK"],
    ["HTTP/1.1 404 Not Found", 404, "Not Found"],
    ["HTTP/1.1 200 ", 200, ""],
    ["HTTP/1.1 200  OK", 200, " OK"],
    ["HTTP/1.1 999 \t\xe9", 999, "\t\xe9"],
    ["HTTP/1.0 100 ", 100, ""],
  ])("%j", (line, status, reason) => {
    expect(decodeResponse(`${line}\r\n\r\n`)).toMatchObject({ status, reason, fields: [] });
  });

  test.each([
    ["a status of one digit", "HTTP/1.1 2 OK"],
    ["a status of two digits", "HTTP/1.1 20 OK"],
    ["a status of four digits", "HTTP/1.1 2000 OK"],
    ["a status below 100", "HTTP/1.1 099 OK"],
    ["a status with a letter", "HTTP/1.1 2x0 OK"],
    ["a sign", "HTTP/1.1 +20 OK"],
    ["two spaces before the status", "HTTP/1.1  200 OK"],
    ["a tab before the status", "HTTP/1.1\t200 OK"],
    ["no space after the status", "HTTP/1.1 200OK"],
    ["a tab after the status", "HTTP/1.1 200\tOK"],
    ["no space and no reason", "HTTP/1.1 200"],
    ["S43: NUL in the reason", "HTTP/1.1 200 O\0K"],
    ["S43: a control in the reason", "HTTP/1.1 200 \x1b[31m"],
  ])("rejects %s", (_, line) => {
    expect(responseError(`${line}\r\n\r\n`)).toBe("ERR_HTTP1_STATUS_LINE");
  });

  test.each(["HTP/1.1 200 OK", "http/1.1 200 OK", "ICE/1.0 200 OK", " HTTP/1.1 200 OK", "HTTP/01.1 200 OK", "<html>"])(
    "rejects %j: no version",
    (line) => {
      expect(responseError(`${line}\r\n\r\n`)).toBe("ERR_HTTP1_VERSION");
    },
  );

  test("missingReasonSpace forgives a line that ends after the status", () => {
    const lenient = { missingReasonSpace: true };
    expect(decodeResponse("HTTP/1.1 301\r\nX: y\r\n\r\n", {}, lenient)).toMatchObject({
      status: 301,
      reason: "",
      fields: ["X", "y"],
    });
    expect(decodeResponse("HTTP/1.1 301\n\n", {}, { ...lenient, bareLf: true })).toMatchObject({
      status: 301,
      reason: "",
    });
    expect(responseError("HTTP/1.1 301\n\n", {}, lenient)).toBe("ERR_HTTP1_BARE_LF");
    expect(responseError("HTTP/1.1 301x\r\n\r\n", {}, lenient)).toBe("ERR_HTTP1_STATUS_LINE");
  });
});
