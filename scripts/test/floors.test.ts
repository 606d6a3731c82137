import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkFloors, FLOORS } from "../check-floors.mjs";

const workspaces: string[] = [];

afterEach(() => {
  for (const root of workspaces.splice(0)) rmSync(root, { recursive: true });
});

/** A workspace of these files; a package.json is made for each package that brings none. */
function workspace(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "floors-"));
  workspaces.push(root);
  for (const [name, text] of Object.entries(files)) {
    const [home = "", folder = ""] = name.split("/");
    write(join(root, name), text);
    const manifest = `${home}/${folder}/package.json`;
    if (!(manifest in files))
      write(join(root, manifest), JSON.stringify({ name: `@stack/${home === "apps" ? "app-" : ""}${folder}` }));
  }
  return root;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What is wrong with one file, without where. */
function wrong(name: string, text: string): string[] {
  return checkFloors(workspace({ [name]: text })).map(({ what }) => what);
}

describe("floors: imports", () => {
  test.each([
    ["http", 'import "node:fs";', "imports node:fs: the table allows none"],
    ["http", 'import type { Http1 } from "@stack/http1";', "imports @stack/http1: the table allows none"],
    ["http", 'export { a } from "left-pad";', "imports left-pad, which is not in the table's libraries"],
    [
      "http1",
      'import { dial } from "@stack/tcp";',
      "imports @stack/tcp: the table allows @stack/http, @stack/http1-parser",
    ],
    ["tcp", 'import { Fields } from "@stack/http";', "imports @stack/http: the table allows none"],
    ["tcp", 'const tls = await import("node:tls");', "imports node:tls: the table allows node:net, node:dns, node:fs"],
    [
      "tcp",
      'type Secure = import("node:tls").TLSSocket;',
      "imports node:tls: the table allows node:net, node:dns, node:fs",
    ],
    ["server", 'import { createServer } from "node:http";', "imports node:http: every octet above node:net is ours"],
    ["server", 'import { Agent } from "node:https";', "imports node:https: every octet above node:net is ours"],
    ["server", 'import "node:http2";', "imports node:http2: every octet above node:net is ours"],
    ["client", 'import { request } from "undici";', "imports undici, another HTTP implementation"],
    [
      "http1",
      'import { a } from "../../http/src/fields.ts";',
      "imports ../../http/src/fields.ts, outside its src: import the package by name",
    ],
    ["http", 'import { Fields } from "@stack/http";', "imports itself by name: import the file"],
    ["server", 'import { settle } from "@stack/testing";', "imports @stack/testing, which is for tests"],
  ])("%s may not: %s", (name, text, what) => {
    expect(wrong(`packages/${name}/src/index.ts`, text)).toEqual([what]);
  });

  test.each([
    ["packages/http/src/index.ts", 'export { a } from "./a.ts";'],
    ["packages/http1/src/index.ts", 'import { Fields } from "@stack/http";'],
    ["packages/tcp/src/index.ts", 'import { lookup } from "node:dns/promises"; import { connect } from "node:net";'],
    ["apps/server/src/main.ts", 'import "node:util"; import "@stack/server"; import "pino";'],
    ["packages/testing/src/index.ts", 'import { createServer } from "node:http";'],
  ])("%s may: %s", (name, text) => {
    expect(wrong(name, text)).toEqual([]);
  });

  test("an app may not use another HTTP implementation either", () => {
    expect(wrong("apps/server/src/main.ts", 'import "node:http"; import "undici";')).toHaveLength(2);
  });

  test("an entry of its own may reach what index.ts may not", () => {
    const server = 'import { listen } from "@stack/tcp";';
    expect(checkFloors(workspace({ "packages/iip/src/index.ts": "", "packages/iip/src/server.ts": server }))).toEqual(
      [],
    );
    expect(
      checkFloors(
        workspace({ "packages/iip/src/index.ts": 'export { a } from "./a.ts";', "packages/iip/src/a.ts": server }),
      ),
    ).toEqual([
      {
        at: "packages/iip/src/a.ts:1",
        what: "imports @stack/tcp, which index.ts must not reach: only the other entries may",
      },
    ]);
  });

  test("tests and examples are free", () => {
    expect(wrong("packages/http/test/a.test.ts", 'import "node:http"; fetch("");')).toEqual([]);
  });

  test("the line is named", () => {
    expect(checkFloors(workspace({ "packages/http/src/date.ts": '// one\n\nimport "node:fs";\n' }))[0]?.at).toBe(
      "packages/http/src/date.ts:3",
    );
  });
});

describe("floors: globals", () => {
  const ours = "every octet above node:net is ours";
  test.each([
    ["fetch('')", `uses the global fetch: ${ours}`],
    ["const f = fetch;", `uses the global fetch: ${ours}`],
    ["globalThis.fetch('')", `uses the global fetch: ${ours}`],
    ["(globalThis as unknown as Web)['fetch']('')", `uses the global fetch: ${ours}`],
    ["const { fetch } = globalThis;", `uses the global fetch: ${ours}`],
    ["new WebSocket('ws://h')", `uses the global WebSocket: ${ours}`],
  ])("nowhere: %s", (text, what) => {
    expect(wrong("packages/server/src/a.ts", text)).toEqual([what]);
    expect(wrong("apps/server/src/a.ts", text)).toEqual([what]);
  });

  const given = "bytes, state and time come in as arguments";
  const buffer = "uses Buffer: a pure package has Uint8Array; only latin1.ts may look for globalThis.Buffer";
  test.each([
    ["Buffer.from('')", buffer],
    ["export function f(b: Buffer): void {}", buffer],
    ["const native = globalThis.Buffer;", buffer],
    ["setTimeout(f, 1)", `uses setTimeout: ${given}`],
    ["const now = Date.now();", `uses Date.now: ${given}`],
    ["const now = new Date();", `uses new Date(): ${given}`],
    ["process.env.X", `uses process: ${given}`],
  ])("not in a pure package: %s", (text, what) => {
    expect(wrong("packages/http/src/a.ts", text)).toEqual([what]);
    expect(wrong("packages/tcp/src/a.ts", text)).toEqual([]);
  });

  test("latin1.ts may look for globalThis.Buffer, and not for Buffer", () => {
    expect(wrong("packages/http/src/latin1.ts", "const b = (globalThis as { Buffer?: B }).Buffer?.prototype;")).toEqual(
      [],
    );
    expect(wrong("packages/http/src/latin1.ts", "const b = Buffer.prototype;")).toEqual([buffer]);
  });

  test.each([
    ["what another file has", 'export { fetch } from "./a.ts";'],
    ["a method", "class A { fetch(): void {} } new A().fetch();"],
    ["a parameter", "export function adapt(fetch: Web): R { return fetch(r); }"],
    ["a key", "export const a = { fetch: 1 }; interface B { fetch(r: R): void }"],
    ["a comment, a string", "// fetch('')\nexport const a = \"fetch('')\"; /* new WebSocket() */"],
    ["a type", "export type Socket = WebSocket;"],
    ["a date that is given", "new Date(ms).getTime(); Date.UTC(1994, 10);"],
  ])("%s of that name is no use of it", (_, text) => {
    expect(wrong("packages/http/src/a.ts", text)).toEqual([]);
  });
});

describe("floors: package.json", () => {
  test.each([
    ["http", { dependencies: { ms: "1" } }, "depends on ms: floor 0 has no dependencies"],
    ["hpack", { dependencies: { "@stack/http": "1" } }, "depends on @stack/http: floor 0 has no dependencies"],
    ["http1", { peerDependencies: { ms: "1" } }, "depends on ms, which is not in the table's libraries"],
    ["http1", { dependencies: { "@stack/tcp": "1" } }, "depends on @stack/tcp, which the table does not allow"],
    ["server", { dependencies: { "@stack/testing": "1" } }, "@stack/testing is for tests: make it a devDependency"],
    ["client", { optionalDependencies: { undici: "1" } }, "depends on undici, another HTTP implementation"],
  ])("%s %o", (name, fields, what) => {
    const manifest = JSON.stringify({ name: `@stack/${name}`, ...fields });
    expect(wrong(`packages/${name}/package.json`, manifest)).toEqual([what]);
  });

  test("a package without a row fails", () => {
    expect(wrong("packages/utils/src/index.ts", "")).toEqual([
      "@stack/utils is on no floor: add its row to scripts/check-floors.mjs",
    ]);
  });
});

describe("floors: the table", () => {
  test.each(Object.entries(FLOORS))("%s imports only what lies below, or beside it", (_, row) => {
    for (const name of [...row.imports, ...(row.beside ?? [])])
      expect(FLOORS[name]?.floor).toBeLessThanOrEqual(row.floor);
  });

  test("the pillars do not touch: on floors 0 and 1, what is pure knows no I/O and I/O knows no protocol", () => {
    for (const row of Object.values(FLOORS).filter(({ floor }) => floor <= 1))
      for (const name of row.imports) expect(FLOORS[name]?.pure).toBe(row.pure);
  });
});

test("this workspace keeps to its floors", () => {
  expect(checkFloors()).toEqual([]);
});
