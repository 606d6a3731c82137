import { describe, expect, test } from "vitest";
import { FlagError, type Flags, HELP, parseFlags } from "../src/flags.ts";

const serve = (...argv: string[]): Flags => {
  const command = parseFlags(argv, false);
  if (command.do !== "serve") throw new Error(`asks for ${command.do}`);
  return command.flags;
};

describe("flags", () => {
  test("without any: this machine only, port 8080, json where nobody reads along", () => {
    expect(serve()).toEqual({
      host: "127.0.0.1",
      port: 8080,
      tlsPort: null,
      certificate: null,
      log: "json",
      maxContent: null,
      graceMs: 10_000,
      patience: {},
    });
  });

  test("the log is pretty on a terminal, unless something else is asked for", () => {
    const onTerminal = (...argv: string[]) => {
      const command = parseFlags(argv, true);
      return command.do === "serve" ? command.flags.log : "";
    };
    expect(onTerminal()).toBe("pretty");
    expect(onTerminal("--log", "json")).toBe("json");
    expect(onTerminal("--log", "silent")).toBe("silent");
  });

  test("every flag, with a space or an equals sign", () => {
    const expected = {
      host: "::1",
      port: 0,
      tlsPort: null,
      certificate: null,
      log: "pretty",
      maxContent: 1_024,
      graceMs: 250,
      patience: {},
    };
    expect(serve("--host", "::1", "--port", "0", "--log", "pretty", "--max-content", "1KiB", "--grace", "250")).toEqual(
      expected,
    );
    expect(serve("--host=::1", "--port=0", "--log=pretty", "--max-content=1024", "--grace=250")).toEqual(expected);
    expect(serve("--host=[::1]", "--port=0", "--log=pretty", "--max-content=1024", "--grace=250")).toEqual(expected); // as URLs have it
    expect(serve("-p", "9").port).toBe(9);
  });

  test("of a repeated flag the last one wins", () => {
    expect(serve("--port", "1", "--log", "json", "--port=2", "--log", "silent", "-p3")).toMatchObject({
      port: 3,
      log: "silent",
    });
  });

  test.each([
    ["0", 0],
    ["65536", 65_536],
    ["64KiB", 65_536],
    ["10MiB", 10_485_760],
    ["2GiB", 2_147_483_648],
    ["unlimited", Number.POSITIVE_INFINITY],
  ])("--max-content %s", (text, octets) => {
    expect(serve("--max-content", text).maxContent).toBe(octets);
  });

  test("how long the server waits: only what was said, the rest is for @stack/server to know", () => {
    const times = ["--head-timeout", "1", "--idle-timeout", "2", "--content-timeout", "3", "--request-timeout", "4"];
    expect(serve(...times, "--min-rate", "9/5", "--max-connections", "7").patience).toEqual({
      headTimeoutMs: 1,
      idleTimeoutMs: 2,
      contentTimeoutMs: 3,
      requestTimeoutMs: 4,
      minOctetsPerSecond: 9,
      rateWindowMs: 5_000,
      maxConnections: 7,
    });
    expect(serve("--min-rate", "0").patience).toEqual({ minOctetsPerSecond: 0 });
  });

  test("--help and --version win over everything else that is right", () => {
    expect(parseFlags(["--port", "1", "--help"], false)).toEqual({ do: "help" });
    expect(parseFlags(["-v"], false)).toEqual({ do: "version" });
    expect(parseFlags(["-hv"], false)).toEqual({ do: "help" });
  });

  test.each([
    [["--nope"], "unknown flag --nope"],
    [["--no-port"], "unknown flag --no-port"],
    [["--__proto__"], "unknown flag --__proto__"],
    [["--constructor=1"], "unknown flag --constructor"],
    [["-x"], "unknown flag -x"],
    [["serve"], 'unexpected argument "serve"'],
    [["--", "--port"], 'unexpected argument "--port"'],
    [["--port"], "--port needs a value"],
    [["--host", "--port", "1"], "--host needs a value"],
    [["--host="], "--host needs a value"],
    [["--host", "127.0.0.1:80"], '--host is an address or a name, not "127.0.0.1:80"; --port has the port'],
    [["--host", "[::1]:80"], '--host is an address or a name, not "[::1]:80"; --port has the port'],
    [["--host", "http://a"], '--host is an address or a name, not "http://a"; --port has the port'],
    [["--port", "80", "--tls-port", "80"], "--port and --tls-port are both 80; TLS wants a port of its own"],
    [["--tls-port", "8080"], "--port and --tls-port are both 8080; TLS wants a port of its own"],
    [["--help=1"], "--help takes no value"],
    [["--port", "65536"], '--port is a whole number from 0 to 65535, not "65536"'],
    [["--port", "-1"], '--port is a whole number from 0 to 65535, not "-1"'],
    [["--port", "8e3"], '--port is a whole number from 0 to 65535, not "8e3"'],
    [["--port", " "], '--port is a whole number from 0 to 65535, not " "'],
    [["--grace", "1s"], '--grace is a whole number from 0 to 86400000, not "1s"'],
    [["--head-timeout", "1.5"], '--head-timeout is a whole number from 1 to 86400000, not "1.5"'],
    [["--idle-timeout", "0"], '--idle-timeout is a whole number from 1 to 86400000, not "0"'],
    [["--min-rate", "512/0"], '--min-rate is octets a second, as 512, or 512/10 over 10 seconds, not "512/0"'],
    [["--min-rate", "1KiB"], '--min-rate is octets a second, as 512, or 512/10 over 10 seconds, not "1KiB"'],
    [["--max-connections", "all"], '--max-connections is a whole number from 1 to 1000000, not "all"'],
    [["--log", "verbose"], '--log is json, pretty or silent, not "verbose"'],
    [["--max-content", "1MB"], '--max-content is octets, as 65536, 64KiB, 10MiB, 1GiB or unlimited, not "1MB"'],
    [
      ["--max-content", "999999999GiB"],
      '--max-content is octets, as 65536, 64KiB, 10MiB, 1GiB or unlimited, not "999999999GiB"',
    ],
  ])("refuses %j", (argv, message) => {
    expect(() => parseFlags(argv, false)).toThrow(new FlagError(message));
  });

  test("S51: what is refused is shown escaped and on one line", () => {
    for (const argv of [["--port", "1\n2"], ["a\u001b[2Jb\u202e\n"], ["--x\u001b[2J\n"]])
      try {
        parseFlags(argv, false);
        expect.unreachable();
      } catch (error) {
        expect((error as Error).message).toMatch(/^[\x20-\x7e]+$/);
      }
  });

  test("the help names every flag and every default", () => {
    for (const flag of HELP_FLAGS) expect(HELP).toContain(`  ${flag}`);
    for (const value of ["127.0.0.1", "8080", "1MiB", "10000", "20000", "75000", "30000", "300000", "512/10", "32768"])
      expect(HELP).toContain(`default ${value}`);
    for (const line of HELP.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  });
});

/** All that there are. */
const HELP_FLAGS = [
  "--host",
  "--port",
  "--tls-port",
  "--cert",
  "--key",
  "--log",
  "--max-content",
  "--grace",
  "--head-timeout",
  "--idle-timeout",
  "--content-timeout",
  "--request-timeout",
  "--min-rate",
  "--max-connections",
  "--help",
  "--version",
];

describe("TLS", () => {
  test("is off unless its port is given", () => {
    expect(parseFlags([], false)).toMatchObject({ flags: { tlsPort: null, certificate: null } });
    expect(parseFlags(["--tls-port", "0"], false)).toMatchObject({ flags: { tlsPort: 0, certificate: null } });
    expect(serve("--port", "0", "--tls-port", "0")).toMatchObject({ port: 0, tlsPort: 0 }); // two free ones
  });
  test("a certificate has a key, and a port to be used on", () => {
    const files = ["--cert", "c.pem", "--key", "k.pem"];
    expect(parseFlags(["--tls-port", "8443", ...files], false)).toMatchObject({
      flags: { certificate: { cert: "c.pem", key: "k.pem" } },
    });
    expect(() => parseFlags(["--tls-port", "8443", "--cert", "c.pem"], false)).toThrow("--cert and --key go together");
    expect(() => parseFlags(files, false)).toThrow("need --tls-port");
    expect(() => parseFlags(["--tls-port", "70000"], false)).toThrow("--tls-port is a whole number");
  });
});
