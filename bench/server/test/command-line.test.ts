import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../main.mjs", import.meta.url));

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
}

describe("bench:server", () => {
  test("--help shows the options, the names and examples", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    expect(stdout).toContain("--quick");
    expect(stdout).toContain("stack20, stack24, stack26, node20");
    expect(stdout).toContain("get, pipelined, browser, target, await, post");
    expect(stdout).toContain("nghttpd, h2o, stack20, stack24, stack26, node20, node24, node26");
    expect(stdout).toContain("for --variants get, browser\n");
    expect(stdout).toContain("Examples:");
  });

  test.each([
    ["an unknown option", ["--frob"], "Unknown option '--frob'"],
    ["an unknown contestant", ["--only", "c,apache"], 'there is no "apache"; there are c,'],
    ["an unknown variant", ["--variants", "put"], 'there is no "put"; there are get,'],
    ["a number of rounds that is none", ["--rounds", "0"], 'a whole number from 1, not "0"'],
    ["one core for both", ["--cores", "0,0"], "two different cores"],
    ["a contestant that does not speak HTTP/2", ["--h2", "--only", "bun"], 'there is no "bun"; there are nghttpd,'],
    ["a variant that is none of HTTP/2", ["--h2", "--variants", "post"], 'there is no "post"; there are get, browser'],
    ["a mode of HTTP/1.1 with HTTP/2", ["--h2", "--growth"], "leave out --h2"],
    ["two modes at once", ["--memory", "--growth"], "give one"],
  ])("%s is an error that says what there is", (_, args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
