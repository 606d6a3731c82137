/**
 * What both sides of a connection can be told about the protocol itself.
 *
 * @module
 */

/** A version that can be spoken. Those before TLS 1.2 are deprecated (RFC 8996), and cannot. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** Options of servers and clients alike. */
export interface ProtocolOptions {
  /** Application protocols (RFC 7301), those preferred first: `["h2", "http/1.1"]`. Default: none. */
  readonly alpn?: readonly string[];
  /** The oldest version. Default "TLSv1.2". */
  readonly minVersion?: TlsVersion;
  /** The newest version. Default "TLSv1.3". */
  readonly maxVersion?: TlsVersion;
  /** Cipher suites in OpenSSL's notation. Default {@link DEFAULT_CIPHERS}. */
  readonly ciphers?: string;
  /** How long a handshake may take from its first octet to its last, ms (S92). Default 10,000. */
  readonly handshakeTimeoutMs?: number;
}

/**
 * Cipher suites with forward secrecy and authenticated encryption, all of equal worth; TLS 1.3 has no others (RFC 8446
 * §B.4). None is on HTTP/2's list of prohibited ones (RFC 9113 Appendix A).
 */
export const DEFAULT_CIPHERS: string = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** See {@link ProtocolOptions.handshakeTimeoutMs}. */
export const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;

/** The longest time that `setTimeout` knows, ms: it would fire a longer one at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** The options as the runtime names them, with our defaults. */
export function contextOptions(options: ProtocolOptions): {
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly ciphers: string;
} {
  const { minVersion = "TLSv1.2", maxVersion = "TLSv1.3", ciphers = DEFAULT_CIPHERS } = options;
  for (const version of [minVersion, maxVersion])
    if (version !== "TLSv1.2" && version !== "TLSv1.3")
      throw new RangeError(`${version} cannot be spoken: use TLSv1.2 or TLSv1.3`);
  if (minVersion > maxVersion) throw new RangeError(`minVersion ${minVersion} is newer than maxVersion ${maxVersion}`);
  return { minVersion, maxVersion, ciphers };
}

/**
 * A list of protocols, checked.
 *
 * @throws RangeError for a name that is empty or longer than 255 octets (RFC 7301 §3.1); TypeError for no list
 */
export function alpnProtocols(names: readonly string[] = []): string[] {
  if (!Array.isArray(names))
    throw new TypeError(`alpn is a list such as ["h2", "http/1.1"], not ${JSON.stringify(names)}`);
  for (const name of names)
    if (name.length === 0 || Buffer.byteLength(name) > 255)
      throw new RangeError(`a protocol has 1 to 255 octets, not ${JSON.stringify(name)}`);
  return [...names];
}
