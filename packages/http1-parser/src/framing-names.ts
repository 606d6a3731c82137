/**
 * The field names that decide how a message is framed, routed and followed.
 *
 * Known while the octets go by, by length and first octet and then by the
 * rest, without a string and whatever the case.
 *
 * @module
 */

/** Any other field. */
export const OTHER = 0;
export const HOST = 1;
export const CONTENT_LENGTH = 2;
export const TRANSFER_ENCODING = 3;
export const CONNECTION = 4;
export const EXPECT = 5;
export const UPGRADE = 6;

const HOST_OCTETS: Uint8Array = lowerCase("host");
const EXPECT_OCTETS: Uint8Array = lowerCase("expect");
const UPGRADE_OCTETS: Uint8Array = lowerCase("upgrade");
const CONNECTION_OCTETS: Uint8Array = lowerCase("connection");
const CONTENT_LENGTH_OCTETS: Uint8Array = lowerCase("content-length");
const TRANSFER_ENCODING_OCTETS: Uint8Array = lowerCase("transfer-encoding");

/** Which of the names above `bytes[start, end)` is. The octets are already known to be a token. */
export function framingName(bytes: Uint8Array, start: number, end: number): number {
  switch (end - start) {
    case 4:
      return equalsIgnoringCase(bytes, start, HOST_OCTETS) ? HOST : OTHER;
    case 6:
      return equalsIgnoringCase(bytes, start, EXPECT_OCTETS) ? EXPECT : OTHER;
    case 7:
      return equalsIgnoringCase(bytes, start, UPGRADE_OCTETS) ? UPGRADE : OTHER;
    case 10:
      return equalsIgnoringCase(bytes, start, CONNECTION_OCTETS) ? CONNECTION : OTHER;
    case 14:
      return equalsIgnoringCase(bytes, start, CONTENT_LENGTH_OCTETS) ? CONTENT_LENGTH : OTHER;
    case 17:
      return equalsIgnoringCase(bytes, start, TRANSFER_ENCODING_OCTETS) ? TRANSFER_ENCODING : OTHER;
    default:
      return OTHER;
  }
}

/**
 * Whether the octets at `start` are `expected`, which is in lower case.
 *
 * Setting the bit 0x20 makes ASCII letters lower case and maps no other tchar,
 * and no visible octet but "@", "[", "\", "]", "^" and "_", onto a letter,
 * digit or hyphen, so nothing but the name itself is equal to it.
 */
export function equalsIgnoringCase(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) if (((bytes[start + i] as number) | 0x20) !== expected[i]) return false;
  return true;
}

/** The octets of a name in lower case, for {@link equalsIgnoringCase}. */
export function lowerCase(name: string): Uint8Array {
  return Uint8Array.from(name, (character) => character.charCodeAt(0) | 0x20);
}
