/**
 * Serialising structured fields (RFC 9651 §4.1).
 *
 * What has no form is refused, so nothing in a value can be another value or
 * another field (S52).
 *
 * @module
 */
import { encodeBase64 } from "./base64.ts";
import { percentEncode } from "./percent-encoding.ts";
import { type BareItem, Decimal, DisplayString, keyEnd, structuredTokenEnd, Token } from "./structured-field.ts";

/** An Item to be written: a value, or a value and its parameters. A parsed one fits. */
export type ItemInit = BareItem | { readonly value: BareItem; readonly parameters?: ParametersInit };

/** A member to be written: an Item, or an Inner List as an array or as items and their parameters. A parsed one fits. */
export type MemberInit =
  | ItemInit
  | readonly ItemInit[]
  | { readonly items: readonly ItemInit[]; readonly parameters?: ParametersInit };

/** Parameters to be written: a map, or pairs of key and value. */
export type ParametersInit = Iterable<readonly [string, BareItem]>;

/** A value that no structured field can hold. */
export class StructuredFieldError extends TypeError {
  override readonly name = "StructuredFieldError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_STRUCTURED_FIELD";
}

/**
 * Writes a field that is defined as an Item.
 *
 * A plain number is an Integer when it is whole, else a Decimal. Decimals are rounded to three places, to the even
 * neighbour when both are as near; `new Decimal(1)` is `1.0`. Of a Date the fraction of a second is cut off.
 *
 * @throws StructuredFieldError when the value or a parameter has no form: a number out of range, a String that is not
 *   printable ASCII, a Token or key with other characters than theirs, half a surrogate pair in a Display String
 *
 * @example
 * ```ts
 * formatItem({ value: 5, parameters: [["foo", new Token("bar")]] }); // "5;foo=bar"
 * formatItem("text"); // '"text"'
 * ```
 *
 * RFC 9651 §4.1.3.
 */
export function formatItem(item: ItemInit): string {
  return isBare(item) ? formatBareItem(item) : formatBareItem(item.value) + formatParameters(item.parameters);
}

/**
 * Writes a field that is defined as a List.
 *
 * @returns `""` when there are no members: the field is then not sent at all
 * @throws StructuredFieldError as {@link formatItem}
 *
 * @example
 * ```ts
 * formatList([new Token("sugar"), [new Token("tea"), new Token("rum")]]); // "sugar, (tea rum)"
 * ```
 *
 * RFC 9651 §4.1.1.
 */
export function formatList(members: Iterable<MemberInit>): string {
  let text = "";
  for (const member of members) text += `${text === "" ? "" : ", "}${formatMember(member)}`;
  return text;
}

/**
 * Writes a field that is defined as a Dictionary.
 *
 * @param members - a map, or pairs of key and member; of several pairs with one key a reader takes the last
 * @returns `""` when there are no members: the field is then not sent at all
 * @throws StructuredFieldError as {@link formatItem}
 *
 * @example
 * ```ts
 * formatDictionary([["u", 1], ["i", true]]); // "u=1, i"
 * formatDictionary(Object.entries({ u: 1, i: true })); // the same
 * ```
 *
 * RFC 9651 §4.1.2.
 */
export function formatDictionary(members: Iterable<readonly [string, MemberInit]>): string {
  let text = "";
  for (const [key, member] of members) {
    text += `${text === "" ? "" : ", "}${formatKey(key)}`;
    const written = formatMember(member);
    // §4.1.2: the value true is left out, its parameters stay.
    if (!written.startsWith(TRUE)) text += `=${written}`;
    else text += written.slice(TRUE.length);
  }
  return text;
}

function formatMember(member: MemberInit): string {
  if (isInnerList(member)) return `(${member.map(formatItem).join(" ")})`;
  if (isBare(member) || !("items" in member) || member.items === undefined) return formatItem(member as ItemInit);
  return `(${member.items.map(formatItem).join(" ")})${formatParameters(member.parameters)}`;
}

/** §4.1.1.2 */
function formatParameters(parameters: ParametersInit | undefined): string {
  let text = "";
  for (const [key, value] of parameters ?? [])
    text += value === true ? `;${formatKey(key)}` : `;${formatKey(key)}=${formatBareItem(value)}`;
  return text;
}

/** §4.1.1.3 */
function formatKey(key: string): string {
  if (key === "" || keyEnd(key, 0) !== key.length)
    throw new StructuredFieldError(
      `not a key: ${JSON.stringify(key)}; use lower-case letters, digits and "_-.*", a letter or "*" first`,
    );
  return key;
}

/** §4.1.3.1 */
function formatBareItem(value: BareItem): string {
  if (typeof value === "string") return formatString(value);
  if (typeof value === "number") return Number.isInteger(value) ? formatInteger(value) : formatDecimal(value);
  if (typeof value === "boolean") return value ? TRUE : "?0";
  if (value instanceof Token) return formatToken(value.text);
  if (value instanceof Decimal) return formatDecimal(value.number);
  if (value instanceof Uint8Array) return `:${encodeBase64(value)}:`;
  if (value instanceof Date) return `@${formatInteger(Math.floor(value.getTime() / 1_000))}`;
  if (value instanceof DisplayString) return formatDisplayString(value.text);
  throw new StructuredFieldError(`not a bare item: ${String(value)}; see BareItem for what there is`);
}

/** §4.1.4 */
function formatInteger(value: number): string {
  if (!(Math.abs(value) <= MAX_INTEGER))
    throw new StructuredFieldError(`not an Integer of up to 15 digits: ${value}; send a larger one as a String`);
  return String(value + 0); // -0 is written as 0
}

/**
 * §4.1.5, on the shortest decimal form of the number: that is what its writer means, while the double of 0.0025 is a
 * little more than that and would not be "equidistant".
 */
function formatDecimal(value: number): string {
  const magnitude = Math.abs(value);
  // Beyond 10^21 and below 10^-6 `String` writes an exponent: one is refused, the other rounds to 0.
  if (!(magnitude < 1e12)) throw notDecimal(value);
  const [whole = "", fraction = ""] = magnitude < 1e-6 ? ["0"] : String(magnitude).split(".");
  const kept = fraction.slice(0, 3).padEnd(3, "0");
  let thousandths = Number(whole) * 1_000 + Number(kept);
  const dropped = fraction.slice(3);
  if (dropped > "5" || (dropped === "5" && thousandths % 2 === 1)) thousandths++;
  if (thousandths >= 1e15) throw notDecimal(value);
  const sign = value < 0 && thousandths > 0 ? "-" : "";
  const places = String(thousandths % 1_000)
    .padStart(3, "0")
    .replace(/0{1,2}$/, "");
  return `${sign}${Math.floor(thousandths / 1_000)}.${places}`;
}

function notDecimal(value: number): StructuredFieldError {
  return new StructuredFieldError(`not a Decimal of up to 12 digits before the point: ${value}`);
}

/** §4.1.6 */
function formatString(text: string): string {
  if (/[^ -~]/.test(text))
    throw new StructuredFieldError(
      `not a String: ${JSON.stringify(text)} is not printable ASCII; use DisplayString if the field allows it`,
    );
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** §4.1.7 */
function formatToken(text: string): string {
  if (text === "" || structuredTokenEnd(text, 0) !== text.length)
    throw new StructuredFieldError(`not a Token: ${JSON.stringify(text)}; use a String`);
  return text;
}

/** §4.1.11 */
function formatDisplayString(text: string): string {
  if (/\p{Surrogate}/u.test(text))
    throw new StructuredFieldError("not a Display String: half a surrogate pair has no form in UTF-8");
  return `%"${percentEncode(text, UNENCODED).replace(/%../g, (triplet) => triplet.toLowerCase())}"`;
}

function isInnerList(member: MemberInit): member is readonly ItemInit[] {
  return Array.isArray(member);
}

function isBare(item: ItemInit | MemberInit): item is BareItem {
  return (
    typeof item !== "object" ||
    item instanceof Token ||
    item instanceof Decimal ||
    item instanceof Uint8Array ||
    item instanceof Date ||
    item instanceof DisplayString
  );
}

const TRUE = "?1";
const MAX_INTEGER = 999_999_999_999_999;

/** Printable ASCII but `%` and `"`. */
const UNENCODED: Uint8Array = new Uint8Array(128).fill(1, 0x20, 0x7f);
for (const character of '%"') UNENCODED[character.charCodeAt(0)] = 0;
