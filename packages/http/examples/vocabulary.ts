/** Dates, media types, negotiation, cookies, targets. */
import {
  formatSetCookie,
  imfFixdate,
  negotiateMediaType,
  parseHttpDate,
  parseMediaType,
  parseQuery,
  parseRequestTarget,
} from "@stack/http";

console.log(imfFixdate(784_111_777));
console.log(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", 1_700_000_000));
console.log(parseMediaType("Text/HTML ; Charset=UTF-8"));
console.log(negotiateMediaType("text/*;q=0.5, application/json", ["text/html", "application/json"]));
console.log(formatSetCookie("__Host-id", "1", { secure: true, path: "/", sameSite: "Lax" }));
console.log([...parseQuery("a=1&b=2&a=3")]);
console.log(parseRequestTarget("http://example.com:8080/a?b", "GET"));
