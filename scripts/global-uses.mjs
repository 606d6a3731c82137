/**
 * Which globals a module uses, seen through the syntax tree.
 *
 * A name that the file declares anywhere (an import, a variable, a parameter)
 * counts as its own everywhere in the file. That is coarser than scopes and
 * errs on the side of silence; `globalThis.name` is always seen.
 *
 * @module
 */

/**
 * A node of the tree, as far as a walk needs it (ESTree with TypeScript's nodes).
 *
 * @typedef {{ type: string, start: number, [key: string]: unknown }} Node
 *
 * @typedef {object} Use
 * @property {string} name `fetch`, or `Date.now` for a member of a global
 * @property {number} offset where it stands
 * @property {boolean} type true in a type: it costs nothing at run time
 * @property {boolean} throughGlobalThis `globalThis.name`: undefined where the runtime has none, no ReferenceError
 */

/**
 * @param {unknown} program
 * @returns {Use[]}
 */
export function globalUses(program) {
  /** @type {Set<string>} */
  const own = new Set();
  /** @type {Use[]} */
  const uses = [];
  walk(/** @type {Node} */ (program), null, "", (node, parent, key) => {
    if (key === "params" || DECLARING.has(`${parent?.type}.${key}`)) declare(node, own);
    if (node.type === "VariableDeclarator" && isGlobalThis(node.init) && isNode(node.id)) destructured(node.id, uses);
    if (node.type === "MemberExpression") member(node, uses);
    if (
      node.type === "NewExpression" &&
      isNode(node.callee) &&
      node.callee.type === "Identifier" &&
      isEmpty(node.arguments)
    )
      uses.push(use(`new ${node.callee.name}()`, node));
    // `export { fetch } from "./fetch-call.ts"` names what the other file has.
    if (node.type === "ExportNamedDeclaration" && isNode(node.source)) return false;
    if (node.type === "Identifier" && isReference(parent, key))
      uses.push({
        ...use(String(node.name), node),
        type: parent?.type.startsWith("TS") === true && key !== "expression",
      });
    return true;
  });
  return uses.filter(({ name, throughGlobalThis }) => throughGlobalThis || !own.has(nameOf(name)));
}

/** Where a node binds the identifiers below it; parameters do under any node. */
const DECLARING = new Set([
  "VariableDeclarator.id",
  "FunctionDeclaration.id",
  "FunctionExpression.id",
  "ClassDeclaration.id",
  "ClassExpression.id",
  "ImportSpecifier.local",
  "ImportDefaultSpecifier.local",
  "ImportNamespaceSpecifier.local",
  "CatchClause.param",
  "TSInterfaceDeclaration.id",
  "TSTypeAliasDeclaration.id",
  "TSTypeParameter.name",
]);

/** Where an identifier is a name and refers to nothing. */
const NAMES = new Set([
  "MemberExpression.property",
  "Property.key",
  "MethodDefinition.key",
  "PropertyDefinition.key",
  "TSAbstractMethodDefinition.key",
  "TSAbstractPropertyDefinition.key",
  "TSPropertySignature.key",
  "TSMethodSignature.key",
  "TSQualifiedName.right",
  "ImportSpecifier.imported",
  "ExportSpecifier.exported",
  "LabeledStatement.label",
  "BreakStatement.label",
  "ContinueStatement.label",
]);

/**
 * @param {Node | null} parent
 * @param {string} key
 */
function isReference(parent, key) {
  return parent === null || parent.computed === true || !NAMES.has(`${parent.type}.${key}`);
}

/**
 * `globalThis.fetch`, and `Date.now` as one name.
 *
 * @param {Node} node
 * @param {Use[]} uses
 */
function member(node, uses) {
  const property = /** @type {Node} */ (node.property);
  const name = node.computed === true ? property.value : property.name;
  if (isGlobalThis(node.object)) uses.push({ ...use(String(name), node), throughGlobalThis: true });
  const object = bare(node.object);
  if (object?.type === "Identifier") uses.push(use(`${object.name}.${name}`, node));
}

/**
 * `const { fetch } = globalThis`.
 *
 * @param {Node} pattern
 * @param {Use[]} uses
 */
function destructured(pattern, uses) {
  for (const property of /** @type {Node[]} */ (pattern.properties ?? []))
    if (isNode(property.key)) uses.push({ ...use(String(property.key.name), property), throughGlobalThis: true });
}

/**
 * @param {string} name
 * @param {Node} node
 * @returns {Use}
 */
function use(name, node) {
  return { name, offset: node.start, type: false, throughGlobalThis: false };
}

/**
 * `Date` of `Date.now` and of `new Date()`.
 *
 * @param {string} name
 */
function nameOf(name) {
  return /** @type {string} */ (name.replace(/^new |\(\)$/g, "").split(".")[0]);
}

/** @param {unknown} node */
function isGlobalThis(node) {
  const object = bare(node);
  return object?.type === "Identifier" && (object.name === "globalThis" || object.name === "global");
}

/**
 * The expression without parentheses and type assertions.
 *
 * @param {unknown} node
 * @returns {Node | null}
 */
function bare(node) {
  let inner = node;
  while (isNode(inner) && TRANSPARENT.has(inner.type)) inner = inner.expression;
  return isNode(inner) ? inner : null;
}

const TRANSPARENT = new Set([
  "ParenthesizedExpression",
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
]);

/**
 * @param {Node} pattern
 * @param {Set<string>} own
 */
function declare(pattern, own) {
  if (pattern.type === "Identifier") own.add(String(pattern.name));
  else if (pattern.type === "AssignmentPattern") declareAll([pattern.left], own);
  else if (pattern.type === "RestElement") declareAll([pattern.argument], own);
  else if (pattern.type === "ArrayPattern") declareAll(pattern.elements, own);
  else if (pattern.type === "Property") declareAll([pattern.value], own);
  else if (pattern.type === "ObjectPattern") declareAll(pattern.properties, own);
}

/**
 * @param {unknown} patterns
 * @param {Set<string>} own
 */
function declareAll(patterns, own) {
  for (const pattern of /** @type {unknown[]} */ (patterns)) if (isNode(pattern)) declare(pattern, own);
}

/**
 * @param {unknown} value
 * @returns {value is Node}
 */
function isNode(value) {
  return typeof value === "object" && value !== null && typeof (/** @type {Node} */ (value).type) === "string";
}

/** @param {unknown} list */
function isEmpty(list) {
  return Array.isArray(list) && list.length === 0;
}

/**
 * @param {Node} node
 * @param {Node | null} parent
 * @param {string} key of `parent`, under which `node` stands
 * @param {(node: Node, parent: Node | null, key: string) => boolean} visit false: not what is below
 */
function walk(node, parent, key, visit) {
  if (!visit(node, parent, key)) return;
  for (const [below, value] of Object.entries(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, node, below, visit);
}
