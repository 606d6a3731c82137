import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { CAN_RUN, run } from "./child.ts";

/** A server in this process; the programs that connect to it end before it does, or not at all. */
async function quietServer(): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => {}).resume()).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const connecting = (port: number, options: string): string => `
  import { clock, dial } from "@stack/tcp";
  const idle = () => ({
    receive() {}, receiveEnd() {}, flush: () => true, drain() {}, deadline: Infinity, onDeadline() {}, closed() {},
  });
  process.on("exit", (code) => console.log("exit", code));
  await dial("127.0.0.1:${port}", idle, ${options});
  console.log("connected");
`;

describe.skipIf(!CAN_RUN)("what keeps a process alive", () => {
  test("a connection does not, when it is told so", async () => {
    const { stdout } = await run(connecting(await quietServer(), "{ keepsProcess: false }"));
    expect(stdout).toBe("connected\nexit 0\n");
  });

  test("a connection does, if nothing is said", async () => {
    const program = `${connecting(await quietServer(), "{}")}
      setTimeout(() => { console.log("still here"); process.exit(7); }, 200).unref();`;
    const { stdout, code } = await run(program);
    expect([stdout, code]).toEqual(["connected\nstill here\nexit 7\n", 7]);
  });

  test("who holds the clock does, until the last has let go", async () => {
    const program = `${connecting(await quietServer(), "{ keepsProcess: false }")}
      clock.hold();
      clock.hold();
      setTimeout(() => clock.letGo(), 100).unref();
      setTimeout(() => { console.log("let go"); clock.letGo(); }, 200).unref();`;
    const { stdout } = await run(program);
    expect(stdout).toBe("connected\nlet go\nexit 0\n");
  });
});
