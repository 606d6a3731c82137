import fc from "fast-check";

/** A character of any kind, octets and ASCII being the likeliest; no surrogate without its other half. */
const character: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0x7f), fc.nat(0xff), fc.nat(0xffff), fc.nat(0x10ffff))
  .map((code) => (code >= 0xd800 && code <= 0xdfff ? "\ufffd" : String.fromCodePoint(code)));

/** Any text, for fuzzing. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: character, maxLength: 16 });
