/**
 * The field names that decide how a message is framed, routed and followed.
 *
 * Known while the octets go by, by their length and then by four octets at a
 * time, without a string.
 *
 * @module
 */

import { isKnownName, type KnownName, knownName } from "./known-names.ts";

/** Any other field. */
export const OTHER = 0;
export const HOST = 1;
export const CONTENT_LENGTH = 2;
export const TRANSFER_ENCODING = 3;
export const CONNECTION = 4;
export const EXPECT = 5;
export const UPGRADE = 6;

/** Which of the names above `bytes[start, end)` is. The octets are already known to be a token. */
export function framingName(bytes: Uint8Array, start: number, end: number): number {
  switch (end - start) {
    case 4:
      return isKnownName(bytes, start, end, HOST_NAME) ? HOST : OTHER;
    case 6:
      return isKnownName(bytes, start, end, EXPECT_NAME) ? EXPECT : OTHER;
    case 7:
      return isKnownName(bytes, start, end, UPGRADE_NAME) ? UPGRADE : OTHER;
    case 10:
      return isKnownName(bytes, start, end, CONNECTION_NAME) ? CONNECTION : OTHER;
    case 14:
      return isKnownName(bytes, start, end, CONTENT_LENGTH_NAME) ? CONTENT_LENGTH : OTHER;
    case 17:
      return isKnownName(bytes, start, end, TRANSFER_ENCODING_NAME) ? TRANSFER_ENCODING : OTHER;
    default:
      return OTHER;
  }
}

const HOST_NAME: KnownName = knownName("host");
const EXPECT_NAME: KnownName = knownName("expect");
const UPGRADE_NAME: KnownName = knownName("upgrade");
const CONNECTION_NAME: KnownName = knownName("connection");
const CONTENT_LENGTH_NAME: KnownName = knownName("content-length");
const TRANSFER_ENCODING_NAME: KnownName = knownName("transfer-encoding");
