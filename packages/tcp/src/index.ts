export { type Address, DEFAULT_HOST, formatAddress, type ParsedAddress, parseAddress } from "./address.ts";
export { carry, type DialOptions, dial } from "./dial.ts";
export type { ByteSink, Carrier, Engine, PeerCertificate, PeerInfo, TlsPeer } from "./engine.ts";
export { TcpError, type TcpErrorCode } from "./errors.ts";
export {
  type CloseOptions,
  type CutConnection,
  DEFAULT_MAX_CONNECTIONS,
  Listener,
  type ListenOptions,
  listen,
} from "./listen.ts";
export { joinInMemory } from "./memory.ts";
export { canReuseReadBuffer } from "./reused-read.ts";
export type { Secure, SecureDone, SecuredSocket } from "./secure.ts";
export { type Clock, clock, TICK_MS, TimerWheel, type WheelEntry } from "./timer-wheel.ts";
