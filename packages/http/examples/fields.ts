/** Fields keep order and case, compare without case, and refuse what would inject. */
import { FieldError, Fields } from "@stack/http";

const fields = new Fields([
  ["Accept", "text/html"],
  ["accept", "text/plain"],
]);
fields.append("Set-Cookie", "a=1").append("Set-Cookie", "b=2").set("X-Trace", "7");

console.log(fields.get("ACCEPT"));
console.log(fields.getAll("set-cookie"));
console.log([...fields]);
try {
  fields.set("X-Trace", "7\r\nSet-Cookie: evil=1");
} catch (error) {
  console.log(error instanceof FieldError && error.code);
}
