/**
 * A certificate with its key, read and checked before a client sees it.
 *
 * @module
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { TlsError } from "./errors.ts";
import { isServableName, normalName } from "./host-name.ts";
import { nameOf, type PemSource, readPem } from "./pem.ts";
import { subjectAltNames } from "./subject-alt-name.ts";

/** A certificate, its key, and the names that it is for. */
export interface Certificate {
  /** The certificate, then the intermediate ones that lead to the root: PEM text or a file's path. */
  readonly cert: PemSource;
  /** Its private key: PEM text or a file's path. */
  readonly key: PemSource;
  /** What the key is encrypted with. */
  readonly passphrase?: string;
  /** Host names that it is for, `*.example.com` included. Default: the DNS names of its subjectAltName. */
  readonly names?: readonly string[];
}

/** A {@link Certificate} that was read. */
export interface LoadedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly passphrase: string | undefined;
  /** In lower case. */
  readonly names: readonly string[];
  /** Why clients will refuse it, though it can be used: it is expired, or not valid yet. */
  readonly problem: TlsError | null;
}

/**
 * Reads a certificate and its key.
 *
 * @param now - ms since 1970-01-01 UTC
 * @throws {@link TlsError} `ERR_TLS_FILE`, `ERR_TLS_CERTIFICATE`, `ERR_TLS_KEY`, `ERR_TLS_KEY_MISMATCH`
 * @throws TypeError when one of `names` is no host name
 */
export function loadCertificate(source: Certificate, now: number): LoadedCertificate {
  const cert = readPem(source.cert);
  const key = readPem(source.key);
  const certName = nameOf(source.cert, "certificate");
  const keyName = nameOf(source.key, "key");
  const parsed = parseCertificate(cert, certName);
  if (!parsed.checkPrivateKey(parseKey(key, source.passphrase, keyName)))
    throw new TlsError(
      "ERR_TLS_KEY_MISMATCH",
      `${keyName} is not the key of the first certificate in ${certName}; ` +
        "give the key that it was requested with, and put intermediate certificates behind it",
    );
  const names = source.names?.map(normalName) ?? namesOf(parsed);
  return { cert, key, passphrase: source.passphrase, names, problem: validity(parsed, certName, now) };
}

/**
 * Reads the first certificate of a PEM text.
 *
 * @throws {@link TlsError} `ERR_TLS_CERTIFICATE`
 */
export function parseCertificate(pem: string, name: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new TlsError(
      "ERR_TLS_CERTIFICATE",
      `${name} holds no certificate; it is PEM text that begins with -----BEGIN CERTIFICATE-----`,
      { cause: error },
    );
  }
}

function parseKey(pem: string, passphrase: string | undefined, name: string): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? { key: pem } : { key: pem, passphrase });
  } catch (error) {
    const encrypted = pem.includes("ENCRYPTED");
    const advice = encrypted
      ? passphrase === undefined
        ? "it is encrypted: give its passphrase"
        : "is the passphrase right?"
      : "it is PEM text that begins with -----BEGIN PRIVATE KEY-----";
    throw new TlsError("ERR_TLS_KEY", `${name} holds no private key that can be read; ${advice}`, { cause: error });
  }
}

/** The names that clients check (RFC 9525 §6.3): those of the extension, never the common name. */
function namesOf(certificate: X509Certificate): string[] {
  return subjectAltNames(certificate.raw)
    .filter((name) => name.startsWith(DNS))
    .map((name) => name.slice(DNS.length).toLowerCase())
    .filter(isServableName);
}

/** RFC 5280 §4.1.2.5. */
function validity(certificate: X509Certificate, name: string, now: number): TlsError | null {
  const { validFrom, validTo } = certificate;
  if (now > Date.parse(validTo))
    return new TlsError(
      "ERR_TLS_CERTIFICATE_EXPIRED",
      `${name} expired on ${validTo}: clients refuse it; renew it, and reload`,
    );
  if (now < Date.parse(validFrom))
    return new TlsError(
      "ERR_TLS_CERTIFICATE_EXPIRED",
      `${name} is not valid before ${validFrom}: clients refuse it; is this machine's clock right?`,
    );
  return null;
}

const DNS = "DNS:";
