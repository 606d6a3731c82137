/** Frames that zstd 1.5 wrote (libzstd, levels 3, 19 and 9), as base64. */

export const TEXT: Uint8Array = octets(
  "KLUv/SB59QIA8sYUFqAnbdCMNgKT/e92E8uVURDgLCKqxo9FwNyybot0fODVYzDBsyxbJjGZkMY81avmwXjeb6VfCJ6avGSsAXZiL0diociJU" +
    "kjNEYfHxh6zJut5BQECAEQNiSpQZg==",
);

export const CHECKED: Uint8Array = octets(
  "KLUv/WRrAA0DAEJHFRKQzwGQD5ygxRYZ9FN/7nL9LzoDiMinDZ/5iP1b5/IpqXt667T56U4nR/3XS0qWsuHf+uRp+tzSW/Lkk6j5cDgdbrYfM" +
    "+S3NSIj1/Xo1aRxnlyuzxECAG4+UFTJoMwlyKPD",
);

export const LONG: Uint8Array = octets(
  "KLUv/aDOlgQAxA4AckYUF6ClbcCiyealkf3OSwvpUNWB3MmD/xUIZ8RLPKbt3/g7j/YT7bvZdaQTGc4pAoZakhYDXXYXFIUAdrPrsDTrQIhj6" +
    "dUtyg4RQldAhoYySTACgMaoEW+UQvYYAyBCQxBjeAMSQEBYfBirQeYgG2v//38DIvjYp4ViE9dwkpyGJipESHOXbPghImhsEM8wpI53frzCAfy" +
    "KlTjKxqtpHRADcN9Q9yms2rpi6rDaOltZxzFQ/AK90iROWumAiBp60UZSiczOi7XkIL+m6vQxKI+NgZtxb+xinzhXFO3qNtdD5M8I5sSK6GmL+" +
    "A1Qz3Edz94EVCHkfxS9JnGHAU4J8sS2FkzMJPkt8YkUBvhBKBrgdQfiZQKycGGpNV2U2JM9P/VMU9wYqCY0yXgmmS45mpCsiZBizyF2+LP/L0d" +
    "YzemrgkET0hXHLZDN8LBo8ktX1ep3qIUEpq8X/LleOvTlmHfQfsQt4H14vnWLAJQPJZSFQre4vL8430G/r6DvFfkmQKQt8SVArNsSsSkWcLC2P" +
    "m2ItmuxIKpnbXqs0lX2GYdqnJwSUZaeGQDUuh1D6+iUibWiCAb9YRZ3aOizBxHGqM4a24xuvqZvsLxLC4SqUSgznSa9vzCuCkwAAAh0AQD8/zk" +
    "QAk0AAAhsAQDKFh0IAQ==",
);

/** What is in {@link TEXT}, once, and in {@link CHECKED}, three times. */
export const SENTENCE: string =
  "It is a truth universally acknowledged, that a single octet in possession of a good coding must be in want of a decoder.\n";

/** Octets and SHA-256 of what is in {@link LONG}. */
export const LONG_OCTETS = 300750;
export const LONG_SHA256 = "44a8ebece17f56349a9037c2d26dd425b8ba5695ad5d60df02d7f3ad16531175";

function octets(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (octet) => octet.charCodeAt(0));
}
