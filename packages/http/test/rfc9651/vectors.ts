/**
 * The public test vectors for structured fields (httpwg/structured-field-tests),
 * and their values as ours.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type BareItem,
  Decimal,
  DisplayString,
  type Item,
  type ItemParameters,
  type Member,
  Token,
} from "../../src/structured-field.ts";

/** A case: `raw` lines give `expected` or fail, `expected` gives `canonical` (else `raw`) or fails. */
export interface Vector {
  readonly file: string;
  readonly name: string;
  readonly header_type: "item" | "list" | "dictionary";
  readonly raw?: readonly string[];
  readonly canonical?: readonly string[];
  readonly expected?: unknown;
  readonly must_fail?: boolean;
  readonly can_fail?: boolean;
}

const vectors = process.env.STACK_VECTORS ?? fileURLToPath(new URL("../../../../../shared/vectors", import.meta.url));
const folder = `${vectors}/structured-fields`;

/** The cases of a folder; none when it is absent. */
function read(path: string): Vector[] {
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) =>
      (JSON.parse(withDecimals(readFileSync(`${path}/${file}`, "utf8"))) as Vector[]).map((vector) => ({
        ...vector,
        file: file.replace(".json", ""),
      })),
    );
}

/** JavaScript cannot tell 1.0 from 1: numbers with a point become objects before they are read. */
function withDecimals(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+\.\d+/g, (found) =>
    found.startsWith('"') ? found : `{"__type":"decimal","value":${found}}`,
  );
}

export const PARSING: readonly Vector[] = read(folder);
export const SERIALISING: readonly Vector[] = read(`${folder}/serialisation-tests`);

/** A value of a vector's type as ours. */
export function expectedOf({ header_type, expected }: Vector): Item | Member[] | Map<string, Member> {
  if (header_type === "item") return itemOf(expected);
  if (header_type === "list") return (expected as unknown[]).map(memberOf);
  return new Map((expected as [string, unknown][]).map(([key, member]) => [key, memberOf(member)]));
}

function memberOf(member: unknown): Member {
  const [value, parameters] = member as [unknown, unknown];
  return Array.isArray(value)
    ? { items: value.map(itemOf), parameters: parametersOf(parameters) }
    : itemOf([value, parameters]);
}

function itemOf(item: unknown): Item {
  const [value, parameters] = item as [unknown, unknown];
  return { value: bareItemOf(value), parameters: parametersOf(parameters) };
}

function parametersOf(parameters: unknown): ItemParameters {
  return new Map((parameters as [string, unknown][]).map(([key, value]) => [key, bareItemOf(value)]));
}

function bareItemOf(value: unknown): BareItem {
  if (typeof value !== "object") return value as number | string | boolean;
  const { __type, value: inner } = value as { __type: string; value: never };
  switch (__type) {
    case "decimal":
      return new Decimal(inner);
    case "token":
      return new Token(inner);
    case "binary":
      return base32(inner);
    case "date":
      return new Date(inner * 1_000);
    case "displaystring":
      return new DisplayString(inner);
    default:
      throw new TypeError(`a type that is not known here: ${__type}`);
  }
}

/** How the vectors write octets (RFC 4648 §6). */
function base32(text: string): Uint8Array {
  const bits = Array.from(text.replaceAll("=", ""), (character) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character).toString(2).padStart(5, "0"),
  ).join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2));
}
