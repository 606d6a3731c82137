import { describe, expect, test } from "vitest";
import { type Environment, proxiesFromEnvironment } from "../../src/proxy-env.ts";
import { parseProxy } from "../../src/proxy-server.ts";

const chosen = (environment: Environment, scheme: "http" | "https", windows = false): string =>
  proxiesFromEnvironment(environment, windows)({ scheme, host: "a.example", port: 80 })?.name ?? "none";

describe("which variable counts", () => {
  test.each<[string, Environment, string, string]>([
    ["none", {}, "none", "none"],
    ["each scheme has its own", { http_proxy: "http://h:1", https_proxy: "http://s:2" }, "http://h:1", "http://s:2"],
    ["capitals", { HTTP_PROXY: "http://h:1", HTTPS_PROXY: "http://s:2" }, "http://h:1", "http://s:2"],
    ["lower case first", { http_proxy: "http://l:1", HTTP_PROXY: "http://u:1" }, "http://l:1", "none"],
    [
      "ALL_PROXY for what has none",
      { https_proxy: "http://s:2", ALL_PROXY: "socks5://x:3" },
      "socks5://x:3",
      "http://s:2",
    ],
    ["all_proxy first", { all_proxy: "http://l:1", ALL_PROXY: "http://u:1" }, "http://l:1", "http://l:1"],
    ["empty is none", { http_proxy: "", HTTP_PROXY: " ", ALL_PROXY: "http://x:3" }, "http://x:3", "http://x:3"],
    ["no_proxy", { ALL_PROXY: "http://x:3", no_proxy: "a.example" }, "none", "none"],
    [
      "no_proxy before NO_PROXY",
      { ALL_PROXY: "http://x:3", no_proxy: "b.example", NO_PROXY: "*" },
      "http://x:3",
      "http://x:3",
    ],
    ["NO_PROXY", { ALL_PROXY: "http://x:3", NO_PROXY: "*" }, "none", "none"],
  ])("%s", (_, environment, http, https) => {
    expect([chosen(environment, "http"), chosen(environment, "https")]).toEqual([http, https]);
  });
});

describe("S112: a CGI program's HTTP_PROXY is whoever's that sent the request", () => {
  test("it is ignored, what has another name is not", () => {
    const environment = { REQUEST_METHOD: "GET", HTTP_PROXY: "http://evil:1" };
    expect(chosen(environment, "http")).toBe("none");
    expect(chosen({ ...environment, http_proxy: "http://h:1" }, "http")).toBe("http://h:1");
    expect(chosen({ ...environment, ALL_PROXY: "http://x:3" }, "http")).toBe("http://x:3");
  });

  test("on Windows http_proxy is the same variable", () => {
    const environment = { REQUEST_METHOD: "GET", http_proxy: "http://evil:1", https_proxy: "http://s:2" };
    expect(chosen(environment, "http", true)).toBe("none");
    expect(chosen(environment, "https", true)).toBe("http://s:2");
  });
});

test("S127: what an environment inherits is no variable", () => {
  expect(chosen(Object.create({ http_proxy: "http://evil:1" }) as Environment, "http")).toBe("none");
});

describe("the URL of a proxy", () => {
  test.each([
    ["http://proxy.example:3128", "http://proxy.example:3128"],
    ["proxy.example:3128", "http://proxy.example:3128"],
    ["http://proxy.example:80/", "http://proxy.example:80"],
    ["http://proxy.example", "http://proxy.example:1080"],
    ["https://proxy.example", "https://proxy.example:443"],
    ["https://proxy.example:443", "https://proxy.example:443"],
    ["SOCKS5://[2001:DB8::1]", "socks5://[2001:db8::1]:1080"],
    ["socks5h://me:secret@proxy.example:9", "socks5://proxy.example:9"],
    ["http://me:se%3Acret@proxy.example:443", "http://proxy.example:443"],
  ])("%s", (url, name) => {
    expect(parseProxy(url).name).toBe(name);
  });

  test("credentials are decoded, for the one and for the other", () => {
    const proxy = parseProxy("http://m%40e:p%C3%A4ss%20w@proxy.example");
    expect(proxy.authorization).toBe(`Basic ${Buffer.from("m@e:päss w").toString("base64")}`);
    expect(proxy.login).toEqual({ username: "m@e", password: "päss w" });
    expect(parseProxy("http://proxy.example").authorization).toBe("");
    expect(parseProxy("http://proxy.example").login).toBe(null);
  });

  test.each([
    "",
    "http://",
    "ftp://proxy",
    "socks4://proxy",
    "http://a b",
    "http://proxy/path",
    "http://proxy?q",
    "http://proxy:0",
    "http://proxy:99999",
    "file:///etc/passwd",
  ])("%j is none", (url) => {
    expect(() => parseProxy(url)).toThrow(TypeError);
  });

  test("S113: its key tells it from others at the same place", () => {
    const urls = [
      "http://proxy.example",
      "https://proxy.example:1080",
      "http://me:a@proxy.example",
      "http://me:b@proxy.example",
    ];
    expect(new Set(urls.map((url) => parseProxy(url).key)).size).toBe(urls.length);
  });

  test("S126: nothing that is shown holds the password", () => {
    const proxy = parseProxy("http://me:s3cret@proxy.example");
    expect(JSON.stringify([proxy, Object.entries(proxy), String(proxy.name)])).not.toContain("s3cret");
    for (const url of ["ftp://me:s3cret@proxy", "http://me:s3cret@a b", "http://me:s3cret@proxy/path"]) {
      expect(() => parseProxy(url)).toThrow(/^(?!.*s3cret)/);
      expect(() => proxiesFromEnvironment({ HTTPS_PROXY: url })).toThrow(/^HTTPS_PROXY: (?!.*s3cret)/);
    }
  });
});
