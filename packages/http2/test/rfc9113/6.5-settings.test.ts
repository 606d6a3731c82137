import { describe, expect, test } from "vitest";
import { connect, echoed, echoTarget, fieldsOf, get, post, serve } from "../served.ts";
import { block, data, frame, headers, headersOf, PREFACE, SETTINGS_ACK, settings } from "../wire.ts";

describe("RFC 9113 §6.5: SETTINGS", () => {
  test("ours: what differs from the protocol's defaults", () => {
    const { client } = connect(echoTarget, {
      maxConcurrentStreams: 7,
      maxFieldSectionOctets: 1_000,
      headerTableOctets: 8_192,
      initialWindowOctets: 100_000,
      extendedConnect: false,
    });
    expect(client.frames()[0]).toBe("SETTINGS 3=7 6=1000 9=1 1=8192 4=100000");
  });

  test("each is acknowledged, in order with the frames around it (§6.5.3)", () => {
    const { client } = serve(echoTarget);
    client
      .send(settings([3, 1]), settings(), settings([3, 2]))
      .expectFrames("SETTINGS ACK", "SETTINGS ACK", "SETTINGS ACK");
  });

  test("S70: values that a setting cannot have", () => {
    const wrong: [string, number, number, string][] = [
      ["ENABLE_PUSH of 2", 2, 2, "PROTOCOL_ERROR"],
      ["INITIAL_WINDOW_SIZE of 2^31", 4, 0x8000_0000, "FLOW_CONTROL_ERROR"],
      ["MAX_FRAME_SIZE of 0", 5, 0, "PROTOCOL_ERROR"],
      ["MAX_FRAME_SIZE of 16,383", 5, 16_383, "PROTOCOL_ERROR"],
      ["MAX_FRAME_SIZE of 2^24", 5, 16_777_216, "PROTOCOL_ERROR"],
      ["ENABLE_CONNECT_PROTOCOL of 2", 8, 2, "PROTOCOL_ERROR"],
      ["NO_RFC7540_PRIORITIES of 2", 9, 2, "PROTOCOL_ERROR"],
    ];
    for (const [name, identifier, value, code] of wrong) {
      const { client, carrier } = serve(echoTarget);
      client.send(settings([identifier, value]), get(1));
      expect([name, client.frames(), carrier.ended]).toEqual([name, [`GOAWAY 0 ${code}`], true]);
    }
  });

  test("the largest values that a setting can have", () => {
    const { client } = serve(echoTarget);
    const most: [number, number][] = [
      [1, 0xffff_ffff],
      [2, 1],
      [3, 0xffff_ffff],
      [4, 0x7fff_ffff],
      [5, 16_777_215],
      [6, 0xffff_ffff],
      [8, 1],
      [9, 1],
    ];
    client.send(settings(...most), get(1)).expectFrames("SETTINGS ACK", ...echoed(1));
  });

  test("S71: settings that nobody knows are ignored", () => {
    const { client } = serve(echoTarget);
    client.send(settings([0, 1], [7, 1], [0x0a0a, 1], [0xffff, 0xffff_ffff])).expectFrames("SETTINGS ACK");
    client.send(get(1)).expectFrames(...echoed(1));
  });

  test("S69: more than 32 settings in a frame", () => {
    const { client } = serve(echoTarget);
    const one: [number, number] = [0xff, 1];
    client.send(settings(...new Array<[number, number]>(32).fill(one))).expectFrames("SETTINGS ACK");
    client.send(settings(...new Array<[number, number]>(33).fill(one))).expectFrames("GOAWAY 0 ENHANCE_YOUR_CALM");
  });

  test("S69: the largest frame of settings is refused at its 33rd and not read to its end", () => {
    const { client, carrier } = serve(echoTarget);
    client.send(frame(4, 0, 0, "\0\x04\0\0\0\x01".repeat(2_730))).expectFrames("GOAWAY 0 ENHANCE_YOUR_CALM");
    expect(carrier.ended).toBe(true);
  });

  test("MAX_FRAME_SIZE: a head that is larger is sent in CONTINUATION frames (§6.10)", () => {
    const value = "x".repeat(40_000);
    const { client } = serve((_, response) => {
      response.fields.set("X-Large", value);
      response.send();
    });
    client.send(get(1));
    client.expectFrames(`HEADERS 1 :status=200 x-large=${value} content-length=0 END_STREAM`);
  });

  test("HEADER_TABLE_SIZE of 0: nothing is indexed, and the next block says so (RFC 7541 §4.2)", () => {
    const { client } = serve(
      (_, response) => {
        response.fields.set("X-Same", "again");
        response.send();
      },
      {},
      [1, 0],
    );
    for (const id of [1, 3, 5])
      client.send(get(id)).expectFrames(`HEADERS ${id} :status=200 x-same=again content-length=0 END_STREAM`);
  });

  test("a decoder's table smaller than the default is in force when the client has acknowledged it", () => {
    const answer = (request: { fields: { get(name: string): string | undefined } }): string =>
      `${request.fields.get("x")}`;
    const { client } = connect((request, response) => response.send(answer(request)), { headerTableOctets: 0 });
    const indexing = "\x40\x01x\x01y";
    const index = "\xbe";
    const request = block(fieldsOf("GET", "/"));
    // Sent before our SETTINGS can have come: the table has its 4,096 octets.
    client.send(PREFACE, settings(), headersOf(1, request + indexing, { end: true }));
    client.send(headersOf(3, request + index, { end: true }));
    const lines = client.frames();
    expect(lines.slice(2)).toEqual([
      "HEADERS 1 :status=200 content-length=1",
      'DATA 1 "y" END_STREAM',
      "HEADERS 3 :status=200 content-length=1",
      'DATA 3 "y" END_STREAM',
    ]);
    // With its acknowledgement the table shrinks, which the next block has to say.
    client.send(SETTINGS_ACK, headersOf(5, `\x20${request}`, { end: true }));
    client.expectFrames("HEADERS 5 :status=200 content-length=9", 'DATA 5 "undefined" END_STREAM');
    client.send(headersOf(7, request + index, { end: true })).expectFrames("GOAWAY 5 COMPRESSION_ERROR");
  });

  test.each([
    ["that does not say so (§4.3.1, RFC 7541 §4.2)", ""],
    ["that says another size than we did (RFC 7541 §6.3)", "\x3f\xe1\x1f"], // 4,096
  ])("behind that acknowledgement a block %s is COMPRESSION_ERROR", (_, update) => {
    const { client } = serve(echoTarget, { headerTableOctets: 0 });
    const request = block(fieldsOf("GET", "/"));
    client.send(headersOf(1, update + request, { end: true })).expectFrames("GOAWAY 0 COMPRESSION_ERROR");
  });

  test("S69: settings are counted by the frame, not by the connection", () => {
    const { client } = serve(echoTarget);
    const many = settings(...Array.from({ length: 32 }, (): [number, number] => [0xff, 1]));
    client.send(many).expectFrames("SETTINGS ACK");
    client.send(many).expectFrames("SETTINGS ACK");
  });

  test("S61: a flood of SETTINGS costs a bounded sum and ends", () => {
    const { client, carrier } = serve(echoTarget);
    carrier.stall();
    for (let i = 0; i < 2_000; i++) client.send(settings());
    expect(carrier.ended).toBe(true);
    expect(carrier.pending).toBeLessThan(20_000);
    carrier.take();
    expect(client.frames().at(-1)).toBe("GOAWAY 0 ENHANCE_YOUR_CALM");
  });

  test("S61: as it does for acknowledgements that nobody asked for", () => {
    const { client } = serve(echoTarget);
    for (let i = 0; i < 1_001; i++) client.send(SETTINGS_ACK);
    client.expectFrames("GOAWAY 0 ENHANCE_YOUR_CALM");
  });

  test("S71: frames of unknown type and unknown flags are ignored; not in the middle of a field block (§5.5)", () => {
    const { client } = serve(echoTarget);
    for (const type of [0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x20, 0xf0, 0xff])
      client.send(frame(type, 0xff, 0, "payload"), frame(type, 0, 1)).expectFrames();
    client.send(frame(6, 0xfe, 0, "12345678")).expectFrames('PING "12345678" ACK');
    client.send(get(1)).expectFrames(...echoed(1));
    client.send(headers(3, fieldsOf("GET", "/"), { open: true, end: true }), frame(0xff, 0, 3));
    client.expectFrames("GOAWAY 1 PROTOCOL_ERROR");
  });

  test("S71: a flood of them ends", () => {
    const { client } = serve(echoTarget);
    for (let i = 0; i < 1_001; i++) client.send(frame(0xff, 0, 0));
    client.expectFrames("GOAWAY 0 ENHANCE_YOUR_CALM");
  });

  test("a frame over our SETTINGS_MAX_FRAME_SIZE is refused before its payload has come (§4.2)", () => {
    const { client } = serve(echoTarget);
    client.send(post(1), data(1, "x".repeat(16_385)).slice(0, 9)).expectFrames("GOAWAY 1 FRAME_SIZE_ERROR");
  });
});
