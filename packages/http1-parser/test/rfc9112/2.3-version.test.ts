import { describe, expect, test } from "vitest";
import { decodeRequest, decodeResponse, requestError, responseError } from "../wire.ts";

describe("RFC 9112 §2.3 HTTP Version", () => {
  test("HTTP/1.1 and HTTP/1.0", () => {
    expect(decodeRequest("GET / HTTP/1.1\r\nHost: h\r\n\r\n")).toMatchObject({ minor: 1 });
    expect(decodeRequest("GET / HTTP/1.0\r\n\r\n")).toMatchObject({ minor: 0, host: "" });
    expect(decodeResponse("HTTP/1.0 200 OK\r\n\r\n")).toMatchObject({ minor: 0 });
  });

  test.each([
    "http/1.1",
    "Http/1.1",
    "HTTP/1.10",
    "HTTP/11.1",
    "HTTP/1,1",
    "HTTP/1.",
    "HTTP/.1",
    "HTTP/1.1 ",
    "HTTP/1.1\t",
    "HTTP 1.1",
    "HTTPS/1.1",
    "HTCPCP/1.0",
    " HTTP/1.1",
    "HTTP/x.1",
  ])("S40: %j is no version", (version) => {
    expect(requestError(`GET / ${version}\r\nHost: h\r\n\r\n`)).toBe("ERR_HTTP1_VERSION");
  });

  test.each(["HTTP/0.9", "HTTP/1.2", "HTTP/1.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"])(
    "S40: %s is not spoken: 505",
    (version) => {
      expect(decodeRequest(`GET / ${version}\r\nHost: h\r\n\r\n`)).toEqual({
        code: "ERR_HTTP1_VERSION_UNSUPPORTED",
        status: 505,
      });
      expect(responseError(`${version} 200 OK\r\n\r\n`)).toBe("ERR_HTTP1_VERSION_UNSUPPORTED");
    },
  );

  test("the preface of HTTP/2 has a code of its own", () => {
    expect(requestError("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).toBe("ERR_HTTP1_PRI_PREFACE");
    expect(requestError("PRI / HTTP/2.0\r\n\r\n")).toBe("ERR_HTTP1_VERSION_UNSUPPORTED");
    expect(requestError("PRI * HTTP/1.1\r\nHost: h\r\n\r\n")).toBe("ERR_HTTP1_TARGET");
  });
});
