/**
 * The radix tree: path patterns that share their beginnings.
 *
 * A node stands for the octets that lead to it. From it the path goes on with
 * literal octets, with a parameter or with a wildcard, and they are tried in
 * this order; where one leads nowhere the next is tried. Each node has one
 * parent and each way down consumes the same octets however often it is tried,
 * so a lookup visits a node at most once: no path makes it take longer than all
 * patterns one after another would, and usually one way down is all there is
 * (S100).
 *
 * The tree compares octets and knows nothing of encoding: patterns and paths
 * come in canonical form.
 *
 * @module
 */
import type { Endpoint } from "./endpoint.ts";
import { MethodTable } from "./method-table.ts";
import type { Part } from "./pattern.ts";

/** A parameter that may follow a node. */
interface ParameterEdge {
  /** Literal octets at the end of the segment. */
  readonly suffix: string;
  readonly node: Node;
}

/** Octets on the way to routes. */
class Node {
  /** The octets from the parent; empty after a parameter. */
  label: string;
  /** Parameters on the way here: the index of the one that may follow. */
  readonly depth: number;
  /** Routes that end here. */
  table: MethodTable | null;
  /** The children by the first octet of their label, from {@link first} on: one load finds any of them. */
  children: (Node | null)[];
  first: number;
  /** The longest suffix first: it says most. */
  parameters: ParameterEdge[];
  wildcard: MethodTable | null;

  constructor(label: string, depth: number) {
    this.label = label;
    this.depth = depth;
    this.table = null;
    this.children = [];
    this.first = 0;
    this.parameters = [];
    this.wildcard = null;
  }
}

/** What a walk through the tree is for. */
const ENDPOINT = 0;
const SCOPE = 1;
const ALLOWED = 2;

/** All patterns of a router. */
export class Tree {
  /** Where each parameter, and last the wildcard, began and ended in the path that was found last. Read at once. */
  readonly starts: number[];
  readonly ends: number[];
  private readonly root: Node;
  private seeking: number;
  private allowed: Set<string>;

  constructor() {
    this.starts = [];
    this.ends = [];
    this.root = new Node("", 0);
    this.seeking = ENDPOINT;
    this.allowed = new Set();
  }

  /** The table at the end of a pattern; made if there is none. */
  table(parts: readonly Part[]): MethodTable {
    let node = this.root;
    for (const part of parts) {
      if (part.kind === "text") node = insertText(node, part.text);
      else {
        this.starts[node.depth] = 0; // room for one more
        this.ends[node.depth] = 0;
        if (part.kind === "wildcard") return (node.wildcard ??= new MethodTable());
        node = insertParameter(node, part.suffix);
      }
    }
    return (node.table ??= new MethodTable());
  }

  /** The endpoint that answers `method` at the best pattern that has one. Allocates nothing. */
  find(method: string, path: string): Endpoint | null {
    this.seeking = ENDPOINT;
    return this.walk(this.root, path, 0, method);
  }

  /** The scope of the innermost mounted router whose prefix the path has. */
  findScope(path: string): Endpoint | null {
    this.seeking = SCOPE;
    return this.walk(this.root, path, 0, "");
  }

  /** The methods of all patterns that match. */
  allowedMethods(path: string): Set<string> {
    const allowed = new Set<string>();
    this.seeking = ALLOWED;
    this.allowed = allowed;
    this.walk(this.root, path, 0, "");
    return allowed;
  }

  /** Goes down from a node whose label ends at `at`. */
  private walk(from: Node, path: string, at: number, method: string): Endpoint | null {
    let node = from;
    for (;;) {
      if (at === path.length) {
        if (node.table !== null) {
          const found = this.take(node.table, method);
          if (found !== null) return found;
        }
      } else {
        const child = literalChild(node, path, at);
        if (child !== null) {
          const next = at + child.label.length;
          if (node.parameters.length === 0 && node.wildcard === null) {
            node = child; // no other way: nothing to come back to
            at = next;
            continue;
          }
          const found = this.walk(child, path, next, method);
          if (found !== null) return found;
        }
        if (node.parameters.length > 0) {
          const found = this.walkParameters(node, path, at, method);
          if (found !== null) return found;
        }
      }
      if (node.wildcard === null) return null;
      const found = this.take(node.wildcard, method);
      this.starts[node.depth] = at;
      this.ends[node.depth] = path.length;
      return found;
    }
  }

  private walkParameters(node: Node, path: string, at: number, method: string): Endpoint | null {
    let end = at;
    while (end < path.length && path.charCodeAt(end) !== SLASH) end++;
    for (let i = 0; i < node.parameters.length; i++) {
      const { suffix, node: next } = node.parameters[i] as ParameterEdge;
      const stop = end - suffix.length;
      if (stop <= at || (suffix !== "" && !path.startsWith(suffix, stop))) continue;
      const found = this.walk(next, path, end, method);
      if (found === null) continue;
      this.starts[node.depth] = at;
      this.ends[node.depth] = stop;
      return found;
    }
    return null;
  }

  private take(table: MethodTable, method: string): Endpoint | null {
    if (this.seeking === ENDPOINT) return table.select(method);
    if (this.seeking === SCOPE) return table.scope;
    table.addAllowed(this.allowed);
    return null;
  }
}

/** The child whose label stands in `path` at `at`, or `null`. */
function literalChild(node: Node, path: string, at: number): Node | null {
  const index = path.charCodeAt(at) - node.first;
  if (index < 0 || index >= node.children.length) return null;
  const child = node.children[index] as Node | null;
  if (child === null) return null;
  const { label } = child;
  if (at + label.length > path.length) return null;
  for (let i = 1; i < label.length; i++) if (path.charCodeAt(at + i) !== label.charCodeAt(i)) return null;
  return child;
}

/** The node that `text` leads to from `node`; made, by splitting another where they part, if there is none. */
function insertText(from: Node, text: string): Node {
  let node = from;
  let at = 0;
  while (at < text.length) {
    const index = text.charCodeAt(at) - node.first;
    let child = node.children[index] ?? null;
    if (child === null) {
      child = new Node(text.slice(at), node.depth);
      addChild(node, child);
      return child;
    }
    let same = 1;
    while (same < child.label.length && child.label[same] === text[at + same]) same++;
    if (same < child.label.length) split(child, same);
    at += same;
    node = child;
  }
  return node;
}

function insertParameter(node: Node, suffix: string): Node {
  const known = node.parameters.find((edge) => edge.suffix === suffix);
  if (known !== undefined) return known.node;
  const next = new Node("", node.depth + 1);
  node.parameters.push({ suffix, node: next });
  node.parameters.sort((a, b) => b.suffix.length - a.suffix.length);
  return next;
}

/** Makes a node end after `length` octets of its label, and a child of it what it was. */
function split(node: Node, length: number): void {
  const rest = new Node(node.label.slice(length), node.depth);
  rest.table = node.table;
  rest.children = node.children;
  rest.first = node.first;
  rest.parameters = node.parameters;
  rest.wildcard = node.wildcard;
  node.label = node.label.slice(0, length);
  node.table = null;
  node.children = [];
  node.first = 0;
  node.parameters = [];
  node.wildcard = null;
  addChild(node, rest);
}

function addChild(node: Node, child: Node): void {
  const all = [...node.children.filter((other) => other !== null), child];
  const codes = all.map((other) => other.label.charCodeAt(0));
  node.first = Math.min(...codes);
  node.children = Array.from({ length: Math.max(...codes) - node.first + 1 }, () => null); // no holes: loads stay plain
  for (const other of all) node.children[other.label.charCodeAt(0) - node.first] = other;
}

const SLASH = 0x2f;
