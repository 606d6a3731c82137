import type { Handler } from "@stack/http";
import { describe, expect, test } from "vitest";
import { get, type Served, serve } from "../served.ts";
import { priorityUpdate, windowUpdate } from "../wire.ts";

/** Octets of a DATA frame of ours, of which four fill a write. */
const FRAME = 16_384;

/** As many octets as the target says. */
const sized: Handler = (request, response) => response.send(new Uint8Array(Number(request.target.slice(1))));

/** Opens the connection's window, which held everything back: all streams become ready at once. */
function release({ client }: Served, octets = 2 ** 30): string[] {
  client.send(windowUpdate(0, octets));
  return contentOf(client.frames());
}

/** The streams of the DATA frames, in order. */
function contentOf(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith("DATA ")).map((line) => line.split(" ")[1] as string);
}

/** A server whose connection window is used up, so that what is asked for now waits; stream windows are large. */
function ready(): Served {
  const served = serve(sized, {}, [4, 2 ** 20]);
  expect(contentOf(served.client.send(get(1, "/65535")).frames())).toEqual(["1", "1", "1", "1"]);
  return served;
}

/** The streams 3, 5, 7 … ask for `octets` each, with a priority each. */
function ask(served: Served, octets: number, ...priorities: string[]): void {
  priorities.forEach((value, i) => {
    served.client.send(get(3 + 2 * i, `/${octets}`, value === "" ? [] : [["priority", value]]));
  });
  expect(contentOf(served.client.frames())).toEqual([]);
}

describe("RFC 9218 §10: the order of what is ready together", () => {
  test("urgency 0 goes before urgency 7, whoever asked first", () => {
    const served = ready();
    ask(served, 3 * FRAME, "u=7", "u=0");
    expect(release(served)).toEqual(["5", "5", "5", "3", "3", "3"]);
  });

  test("all eight urgencies; without one it is 3", () => {
    const served = ready();
    ask(served, FRAME, "u=7", "u=6", "u=5", "u=4", "", "u=2", "u=1", "u=0", "u=3");
    expect(release(served)).toEqual(["17", "15", "13", "11", "19", "9", "7", "5", "3"]);
  });

  test("of one urgency, in the order of asking, one after the other", () => {
    const served = ready();
    ask(served, 2 * FRAME, "u=3", "", "u=3");
    expect(release(served)).toEqual(["3", "3", "5", "5", "7", "7"]);
  });

  test("an incremental pair alternates", () => {
    const served = ready();
    ask(served, 3 * FRAME, "i", "i");
    expect(release(served)).toEqual(["3", "5", "3", "5", "3", "5"]);
  });

  test("so do three, behind what is more urgent and before what is less", () => {
    const served = ready();
    ask(served, 2 * FRAME, "u=5, i", "u=2, i", "u=2, i", "u=2, i", "u=0");
    expect(release(served)).toEqual(["11", "11", "5", "7", "9", "5", "7", "9", "3", "3"]);
  });

  test("one that comes while others are sent is sent as urgent as it is", () => {
    const served = ready();
    ask(served, 3 * FRAME, "u=4");
    const first = release(served, FRAME);
    served.client.send(get(5, `/${FRAME}`, [["priority", "u=1"]])).frames();
    expect([first, release(served)]).toEqual([["3"], ["5", "3", "3"]]);
  });

  test("who has no window gives way, and loses nothing", () => {
    const served = serve(sized, {}, [4, FRAME]);
    served.client.send(get(1, `/${2 * FRAME}`, [["priority", "u=0"]]), get(3, `/${FRAME}`, [["priority", "u=7"]]));
    expect(contentOf(served.client.frames())).toEqual(["1", "3"]);
    served.client.send(windowUpdate(1, FRAME));
    expect(contentOf(served.client.frames())).toEqual(["1"]);
  });

  test("heads do not wait behind content", () => {
    const served = ready();
    ask(served, FRAME, "u=0");
    served.client.send(get(5, "/1", [["priority", "u=7"]]));
    expect(served.client.frames()).toEqual(["HEADERS 5 :status=200 content-length=1"]);
  });
});

describe("RFC 9218 §7.1: PRIORITY_UPDATE", () => {
  test("while a response waits", () => {
    const served = ready();
    ask(served, 2 * FRAME, "u=1", "u=2");
    served.client.send(priorityUpdate(3, "u=6"));
    expect(release(served)).toEqual(["5", "5", "3", "3"]);
  });

  test("while it is sent", () => {
    const served = ready();
    ask(served, 3 * FRAME, "u=1", "u=2");
    expect(release(served, FRAME)).toEqual(["3"]);
    served.client.send(priorityUpdate(5, "u=0"));
    expect(release(served, FRAME)).toEqual(["5"]);
    served.client.send(priorityUpdate(3, "u=0, i"), priorityUpdate(5, "u=0, i"));
    expect(release(served)).toEqual(["3", "5", "3", "5"]);
  });

  test("before the request: it counts, whatever the request's field says", () => {
    const served = ready();
    served.client.send(priorityUpdate(5, "u=0"));
    ask(served, FRAME, "u=1", "u=7");
    expect(release(served)).toEqual(["5", "3"]);
  });

  test("the last one counts, of several that come before it", () => {
    const served = ready();
    served.client.send(priorityUpdate(3, "u=0"), priorityUpdate(3, "u=7"));
    ask(served, FRAME, "u=0", "u=1");
    expect(release(served)).toEqual(["5", "3"]);
  });

  test("S59: of more streams than may be open, idle and active together, it is a connection error", () => {
    for (const active of [0, 1, 2]) {
      const served = ready();
      ask(served, FRAME, ...new Array<string>(active).fill("u=1"));
      for (let id = 101; id < 101 + (100 - active) * 2; id += 2) served.client.send(priorityUpdate(id, "u=0"));
      served.client.send(priorityUpdate(101, "u=2")); // one of them once more
      expect(served.carrier.ended).toBe(false);
      served.client.send(priorityUpdate(999, "u=0"));
      expect(served.client.frames().at(-1)).toMatch(/^GOAWAY \d PROTOCOL_ERROR$/);
    }
  });

  test("streams that were passed over are idle no more, and do not count", () => {
    const served = ready();
    for (let id = 3; id < 203; id += 2) served.client.send(priorityUpdate(id, "u=0"));
    served.client.send(get(203));
    for (let id = 205; id < 403; id += 2) served.client.send(priorityUpdate(id, "u=0"));
    expect(served.carrier.ended).toBe(false);
  });

  test("of a stream that is over, of one without sense: nothing", () => {
    const served = ready();
    ask(served, FRAME, "u=1");
    served.client.send(priorityUpdate(1, "u=0"), priorityUpdate(3, "u=9, ((("));
    expect(release(served)).toEqual(["3"]);
    expect(served.carrier.ended).toBe(false);
  });

  test("of a stream that the server has not promised it is a connection error", () => {
    const served = ready();
    served.client.send(priorityUpdate(2, "u=0"));
    expect(served.client.frames().at(-1)).toMatch(/^GOAWAY \d PROTOCOL_ERROR$/);
  });
});
