import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRequestTarget } from "../../src/request-target.ts";
import { anyText } from "../any-text.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const pathAndQuery = (target: string): unknown => {
  const parsed = parseRequestTarget(target, "GET");
  return parsed === null ? null : [parsed.path, parsed.query];
};

describe("RFC 9112 §3.2.1 origin-form", () => {
  test("the example of the section", () => {
    expect(parseRequestTarget("/where?q=now", "GET")).toEqual({
      form: "origin",
      scheme: "",
      authority: "",
      hostAndPort: null,
      path: "/where",
      query: "q=now",
    });
  });

  test.each([
    ["/", "/", null],
    ["/?", "/", ""],
    ["/a?b?c", "/a", "b?c"],
    ["/a//b/../c;v=1", "/a//b/../c;v=1", null], // nothing is removed
    ["//evil.example/x", "//evil.example/x", null], // a path, not an authority
    ["/%2e%2E/%00", "/%2e%2E/%00", null], // nothing is decoded
    ["/a:b@c!$&'()*+,;=-._~", "/a:b@c!$&'()*+,;=-._~", null],
    ["/?/x:@", "/", "/x:@"],
  ])("%s", (target, path, query) => {
    expect(pathAndQuery(target)).toEqual([path, query]);
  });

  test("laxer than RFC 3986: what browsers leave as it is", () => {
    expect(pathAndQuery("/a[b]|c^?x[]={a|b}\\`^&rate=100%")).toEqual(["/a[b]|c^", "x[]={a|b}\\`^&rate=100%"]);
  });

  test.each([
    ["a space", "/a b"],
    ["a space in the query", "/a?b c"],
    ["S20: NUL", "/a\0"],
    ["a tab", "/a\tb"],
    ["S45: CR LF", "/a\r\nX: y"],
    ["DEL", "/a\x7f"],
    ["a fragment (RFC 3986 §4.3)", "/a#b"],
    ["a fragment in the query", "/a?b#c"],
    ["a quote", '/a"b'],
    ["angle brackets", "/<script>"],
    ["angle brackets in the query", "/?q=<script>"],
    ["a backslash in the path", "/a\\..\\b"],
    ["braces in the path", "/{a}"],
    ["an octet above ASCII", "/caf\xe9"],
    ["an octet above ASCII in the query", "/?q=caf\xe9"],
    ["a character that latin1 cuts down to LF", "/\u010a"],
    ["a malformed triplet in the path", "/100%"],
    ["a cut triplet in the path", "/%4"],
    ["a triplet that runs into the query", "/%4?1"],
    ["no slash", "where"],
    ["nothing", ""],
    ["a query alone", "?q"],
  ])("S40: refuses %s", (_, target) => {
    expect(parseRequestTarget(target, "GET")).toBeNull();
  });
});

describe("RFC 9112 §3.2.2 absolute-form", () => {
  test("the example of the section", () => {
    expect(parseRequestTarget("http://www.example.org/pub/WWW/TheProject.html", "GET")).toEqual({
      form: "absolute",
      scheme: "http",
      authority: "www.example.org",
      hostAndPort: { host: "www.example.org", port: -1 },
      path: "/pub/WWW/TheProject.html",
      query: null,
    });
  });

  test("S25: the authority is the target's, with its port", () => {
    const target = parseRequestTarget("HTTPS://Example.org:8443/x?y", "GET");
    expect(target).toMatchObject({ scheme: "https", authority: "Example.org:8443", path: "/x", query: "y" });
    expect(target?.hostAndPort).toEqual({ host: "Example.org", port: 8443 });
  });

  test("an empty path is /", () => {
    expect(pathAndQuery("http://example.org")).toEqual(["/", null]);
    expect(pathAndQuery("http://example.org?q")).toEqual(["/", "q"]);
    expect(pathAndQuery("http://[::1]:80")).toEqual(["/", null]);
  });

  test("§3.2.4: an empty path of OPTIONS is *", () => {
    expect(parseRequestTarget("http://www.example.org:8001", "OPTIONS")?.path).toBe("*");
    expect(parseRequestTarget("http://www.example.org:8001/", "OPTIONS")?.path).toBe("/");
    expect(parseRequestTarget("http://www.example.org:8001?q", "OPTIONS")?.path).toBe("/");
  });

  test.each([
    ["no host", "http:///x"],
    ["no host but a port", "http://:80/"],
    ["userinfo", "http://user:pw@example.org/"],
    ["one slash", "http:/example.org"],
    ["no authority", "urn:example:a"],
    ["no scheme", "://example.org/"],
    ["a scheme with a space", "ht tp://example.org/"],
    ["a scheme that starts with a digit", "1http://example.org/"],
    ["a backslash", "http:\\\\example.org\\"],
    ["a backslash after the host", "http://example.org\\@evil/"],
    ["a fragment", "http://example.org#x"],
    ["a control in the host", "http://exa\0mple.org/"],
  ])("S25: refuses %s", (_, target) => {
    expect(parseRequestTarget(target, "GET")).toBeNull();
  });
});

describe("RFC 9112 §3.2.3 authority-form", () => {
  test("the example of the section", () => {
    expect(parseRequestTarget("www.example.com:80", "CONNECT")).toEqual({
      form: "authority",
      scheme: "",
      authority: "www.example.com:80",
      hostAndPort: { host: "www.example.com", port: 80 },
      path: "",
      query: null,
    });
    expect(parseRequestTarget("[::1]:443", "CONNECT")?.hostAndPort).toEqual({ host: "[::1]", port: 443 });
  });

  test.each([
    "www.example.com",
    "www.example.com:",
    ":80",
    "/",
    "*",
    "http://example.com:80",
    "http://example.com/",
    "a@b:1",
  ])("CONNECT refuses %s", (target) => {
    expect(parseRequestTarget(target, "CONNECT")).toBeNull();
  });

  test("no other method takes it", () => {
    expect(parseRequestTarget("www.example.com:80", "GET")).toBeNull();
    expect(parseRequestTarget("localhost:80", "OPTIONS")).toBeNull();
  });
});

describe("RFC 9112 §3.2.4 asterisk-form", () => {
  test("OPTIONS only", () => {
    expect(parseRequestTarget("*", "OPTIONS")).toMatchObject({ form: "asterisk", path: "*", query: null });
    expect(parseRequestTarget("*", "GET")).toBeNull();
    expect(parseRequestTarget("*?", "OPTIONS")).toBeNull();
    expect(parseRequestTarget("**", "OPTIONS")).toBeNull();
  });
});

describe("any target", () => {
  test("fuzz: what is accepted is what came, in its parts", () => {
    const target = fc.oneof(
      anyText.map((text) => `/${text}`),
      fc
        .tuple(fc.constantFrom("http", "HTTPS", "x+y", ""), fc.constantFrom("://", ":/", ":"), anyText)
        .map((p) => p.join("")),
      fc
        .tuple(fc.constantFrom("http://a", "https://[::1]:80", "a:1"), fc.stringMatching(/^[?/a#%[-]{0,6}$/))
        .map((p) => p.join("")),
    );
    fc.assert(
      fc.property(target, fc.constantFrom("GET", "OPTIONS", "CONNECT"), (text, method) => {
        const parsed = parseRequestTarget(text, method);
        if (parsed === null) return;
        const query = parsed.query === null ? "" : `?${parsed.query}`;
        if (parsed.form === "origin") expect(parsed.path + query).toBe(text);
        if (parsed.form === "absolute") {
          const start = `${parsed.scheme}://`.length + parsed.authority.length;
          const rest = text.slice(start);
          expect(rest.startsWith("/") ? parsed.path + query : query).toBe(rest);
        }
        if (parsed.form === "authority") expect(parsed.authority).toBe(text);
        expect(/[^\x21-\x7e]/.test(text)).toBe(false);
      }),
      { numRuns },
    );
  });

  test.each([
    ["a long path", `/${"a".repeat(MEGABYTE)}`],
    ["a long query", `/?${"?".repeat(MEGABYTE)}`],
    ["triplets", `/${"%41".repeat(MEGABYTE / 3)}`],
    ["a long scheme", `${"a".repeat(MEGABYTE)}`],
    ["a long authority", `http://${":".repeat(MEGABYTE)}`],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => parseRequestTarget(text, "GET"))).toBeLessThan(LINEAR_MS);
  });
});
