/** Structured fields (RFC 9651): read, told apart, written. */
import {
  Decimal,
  DisplayString,
  formatDictionary,
  formatItem,
  formatList,
  parseDictionary,
  parseItem,
  parseList,
  Token,
} from "@stack/http";

const priority = parseDictionary("u=1, i");
console.log(priority?.get("u")?.value, priority?.get("i")?.value); // 1 true

for (const member of parseList('gzip;q=0.5, "text", 2.0, :aGk=:, @1659578233, (a b);x') ?? []) {
  if (member.items !== undefined) console.log("an Inner List of", member.items.length);
  else if (member.value instanceof Token) console.log("the Token", member.value.text, [...member.parameters]);
  else console.log(typeof member.value, member.value);
}
console.log(parseItem("a, b")); // null: not an Item, so the field is ignored

console.log(
  formatDictionary([
    ["u", 1],
    ["i", true],
  ]),
);
console.log(
  formatList([new Token("sugar"), [new Token("tea"), new Token("rum")], new Date(0), Uint8Array.of(104, 105)]),
);
console.log(formatItem({ value: new DisplayString("café"), parameters: [["version", new Decimal(1)]] }));
