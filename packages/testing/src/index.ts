/**
 * An in-memory world for tests of engines: no socket, a clock that is a number.
 *
 * @module
 */
export { ATTACKS, type Attack, CANARY, FRAMING_ATTACKS, HEAD_ATTACKS, SEQUENCE_ATTACKS } from "./attacks.ts";
export { type Cut, cutsOf, everyCut, everyCutAsync, octetsOf } from "./cut.ts";
export type { ByteSink, Carrier, Engine, PeerInfo } from "./engine.ts";
export { MemoryCarrier, type MemoryCarrierOptions } from "./memory-carrier.ts";
export { RawClient, statuses } from "./raw-client.ts";
export { ScriptedPeer } from "./scripted-peer.ts";
export { connectionReset, settle, settled, type Wire } from "./settle.ts";
export { type Timed, VirtualClock } from "./virtual-clock.ts";
