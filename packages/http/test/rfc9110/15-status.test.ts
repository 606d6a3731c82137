import { describe, expect, test } from "vitest";
import {
  forbidsContent,
  isClientError,
  isHeuristicallyCacheable,
  isInformational,
  isRedirection,
  isServerError,
  isSuccessful,
  reasonPhrase,
  STATUS,
  statusClass,
} from "../../src/status.ts";

describe("RFC 9110 §15 Status Codes", () => {
  test("§16.2: the registered codes, without the two that are registered as unused", () => {
    expect(Object.keys(STATUS).map(Number)).toEqual([
      100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400,
      401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 425, 426,
      428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
    ]);
  });

  test.each([
    [100, "Continue"],
    [103, "Early Hints"],
    [200, "OK"],
    [413, "Content Too Large"],
    [421, "Misdirected Request"],
    [422, "Unprocessable Content"],
    [425, "Too Early"],
    [451, "Unavailable For Legal Reasons"],
    [511, "Network Authentication Required"],
  ])("%d is %s", (status, phrase) => {
    expect(reasonPhrase(status)).toBe(phrase);
  });

  test.each([418, 306, 299, 599, 0, -1, 99, 600, 1000, 200.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "%d has no registered phrase",
    (status) => {
      expect(reasonPhrase(status)).toBe("");
    },
  );

  test("§15: the class is the first digit", () => {
    expect([100, 199, 200, 299, 304, 404, 599].map(statusClass)).toEqual([1, 1, 2, 2, 3, 4, 5]);
    expect([0, 99, 600, 200.5, Number.NaN].map(statusClass)).toEqual([0, 0, 0, 0, 0]);
  });

  test("each code belongs to one class", () => {
    const classes = [isInformational, isSuccessful, isRedirection, isClientError, isServerError];
    for (let status = 0; status <= 700; status++) {
      const in_ = classes.map((is, i) => (is(status) ? i + 1 : 0)).filter((digit) => digit > 0);
      expect(in_).toEqual(statusClass(status) === 0 ? [] : [statusClass(status)]);
    }
  });

  test("§6.4.1: 1xx, 204 and 304 have no content; 205 has content of length 0", () => {
    expect([100, 101, 103, 199, 204, 304].map(forbidsContent)).toEqual([true, true, true, true, true, true]);
    expect([200, 205, 206, 302, 404, 500].map(forbidsContent)).toEqual([false, false, false, false, false, false]);
  });

  test("§15.1: heuristically cacheable", () => {
    const cacheable = Array.from({ length: 600 }, (_, status) => status).filter(isHeuristicallyCacheable);
    expect(cacheable).toEqual([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]);
  });
});
