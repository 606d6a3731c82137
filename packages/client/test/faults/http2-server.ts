/**
 * A server of HTTP/2 frames: says what the test says, when it says so.
 *
 * @module
 */
import type { Socket } from "node:net";
import { FrameReader, PREFACE, SETTINGS_ACK, settings } from "../../../http2/test/wire.ts";
import { TcpServer } from "./tcp-server.ts";

/** One connection to it. */
export interface FramePeer {
  readonly socket: Socket;
  /** From 0 on. */
  readonly index: number;
  /** Frames, as `wire.ts` writes them. */
  say(frames: string): void;
}

/**
 * A server with prior knowledge that says SETTINGS of its own, acknowledges the client's and leaves all else to `heard`,
 * which gets each frame as a line, `HEADERS 1 :method=GET … END_STREAM`.
 */
export function http2Server(
  heard: (line: string, peer: FramePeer) => void,
  ...ours: readonly (readonly [number, number])[]
): Promise<TcpServer> {
  return TcpServer.listen((socket, index) => {
    const peer: FramePeer = { socket, index, say: (frames) => socket.write(frames, "latin1") };
    const reader = new FrameReader();
    let preface = PREFACE.length;
    peer.say(settings(...ours));
    socket.on("data", (chunk: Buffer) => {
      const skipped = Math.min(preface, chunk.length);
      preface -= skipped;
      for (const line of reader.read(chunk.subarray(skipped).toString("latin1"))) {
        if (line.startsWith("SETTINGS") && line !== "SETTINGS ACK") peer.say(SETTINGS_ACK);
        heard(line, peer);
      }
    });
  });
}
