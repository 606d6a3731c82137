/**
 * A client with a jar, in front of servers in memory for any host.
 *
 * @module
 */
import {
  type ClientLayer,
  ClientRequest,
  type ClientResponse,
  cookies,
  createClient,
  RequestUrl,
  redirects,
} from "@stack/client";
import { createMock } from "@stack/client/mock";
import { type ToughCookieJarOptions, toughCookieJar } from "@stack/client/tough-cookie";
import { CookieJar } from "tough-cookie";

/** What a server answers. */
export interface Answer {
  readonly setCookie?: readonly string[];
  readonly location?: string;
}

export interface Browser {
  readonly jar: CookieJar;
  /** Asks for `url`, whose server answers so. */
  get(url: string, answer?: Answer, options?: { readonly fields?: Record<string, string> }): Promise<ClientResponse>;
  post(url: string, answer?: Answer): Promise<ClientResponse>;
  /** The servers of these URLs answer so from now on. */
  answers(answers: Readonly<Record<string, Answer>>): void;
  /** The Cookie fields that came, in order, by URL. */
  sent(): [string, string][];
  close(): Promise<void>;
}

export function browser(options: ToughCookieJarOptions = {}): Browser {
  const jar = new CookieJar();
  const plan = new Map<string, Answer>();
  const mock = createMock((request, response) => {
    const answer = plan.get(`${request.scheme}://${request.authority}${request.target}`) ?? {};
    for (const value of answer.setCookie ?? []) response.fields.append("Set-Cookie", value);
    if (answer.location !== undefined) {
      response.status = 307;
      response.fields.set("Location", answer.location);
    }
    response.text("");
  });
  const layers = [redirects({ allowDowngrade: true }), cookies(toughCookieJar(jar, options)), asItIs];
  const client = createClient({ connect: mock.connect, layers });
  return {
    jar,
    get(url, answer = {}, init = {}) {
      plan.set(url, answer);
      return client.get(url, init);
    },
    post(url, answer = {}) {
      plan.set(url, answer);
      return client.post(url, { content: "x" });
    },
    answers(answers) {
      for (const [url, answer] of Object.entries(answers)) plan.set(url, answer);
    },
    sent: () => mock.requests.map(({ url, fields }) => [url, fields.getAll("cookie").join("; ")]),
    close: () => client.close(),
  };
}

/** The redirects of the client are left to the layer around the cookies. */
const asItIs: ClientLayer = (inner) => (request) => {
  const { method, origin, target, fields, content, signal, options } = request;
  const manual = { ...options, redirect: "manual" as const };
  return inner(new ClientRequest(method, new RequestUrl(origin, target, ""), fields, content, signal, manual));
};
