import type * as Http from "@stack/http";
import { describe, expectTypeOf, test } from "vitest";
import type * as Tcp from "../src/index.ts";

/** Checked by the compiler (`tsc --noEmit`); at run time there is nothing to see. */
describe("engines and carriers fit together structurally, though neither package imports the other", () => {
  test("what HTTP calls an engine can be carried here", () => {
    expectTypeOf<Http.Engine>().toExtend<Tcp.Engine>();
    expectTypeOf<(carrier: Http.Carrier) => Http.Engine>().toExtend<Tcp.ListenOptions["connect"]>();
  });

  test("what is carried here is what HTTP calls an engine", () => {
    expectTypeOf<Tcp.Engine>().toExtend<Http.Engine>();
  });

  test("the carrier and its peer, both ways", () => {
    expectTypeOf<Tcp.Carrier>().toExtend<Http.Carrier>();
    expectTypeOf<Http.Carrier>().toExtend<Tcp.Carrier>();
    expectTypeOf<Tcp.PeerInfo>().toExtend<Http.PeerInfo>();
    expectTypeOf<Http.PeerInfo>().toExtend<Tcp.PeerInfo>();
  });

  test("the sink, both ways", () => {
    expectTypeOf<Tcp.ByteSink>().toExtend<Http.ByteSink>();
    expectTypeOf<Http.ByteSink>().toExtend<Tcp.ByteSink>();
  });
});
