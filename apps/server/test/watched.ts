/**
 * The built program, and what its log says of what happened meanwhile: the proof
 * of which requests reached a handler and which were refused before.
 *
 * @module
 */
import { RawClient } from "@stack/testing";
import { Program } from "./running.ts";

/** A line of the JSON log; which members it has tells what it is of. */
export interface LogLine {
  /** A request that reached a handler. */
  readonly path?: string;
  readonly method?: string;
  readonly status?: number;
  /** False when its response was broken off. */
  readonly complete?: boolean;
  /** The status with which a request was refused before, 0 for a connection that was cut. */
  readonly refused?: number;
  readonly code?: string;
  /** A handler that failed by a fault of ours. */
  readonly failed?: string;
}

/** A program that is attacked. */
export class Watched {
  readonly port: number;
  readonly program: Program;
  private at: number;
  private marks: number;

  private constructor(program: Program, port: number) {
    this.program = program;
    this.port = port;
    this.at = 0;
    this.marks = 0;
  }

  static async start(...flags: string[]): Promise<Watched> {
    const program = new Program(["--port", "0", "--log", "json", ...flags]);
    return new Watched(program, await program.port());
  }

  /**
   * What the log says since this was asked before. A request behind everything else marks the end; that it is answered
   * proves that the process serves as before.
   */
  async since(): Promise<LogLine[]> {
    const mark = `/hello/mark-${++this.marks}`;
    const client = new RawClient(this.port).send(`GET ${mark} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    await client.untilClosed();
    client.destroy();
    if (!client.received.startsWith("HTTP/1.1 200 ")) throw new Error(`it does not serve: ${client.received}`);
    await this.program.says(new RegExp(`^\\{.*"path":"${mark}".*\\}$`, "m"));
    const text = this.program.stdout.slice(this.at);
    this.at += text.lastIndexOf("\n") + 1;
    const lines = text.split("\n").filter((line) => line.startsWith("{"));
    const told = lines.map((line) => JSON.parse(line) as LogLine & { note?: string });
    return told.filter(({ path, note }) => note === undefined && path?.startsWith("/hello/mark-") !== true);
  }

  /** Ends it, and fails when it wrote to stderr: nothing that a peer does is a failure of ours. */
  async stop(): Promise<void> {
    const { stderr, child } = this.program;
    const alive = child.exitCode === null && child.signalCode === null;
    await this.program.kill();
    if (!alive || stderr !== "") throw new Error(`${alive ? "it complained" : "it died"}: ${stderr}`);
  }
}

/** The requests among the lines, as `GET /path`. */
export function handled(lines: readonly LogLine[]): string[] {
  return lines.filter(({ path }) => path !== undefined).map(({ method, path }) => `${method} ${path}`);
}
