/**
 * Certificates for tests that speak TLS: an entry of its own, since it brings a library along.
 *
 * @module
 */
export { Authority, encrypted, type Issued, type Request, selfSigned } from "./test-certificates.ts";
