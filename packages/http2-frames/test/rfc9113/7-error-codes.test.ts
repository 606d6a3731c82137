import { describe, expect, test } from "vitest";
import { ConnectionError, ERROR_CODE, errorCodeName } from "../../src/index.ts";

describe("RFC 9113 §7 Error Codes", () => {
  test("are 14, from 0 on", () => {
    expect(Object.values(ERROR_CODE)).toEqual(Array.from({ length: 14 }, (_, code) => code));
  });

  test("have names, unknown ones a number", () => {
    expect(errorCodeName(0)).toBe("NO_ERROR");
    expect(errorCodeName(0x0d)).toBe("HTTP_1_1_REQUIRED");
    expect(errorCodeName(0x0e)).toBe("0xe");
    expect(errorCodeName(0xffffffff)).toBe("0xffffffff");
  });

  test("a connection error has a stable code, the protocol's code, and a message with its name", () => {
    const error = new ConnectionError(ERROR_CODE.FRAME_SIZE_ERROR, "too long");
    expect(error).toMatchObject({
      name: "ConnectionError",
      code: "ERR_HTTP2_CONNECTION",
      errorCode: 6,
      message: "FRAME_SIZE_ERROR: too long",
    });
  });
});
