/**
 * `/api/todos`: a small resource, as REST has it, in memory.
 *
 * The verbs mean what RFC 9110 §9.3 and RFC 5789 say. Each representation has a
 * strong entity tag, so that a client can say which one its change is meant for
 * (If-Match, RFC 9110 §13.1.1): of two that change the same, the second is told
 * 412 and loses nothing that the first wrote. Failures are problem details (RFC 9457).
 *
 * @module
 */
import {
  evaluatePreconditions,
  formatEntityTag,
  type Handler,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  parseMediaType,
} from "@stack/http";
import { type MemberProblem, MembersError, problems } from "./problem.ts";
import { MAX_TODOS, type StoredTodo, type TodoContent, TodoStore } from "./todo-store.ts";

/** Octets of JSON that a request may have. */
export const MAX_TODO_CONTENT = 8_192;
/** Octets of UTF-8 that a title may have: with {@link MAX_TODOS} the bound of what clients can store here, 1 MiB. */
export const MAX_TITLE_OCTETS = 1_000;

/** Where they are. */
export const TODOS_PATH = "/api/todos";

/** What answers to each method; patterns as the router reads them. */
export function todoRoutes(store: TodoStore = new TodoStore()): (readonly [pattern: string, handler: Handler])[] {
  const routes: (readonly [string, Handler])[] = [
    [`GET ${TODOS_PATH}`, (request, response) => list(store, request, response)],
    [`POST ${TODOS_PATH}`, (request, response) => create(store, request, response)],
    [`GET ${TODOS_PATH}/:id`, (request, response) => read(store, request, response)],
    [`PUT ${TODOS_PATH}/:id`, (request, response) => change(store, request, response, JSON_ONLY)],
    [`PATCH ${TODOS_PATH}/:id`, (request, response) => change(store, request, response, PATCHES)],
    [`DELETE ${TODOS_PATH}/:id`, (request, response) => remove(store, request, response)],
    [`OPTIONS ${TODOS_PATH}/:id`, (_, response) => tellMethods(response)],
  ];
  return routes.map(([pattern, handler]) => [pattern, problems(handler)] as const);
}

/** What the router would say, and what a patch may be (RFC 5789 §3.1). */
function tellMethods(response: HttpResponse): void {
  response.status = 204;
  response.fields.set("Allow", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
  response.fields.set("Accept-Patch", PATCHES.join(", "));
  response.send();
}

function list(store: TodoStore, request: HttpRequest, response: HttpResponse): void {
  const entityTag = formatEntityTag(`list-${store.version}`);
  if (stillFresh(request, response, entityTag)) return;
  response.json({ todos: store.list() });
}

async function create(store: TodoStore, request: HttpRequest, response: HttpResponse): Promise<void> {
  const content = await readContent(request, response, JSON_ONLY);
  if (store.isFull) throw new HttpError(409, "ERR_FULL", `there are ${MAX_TODOS} to-dos already; delete one first`);
  const stored = store.add({ title: "", done: false, ...content });
  response.status = 201;
  response.fields.set("Location", `${TODOS_PATH}/${stored.todo.id}`);
  answer(response, stored);
}

function read(store: TodoStore, request: HttpRequest, response: HttpResponse): void {
  const stored = find(store, request);
  if (!stillFresh(request, response, tagOf(stored))) answer(response, stored);
}

/** PUT has all members, PATCH (RFC 7396) those that are to be others. */
async function change(
  store: TodoStore,
  request: HttpRequest,
  response: HttpResponse,
  types: readonly string[],
): Promise<void> {
  const content = await readContent(request, response, types);
  // From here on nothing waits, so nobody else can change what the condition is about.
  const { todo } = findUnchanged(store, request);
  const changed = store.set(todo.id, { ...todo, ...content });
  // §9.3.4: an ETag here would say that the octets were kept as they came, and they are not: there is an id beside them.
  if (request.method === "PUT") response.json(changed.todo);
  else answer(response, changed);
}

function remove(store: TodoStore, request: HttpRequest, response: HttpResponse): void {
  store.delete(findUnchanged(store, request).todo.id);
  response.status = 204;
  response.send();
}

/** @throws HttpError 404 `ERR_NO_TODO` */
function find(store: TodoStore, request: HttpRequest): StoredTodo {
  const id = request.params.get("id") ?? "";
  // One number has one name: 007 is not 7.
  const stored = /^[1-9]\d{0,14}$/.test(id) ? store.get(Number(id)) : undefined;
  if (stored === undefined) throw new HttpError(404, "ERR_NO_TODO", "there is no to-do of that number");
  return stored;
}

/** @throws HttpError 404, or 412 `ERR_CHANGED` when it is not the one that the request is meant for */
function findUnchanged(store: TodoStore, request: HttpRequest): StoredTodo {
  const stored = find(store, request);
  const outcome = evaluatePreconditions(request.method, request.fields, { entityTag: tagOf(stored) }, now());
  if (outcome === "proceed") return stored;
  throw new HttpError(
    412,
    "ERR_CHANGED",
    `it is not what If-Match names, or is what If-None-Match does; read it again`,
  );
}

function answer(response: HttpResponse, stored: StoredTodo): void {
  response.fields.set("ETag", tagOf(stored)).set("Cache-Control", "no-cache");
  response.json(stored.todo);
}

/** Answers 304 to a client that has it (RFC 9110 §13.1.2), and 412 to one that wants another. */
function stillFresh(request: HttpRequest, response: HttpResponse, entityTag: string): boolean {
  const outcome = evaluatePreconditions(request.method, request.fields, { entityTag }, now());
  if (outcome === "failed") throw new HttpError(412, "ERR_CHANGED", "it is not what If-Match names");
  response.fields.set("ETag", entityTag).set("Cache-Control", "no-cache");
  if (outcome === "proceed") return false;
  response.status = 304;
  response.send();
  return true;
}

function tagOf({ version }: StoredTodo): string {
  return formatEntityTag(`${version}`);
}

function now(): number {
  return Math.floor(Date.now() / 1_000);
}

/**
 * Reads JSON of the given types, and what it says of a to-do.
 *
 * @throws HttpError 415 `ERR_MEDIA_TYPE`, `ERR_CONTENT_CODING`, 400 `ERR_PARTIAL_PUT`, `ERR_JSON_…`, 413, 422 `ERR_MEMBERS`
 */
async function readContent(
  request: HttpRequest,
  response: HttpResponse,
  types: readonly string[],
): Promise<Partial<TodoContent>> {
  const { fields } = request;
  if (request.method === "PUT" && fields.has("content-range"))
    throw new HttpError(400, "ERR_PARTIAL_PUT", "a part of a to-do cannot be PUT; PATCH it"); // RFC 9110 §14.5
  if ((fields.get("content-encoding") ?? "identity").toLowerCase() !== "identity") {
    response.fields.set("Accept-Encoding", "identity"); // RFC 9110 §12.5.3
    throw new HttpError(415, "ERR_CONTENT_CODING", "the content is to be in no coding");
  }
  const type = fields.get("content-type");
  const essence = type === undefined ? null : (parseMediaType(type)?.essence ?? null);
  if (essence === null || !types.includes(essence)) {
    if (request.method === "PATCH")
      response.fields.set("Accept-Patch", types.join(", ")); // RFC 5789 §3.1
    else response.fields.set("Accept", types.join(", ")); // RFC 9110 §15.5.16
    throw new HttpError(415, "ERR_MEDIA_TYPE", `the content is to be ${types.join(" or ")}`);
  }
  return checked(await request.json({ limit: MAX_TODO_CONTENT }), request.method);
}

function checked(value: unknown, method: string): Partial<TodoContent> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MembersError([{ pointer: "#", detail: "must be an object" }]);
  const errors: MemberProblem[] = [];
  const content: { title?: string; done?: boolean } = {};
  const wrong = (name: string, detail: string): void => void errors.push({ pointer: `#/${name}`, detail });
  for (const [name, member] of Object.entries(value)) {
    if (name === "title") {
      if (isTitle(member)) content.title = member;
      else wrong(name, `must be text of 1 to ${MAX_TITLE_OCTETS} octets of UTF-8`);
    } else if (name === "done") {
      if (typeof member === "boolean") content.done = member;
      else wrong(name, "must be true or false");
    }
  }
  // The names that a peer chose are not repeated: there is no bound for them.
  const unknown = Object.keys(value).filter((name) => name !== "title" && name !== "done");
  if (unknown.length > 0) errors.push({ pointer: "#", detail: "has other members than title and done" });
  if (method !== "PATCH" && !Object.hasOwn(value, "title")) wrong("title", "is missing");
  if (method === "PUT" && !Object.hasOwn(value, "done")) wrong("done", "is missing");
  if (errors.length > 0) throw new MembersError(errors);
  return content;
}

function isTitle(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && Buffer.byteLength(value) <= MAX_TITLE_OCTETS;
}

const JSON_ONLY = ["application/json"] as const;
const PATCHES = ["application/merge-patch+json", "application/json"] as const;
