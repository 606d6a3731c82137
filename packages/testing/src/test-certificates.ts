/**
 * Certificates for tests, made when they are needed: no key is ever committed.
 *
 * @module
 */
import "reflect-metadata";
import { createPrivateKey, type webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

type KeyPair = webcrypto.CryptoKeyPair;

/** A certificate and its key, as PEM text. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** What is asked of an authority. */
export interface Request {
  /** Common name; no name that counts. */
  readonly subject?: string;
  /** DNS names, or IP addresses, or whole general names. */
  readonly names?: readonly (string | JsonGeneralName)[];
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  readonly rsa?: boolean;
  /** What it is for, as an object identifier; anything when absent. */
  readonly usage?: string;
}

/** Issues certificates. */
export class Authority {
  /** Its own certificate, as PEM text. */
  readonly cert: string;
  private readonly certificate: X509Certificate;
  private readonly keys: KeyPair;

  private constructor(certificate: X509Certificate, keys: KeyPair) {
    this.certificate = certificate;
    this.keys = keys;
    this.cert = pem(certificate);
  }

  static async create(name = "Test Authority"): Promise<Authority> {
    const keys = await generate(false);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      notBefore: day(-365),
      notAfter: day(365),
      signingAlgorithm: ECDSA,
      keys,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    return new Authority(certificate, keys);
  }

  async issue({ subject = "test", names = [], from = -1, to = 30, rsa = false, usage }: Request = {}): Promise<Issued> {
    const keys = await generate(rsa);
    const general = names.map((name) => (typeof name === "string" ? generalName(name) : name));
    const certificate = await X509CertificateGenerator.create({
      subject: `CN=${subject}`,
      issuer: this.certificate.subject,
      notBefore: day(from),
      notAfter: day(to),
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: ECDSA,
      extensions: [
        ...(general.length === 0 ? [] : [new SubjectAlternativeNameExtension(general)]),
        ...(usage === undefined ? [] : [new ExtendedKeyUsageExtension([usage])]),
      ],
    });
    return { cert: pem(certificate), key: await keyPem(keys) };
  }
}

/** A certificate that vouches for itself, as for development. */
export async function selfSigned(names: readonly string[]): Promise<Issued> {
  const keys = await generate(false);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=self-signed",
    notBefore: day(-1),
    notAfter: day(30),
    signingAlgorithm: ECDSA,
    keys,
    extensions: [new SubjectAlternativeNameExtension(names.map(generalName))],
  });
  return { cert: pem(certificate), key: await keyPem(keys) };
}

/** The key under a passphrase. */
export function encrypted(key: string, passphrase: string): string {
  return createPrivateKey(key).export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
}

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

async function generate(rsa: boolean): Promise<KeyPair> {
  return (await crypto.subtle.generateKey(rsa ? RSA : ECDSA, true, ["sign", "verify"])) as KeyPair;
}

function generalName(name: string): JsonGeneralName {
  return { type: /^[\d.]+$|:/.test(name) ? "ip" : "dns", value: name };
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function keyPem({ privateKey }: KeyPair): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

function day(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}
