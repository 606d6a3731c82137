/**
 * A certificate for this machine, for trying out TLS.
 *
 * Made on first start and kept for the next ones in the user's cache folder, so
 * that a browser that was told to accept it need not be told again. Nobody but
 * its maker vouches for it: a server that others use is given a real one.
 *
 * @module
 */
import "reflect-metadata"; // the library below asks for it to be there first
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key, as PEM text. */
export interface CertificateAndKey {
  readonly cert: string;
  readonly key: string;
}

/** How long a development certificate holds, days. Browsers refuse more than 398. */
const VALID_DAYS = 365;

/** One that ends sooner than this is made anew, days. */
const LEAST_DAYS = 7;

const DAY_MS = 86_400_000;

/**
 * The kept certificate, or a new one.
 *
 * @param folder - where it is kept
 * @param now - ms since 1970
 */
export async function developmentCertificate(
  folder: string = cacheFolder(),
  now: number = Date.now(),
): Promise<CertificateAndKey> {
  const kept = read(folder, now);
  if (kept !== null) return kept;
  const made = await make(now);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, KEY_FILE), made.key, { mode: 0o600 });
    chmodSync(join(folder, KEY_FILE), 0o600); // also where the file was there before
    writeFileSync(join(folder, CERTIFICATE_FILE), made.cert);
  } catch {
    // A folder that cannot be written costs a new certificate at each start, and nothing else.
  }
  return made;
}

/** Where certificates are kept between starts. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "stack-server");
}

function read(folder: string, now: number): CertificateAndKey | null {
  try {
    const cert = readFileSync(join(folder, CERTIFICATE_FILE), "utf8");
    const key = readFileSync(join(folder, KEY_FILE), "utf8");
    const { notAfter } = new X509Certificate(cert);
    return notAfter.getTime() - now > LEAST_DAYS * DAY_MS ? { cert, key } : null;
  } catch {
    return null; // not there, or not what we wrote
  }
}

async function make(now: number): Promise<CertificateAndKey> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=localhost, O=stack-server development",
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + VALID_DAYS * DAY_MS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { cert: `${certificate.toString("pem")}\n`, key: `${PemConverter.encode(key, "PRIVATE KEY")}\n` };
}

const CERTIFICATE_FILE = "development-certificate.pem";
const KEY_FILE = "development-key.pem";
