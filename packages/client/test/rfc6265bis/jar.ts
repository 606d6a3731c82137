/**
 * A client with a jar, in front of servers in memory for any host.
 *
 * @module
 */
import { type ClientResponse, createClient } from "@stack/client";
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
  const client = createClient({
    connect: mock.connect,
    redirects: { allowDowngrade: true },
    cookies: toughCookieJar(jar, options),
  });
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
