import { describe, expect, test } from "vitest";
import { everyCut, everyCutAsync, MemoryCarrier, ScriptedPeer } from "../src/index.ts";
import { LineEngine } from "./line-engine.ts";

function scripted(cut?: number): ScriptedPeer {
  return new ScriptedPeer(new MemoryCarrier((below) => new LineEngine(below)), cut);
}

describe("ScriptedPeer", () => {
  test("what is sent and what comes back is text", () => {
    const peer = scripted();
    peer.send("a\n").expectText("a\n").send("\xff\n").expectText("\xff\n");
    expect(peer.received).toBe("a\n\xff\n");
    expect(() => peer.send("b\n").expectText("c\n")).toThrow();
  });

  test("half closed, then closed", () => {
    const peer = scripted();
    peer.send("bye\n");
    expect([peer.ended, peer.closed]).toEqual([true, false]);
    peer.end();
    expect([peer.ended, peer.closed]).toEqual([true, true]);
  });

  test("sends octet by octet, and lets promises run", async () => {
    const peer = scripted(1);
    void Promise.resolve().then(() => peer.send("two\n"));
    peer.send("one\n");
    expect(peer.takeText()).toBe("one\n");
    await peer.settled();
    expect(peer.takeText()).toBe("two\n");
  });

  test("a reset is no end", () => {
    const peer = scripted().reset();
    expect([peer.ended, peer.closed]).toEqual([false, true]);
  });
});

describe("everyCut", () => {
  test("whole, cut in two at every place, and octet by octet", () => {
    const seen: string[] = [];
    const answer = everyCut("abc", (parts) => {
      seen.push(parts.map((part) => Buffer.from(part).toString()).join("|"));
      return Buffer.concat(parts).toString();
    });
    expect(answer).toBe("abc");
    expect(seen).toEqual(["abc", "a|bc", "ab|c", "a|b|c"]);
  });

  test("shows the cut that changes the answer", () => {
    expect(() => everyCut("ab\r\n", (parts) => parts.every((part) => part.at(-1) !== 0x0d))).toThrow('"ab\\r" | "\\n"');
  });

  test("waits for answers that come later", async () => {
    await expect(everyCutAsync("ab", async (parts) => Buffer.concat(parts).toString())).resolves.toBe("ab");
    await expect(everyCutAsync("ab", async (parts) => parts.length)).rejects.toThrow("a");
  });
});
