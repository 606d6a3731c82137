/**
 * The radix tree: path patterns that share their beginnings.
 *
 * A node stands for the literal octets that lead to it. From it the path goes
 * on with literal octets, with a parameter or with a wildcard, tried in this
 * order; where one leads nowhere the next is tried. On the way down only the
 * octets are looked at where patterns part; the literal text as a whole is
 * compared where something depends on it, at a route's end or before a
 * parameter, because one comparison of 20 octets costs no more than five single
 * ones (bench/router).
 *
 * A node has one parent, and the way to it takes the same octets of a path
 * however often a lookup turns back, so a lookup comes to each node at most
 * once: no path costs more than all patterns compared one after another (S100).
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

/** A place on the way to routes. */
class Node {
  /** The literal octets up to here, from the root or from the last parameter on. */
  readonly text: string;
  /** How many of them the parent has not. */
  octets: number;
  /** Parameters on the way here: the index of the one that may follow. */
  readonly depth: number;
  /** Routes that end here. */
  table: MethodTable | null;
  /** The children by their first octet, from {@link first} on: one load finds any of them. */
  children: (Node | null)[];
  first: number;
  /** The longest suffix first: it says most. */
  parameters: ParameterEdge[];
  wildcard: MethodTable | null;

  constructor(text: string, octets: number, depth: number) {
    this.text = text;
    this.octets = octets;
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
    this.root = new Node("", 0, 0);
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
    return this.walk(this.root, path, 0, 0, method);
  }

  /** The scope of the innermost mounted router whose prefix the path has. */
  findScope(path: string): Endpoint | null {
    this.seeking = SCOPE;
    return this.walk(this.root, path, 0, 0, "");
  }

  /** The methods of all patterns that match. */
  allowedMethods(path: string): Set<string> {
    const allowed = new Set<string>();
    this.seeking = ALLOWED;
    this.allowed = allowed;
    this.walk(this.root, path, 0, 0, "");
    return allowed;
  }

  /**
   * Goes down from a node, whose text is from `from` to `at` if it stands in the path at all. Calls itself only where
   * there is another way to come back to: 20 ns less for each parameter (bench/router).
   */
  private walk(start: Node, path: string, from: number, at: number, method: string): Endpoint | null {
    let node = start;
    for (;;) {
      const child = childAt(node, path, at);
      if (child !== null) {
        if (node.parameters.length === 0 && node.wildcard === null) {
          node = child;
          at += child.octets;
          continue;
        }
        const found = this.walk(child, path, from, at + child.octets, method);
        if (found !== null) return found;
      }
      if (!stands(node, path, from, at)) return null;
      if (at === path.length) {
        const found = node.table === null ? null : this.take(node.table, method);
        return found ?? this.takeRest(node, path, at, method);
      }
      const last = node.parameters.length - 1;
      if (last < 0) return this.takeRest(node, path, at, method);
      const slash = path.indexOf("/", at);
      const end = slash < 0 ? path.length : slash;
      for (let i = 0; i < last; i++) {
        const edge = node.parameters[i] as ParameterEdge;
        if (!this.takeParameter(edge, node, path, at, end)) continue;
        const found = this.walk(edge.node, path, end, end, method);
        if (found !== null) return found;
      }
      const edge = node.parameters[last] as ParameterEdge;
      if (!this.takeParameter(edge, node, path, at, end)) return this.takeRest(node, path, at, method);
      if (node.wildcard !== null) {
        return this.walk(edge.node, path, end, end, method) ?? this.takeRest(node, path, at, method);
      }
      node = edge.node;
      from = end;
      at = end;
    }
  }

  /** Notes the parameter that `edge` makes of the segment from `at` to `end`; false if the segment is not for it. */
  private takeParameter(edge: ParameterEdge, node: Node, path: string, at: number, end: number): boolean {
    const stop = end - edge.suffix.length;
    if (stop <= at || (stop < end && !path.startsWith(edge.suffix, stop))) return false;
    this.starts[node.depth] = at;
    this.ends[node.depth] = stop;
    return true;
  }

  private takeRest(node: Node, path: string, at: number, method: string): Endpoint | null {
    if (node.wildcard === null) return null;
    this.starts[node.depth] = at;
    this.ends[node.depth] = path.length;
    return this.take(node.wildcard, method);
  }

  private take(table: MethodTable, method: string): Endpoint | null {
    if (this.seeking === ENDPOINT) return table.select(method);
    if (this.seeking === SCOPE) return table.scope;
    table.addAllowed(this.allowed);
    return null;
  }
}

/** Whether the node's text is what the path has from `from` to `at`. */
function stands(node: Node, path: string, from: number, at: number): boolean {
  return path.slice(from, at) === node.text;
}

/** The child for the octet at `at`, if the path is long enough for it. */
function childAt(node: Node, path: string, at: number): Node | null {
  if (at === path.length) return null;
  const index = path.charCodeAt(at) - node.first;
  if (index < 0 || index >= node.children.length) return null;
  const child = node.children[index] as Node | null;
  return child === null || at + child.octets > path.length ? null : child;
}

/** The node that `text` leads to from `node`; made, with one where it parts from others, if there is none. */
function insertText(from: Node, text: string): Node {
  const whole = from.text + text;
  let node = from;
  while (node.text !== whole) {
    const at = node.text.length;
    const child = node.children[whole.charCodeAt(at) - node.first] ?? null;
    if (child === null) {
      const leaf = new Node(whole, whole.length - at, node.depth);
      addChild(node, leaf);
      return leaf;
    }
    let same = at + 1;
    while (same < child.text.length && child.text[same] === whole[same]) same++;
    if (same === child.text.length) node = child;
    else {
      const fork = new Node(whole.slice(0, same), same - at, node.depth);
      child.octets = child.text.length - same;
      addChild(fork, child);
      node.children[whole.charCodeAt(at) - node.first] = fork;
      node = fork;
    }
  }
  return node;
}

function insertParameter(node: Node, suffix: string): Node {
  const known = node.parameters.find((edge) => edge.suffix === suffix);
  if (known !== undefined) return known.node;
  const next = new Node("", 0, node.depth + 1);
  node.parameters.push({ suffix, node: next });
  node.parameters.sort((a, b) => b.suffix.length - a.suffix.length);
  return next;
}

function addChild(node: Node, child: Node): void {
  const at = node.text.length;
  const all = [...node.children.filter((other) => other !== null), child];
  const codes = all.map((other) => other.text.charCodeAt(at));
  node.first = Math.min(...codes);
  // No holes in the list: its loads stay plain.
  node.children = Array.from({ length: Math.max(...codes) - node.first + 1 }, () => null);
  for (const other of all) node.children[other.text.charCodeAt(at) - node.first] = other;
}
