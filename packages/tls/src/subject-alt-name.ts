/**
 * The names in a certificate (RFC 5280 §4.2.1.6), read from its octets.
 *
 * The runtimes give them as one text, `DNS:a.example, DNS:b.example`. A name
 * that has a comma in it is quoted there by some runtimes, and by others it is
 * two names: that of a certificate for `evil.example, DNS:good.example`
 * (CVE-2021-44532, S116). In DER there is no doubt.
 *
 * @module
 */

/**
 * The names in a certificate, each behind its kind.
 *
 * @param der - the certificate
 * @returns `DNS:a.example`, `IP Address:192.0.2.1`, `URI:spiffe://a`, `email:a@example.com`; other kinds are left out
 * @throws RangeError when it is no certificate
 */
export function subjectAltNames(der: Uint8Array): string[] {
  const extension = extensionOf(der, SUBJECT_ALT_NAME);
  if (extension === null) return [];
  const names: string[] = [];
  const list = new Element(extension, 0);
  for (let at = list.start; at < list.end; ) {
    const name = new Element(extension, at);
    const value = extension.subarray(name.start, name.end);
    const kind = KINDS[name.tag];
    if (name.tag === IP_ADDRESS) names.push(`IP Address:${ipAddress(value)}`);
    else if (kind !== undefined) names.push(`${kind}:${latin1(value)}`);
    at = name.end;
  }
  return names;
}

/** What an extension of a certificate holds, or null. */
function extensionOf(der: Uint8Array, oid: string): Uint8Array | null {
  const certificate = new Element(der, 0);
  const toBeSigned = new Element(der, certificate.start);
  for (let at = toBeSigned.start; at < toBeSigned.end; ) {
    const field = new Element(der, at);
    at = field.end;
    if (field.tag !== EXTENSIONS) continue;
    const list = new Element(der, field.start);
    for (let from = list.start; from < list.end; ) {
      const extension = new Element(der, from);
      const id = new Element(der, extension.start);
      if (latin1(der.subarray(id.start, id.end)) === oid) return content(der, extension, id.end);
      from = extension.end;
    }
  }
  return null;
}

/** The OCTET STRING of an Extension, behind `critical` if that is there. */
function content(der: Uint8Array, extension: Element, from: number): Uint8Array {
  const next = new Element(der, from);
  const value = next.tag === BOOLEAN ? new Element(der, next.end) : next;
  if (value.end > extension.end) throw new RangeError("an extension is cut");
  return der.subarray(value.start, value.end);
}

/** One element of DER: its tag, and where its content is. */
class Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;

  constructor(der: Uint8Array, at: number) {
    let start = at + 2;
    let length = der[at + 1] ?? Number.NaN;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + (der[start++] ?? Number.NaN);
    }
    this.tag = der[at] ?? Number.NaN;
    this.start = start;
    this.end = start + length;
    if (!(this.end <= der.length)) throw new RangeError("the certificate is cut");
  }
}

function ipAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const groups: string[] = [];
  for (let i = 0; i + 1 < octets.length; i += 2)
    groups.push((((octets[i] as number) << 8) | (octets[i + 1] as number)).toString(16));
  return groups.join(":");
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1");
}

/** id-ce-subjectAltName, 2.5.29.17, encoded. */
const SUBJECT_ALT_NAME = "\x55\x1d\x11";
const BOOLEAN = 0x01;
/** `extensions [3] EXPLICIT` of a TBSCertificate (RFC 5280 §4.1). */
const EXTENSIONS = 0xa3;
/** `iPAddress [7]` of a GeneralName. */
const IP_ADDRESS = 0x87;
/** The GeneralNames that are text. */
const KINDS: { readonly [tag: number]: string } = { 129: "email", 130: "DNS", 134: "URI" };
