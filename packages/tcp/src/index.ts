export { type Address, DEFAULT_HOST, formatAddress, type ParsedAddress, parseAddress } from "./address.ts";
export { AddressSet } from "./address-set.ts";
export { carry } from "./carry.ts";
export { dial } from "./dial.ts";
export type { DialOptions, DialStage } from "./dial-options.ts";
export type { DialTime } from "./dial-time.ts";
export type { ByteSink, Carrier, Engine, PeerCertificate, PeerInfo, TlsPeer } from "./engine.ts";
export { type DialAttempt, TcpError, type TcpErrorCode } from "./errors.ts";
export { canonicalIpAddress, formatIpAddress, type IpAddress, ipFamily, parseIpAddress } from "./ip-address.ts";
export {
  type CloseOptions,
  type CutConnection,
  DEFAULT_MAX_CONNECTIONS,
  Listener,
  type ListenOptions,
  listen,
} from "./listen.ts";
export { joinInMemory } from "./memory.ts";
export { NameCache, type NameCacheOptions } from "./name-cache.ts";
export { type LookupOptions, lookupHost } from "./name-lookup.ts";
export { type NameAnswer, type NameResolver, recordResolver, systemResolver } from "./name-resolver.ts";
export type { SocketOptions } from "./open-socket.ts";
export { isPublicAddress, publicOnly, SPECIAL_PURPOSE } from "./public-address.ts";
export { canReuseReadBuffer } from "./reused-read.ts";
export type { Secure, SecureDone, SecuredSocket } from "./secure.ts";
export { Socks5Error, type Socks5ErrorCode, type Socks5Options, type Socks5Target, socks5 } from "./socks5.ts";
export { type Clock, clock, TICK_MS, TimerWheel, type WheelEntry } from "./timer-wheel.ts";
export { type Tunnel, type TunnelEnd, tunnelWith } from "./tunnel.ts";
