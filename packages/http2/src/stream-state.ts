/**
 * The states of a stream (RFC 9113 §5.1).
 *
 * {@link TRANSITIONS} is for people, the table made from it for the machine.
 * Everything that can change the state of a stream is in this file; frames that
 * never do (WINDOW_UPDATE, PRIORITY) are not rows of it.
 *
 * ```text
 *                          +--------+
 *                  send PP |        | recv PP
 *                 ,--------+  idle  +--------.
 *                /         |        |         \
 *               v          +--------+          v
 *        +----------+          |           +----------+
 *        |          |          | send H /  |          |
 * ,------+ reserved |          | recv H    | reserved +------.
 * |      | (local)  |          |           | (remote) |      |
 * |      +---+------+          v           +------+---+      |
 * |          |             +--------+             |          |
 * |          |     recv ES |        | send ES     |          |
 * |   send H |     ,-------+  open  +-------.     | recv H   |
 * |          |    /        |        |        \    |          |
 * |          v   v         +---+----+         v   v          |
 * |      +----------+          |           +----------+      |
 * |      |   half-  |          |           |   half-  |      |
 * |      |  closed  |          | send R /  |  closed  |      |
 * |      | (remote) |          | recv R    | (local)  |      |
 * |      +----+-----+          |           +-----+----+      |
 * |           |                |                 |           |
 * |           | send ES /      |       recv ES / |           |
 * |           |  send R / recv R   send R / recv R           |
 * |           |                v                 |           |
 * | send R /  |            +--------+            | send R /  |
 * | recv R    `----------->| closed |<-----------'  recv R   |
 * `----------------------->|        |<-----------------------'
 *                          +--------+
 * ```
 *
 * @module
 */

export const STATES = [
  "IDLE",
  "RESERVED_LOCAL",
  "RESERVED_REMOTE",
  "OPEN",
  "HALF_CLOSED_LOCAL",
  "HALF_CLOSED_REMOTE",
  "CLOSED",
] as const;
export const INPUTS = [
  "SEND_HEADERS",
  "RECV_HEADERS",
  "SEND_PUSH_PROMISE",
  "RECV_PUSH_PROMISE",
  "SEND_END_STREAM",
  "RECV_END_STREAM",
  "RST_STREAM",
] as const;
export type StateName = (typeof STATES)[number];
export type InputName = (typeof INPUTS)[number];

/** From each state, the inputs that change it, and the state that follows. RFC 9113 §5.1. */
export const TRANSITIONS: Record<StateName, { readonly [I in InputName]?: StateName }> = {
  IDLE: {
    SEND_HEADERS: "OPEN",
    RECV_HEADERS: "OPEN",
    SEND_PUSH_PROMISE: "RESERVED_LOCAL",
    RECV_PUSH_PROMISE: "RESERVED_REMOTE",
  },
  RESERVED_LOCAL: { SEND_HEADERS: "HALF_CLOSED_REMOTE", RST_STREAM: "CLOSED" },
  RESERVED_REMOTE: { RECV_HEADERS: "HALF_CLOSED_LOCAL", RST_STREAM: "CLOSED" },
  OPEN: {
    SEND_HEADERS: "OPEN",
    RECV_HEADERS: "OPEN",
    SEND_END_STREAM: "HALF_CLOSED_LOCAL",
    RECV_END_STREAM: "HALF_CLOSED_REMOTE",
    RST_STREAM: "CLOSED",
  },
  HALF_CLOSED_LOCAL: { RECV_HEADERS: "HALF_CLOSED_LOCAL", RECV_END_STREAM: "CLOSED", RST_STREAM: "CLOSED" },
  HALF_CLOSED_REMOTE: { SEND_HEADERS: "HALF_CLOSED_REMOTE", SEND_END_STREAM: "CLOSED", RST_STREAM: "CLOSED" },
  CLOSED: {},
};

/** The index of a state in the table. */
export function state(name: StateName): number {
  return STATES.indexOf(name);
}

/** The index of an input in the table. */
export function input(name: InputName): number {
  return INPUTS.indexOf(name);
}

/** No such transition: a protocol violation. */
export const ILLEGAL = 0xff;

const NEXT: Uint8Array = new Uint8Array(STATES.length * INPUTS.length).fill(ILLEGAL);
for (const from of STATES)
  for (const on of INPUTS) {
    const to = TRANSITIONS[from][on];
    if (to !== undefined) NEXT[state(from) * INPUTS.length + input(on)] = state(to);
  }

/** The state after `on`, or {@link ILLEGAL}. RFC 9113 §5.1. */
export function next(from: number, on: number): number {
  return NEXT[from * INPUTS.length + on] as number;
}

export const IDLE: number = state("IDLE");
export const RESERVED_LOCAL: number = state("RESERVED_LOCAL");
export const RESERVED_REMOTE: number = state("RESERVED_REMOTE");
export const OPEN: number = state("OPEN");
export const HALF_CLOSED_LOCAL: number = state("HALF_CLOSED_LOCAL");
export const HALF_CLOSED_REMOTE: number = state("HALF_CLOSED_REMOTE");
export const CLOSED: number = state("CLOSED");

export const SEND_HEADERS: number = input("SEND_HEADERS");
export const SEND_PUSH_PROMISE: number = input("SEND_PUSH_PROMISE");
export const RECV_HEADERS: number = input("RECV_HEADERS");
export const SEND_END_STREAM: number = input("SEND_END_STREAM");
export const RECV_END_STREAM: number = input("RECV_END_STREAM");
export const RST_STREAM: number = input("RST_STREAM");
