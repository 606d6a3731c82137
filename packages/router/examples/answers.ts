/** What a router answers by itself: HEAD, OPTIONS, 404, 405, 400 and a redirect. Without a server: a sink prints. */
import { Fields, HttpRequest, HttpResponse, type Incoming, type ResponseSink } from "@stack/http";
import { createRouter } from "@stack/router";

const { dispatch } = createRouter({
  trailingSlash: "redirect",
  notFound: (request, response) => response.json({ missing: request.path }),
})
  .get("/items/:id", (request, response) => response.text(`item ${request.params.get("id")}`))
  .put("/items/:id", (_, response) => response.text("stored"));

const printer: ResponseSink = {
  sendWhole: (status, fields, content) => console.log("  ", status, JSON.stringify(fields), String(content).trim()),
  sendInformational() {},
  sendHead() {},
  sendContent: () => true,
  sendTrailers() {},
  accept() {
    throw new Error("no tunnels here");
  },
  push: () => null,
  reset() {},
  attach() {},
};
const incoming: Incoming = {
  scheme: "http",
  authority: "example.org",
  peer: { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" },
  contentLength: 0,
  contentLimit: 0,
  read: () => ({ grant() {}, stop() {} }),
  onGone() {},
};

for (const line of [
  "GET /items/7",
  "HEAD /items/7",
  "OPTIONS /items/7",
  "DELETE /items/7",
  "TRACE /items/7",
  "GET /items/7/?all",
  "GET /items/%2e%2e",
  "GET /nowhere",
  "OPTIONS *",
]) {
  console.log(line);
  const [method = "", target = ""] = line.split(" ");
  await dispatch(new HttpRequest(method, target, "1.1", new Fields(), incoming), new HttpResponse(printer));
}
