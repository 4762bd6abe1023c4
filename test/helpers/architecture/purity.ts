import { importsOf } from "./imports.ts";
import { isPure } from "./layers.ts";
import { at, type Node, perFile, type Source, type Violation } from "./source.ts";
import { listOf, nameOf, nodesOf, type Place, places, propertyOf } from "./walk.ts";

/** Globals through which the world, the clock or chance gets in. */
const impureGlobals = new Set(
  "process performance crypto globalThis console fetch setTimeout setInterval setImmediate queueMicrotask WebSocket".split(
    " ",
  ),
);

/** `object.property` that does. */
const impureMembers = new Set(["Date.now", "Math.random"]);

export const pureGlobals = perFile("pure folders read no clock, chance, environment or network", (source) =>
  isPure(source.path)
    ? places(source.program).flatMap((place) => {
        const name = impureUse(place);
        return name === undefined ? [] : [at(source, place.node, `${name} is not pure: take it as a value`)];
      })
    : [],
);

const impureUse = ({ node, parent, key }: Place): string | undefined => {
  const name = nameOf(node);
  if (name !== undefined && impureGlobals.has(name) && isReference(parent, key)) return name;
  if (node.type === "MetaProperty" && nameOf(node.meta) === "import") return "import.meta";
  if (node.type === "MemberExpression") {
    const member = `${nameOf(node.object)}.${propertyOf(node)}`;
    return impureMembers.has(member) ? member : undefined;
  }
  if (nameOf(node.callee) !== "Date") return undefined;
  if (node.type === "CallExpression") return "Date()";
  return node.type === "NewExpression" && listOf(node.arguments).length === 0 ? "new Date()" : undefined;
};

/** Not a property's or a member's own name. A local that shadows a global counts: it misleads a reader too. */
const isReference = (parent: Node | undefined, key: string): boolean => {
  if (parent === undefined || parent.computed === true) return true;
  if (parent.type === "MemberExpression") return key !== "property";
  if (parent.type === "ImportSpecifier" || parent.type === "ExportSpecifier") return key === "local";
  if (parent.type === "TSQualifiedName") return key === "left";
  return key !== "key" && key !== "label";
};

export const environment = perFile("only hosts read process.env", (source) =>
  source.path.startsWith("src/hosts/") ? [] : [...members(source), ...patterns(source), ...imports(source)],
);

const readsEnv = (source: Source, node: Node): Violation =>
  at(source, node, "process.env is read in hosts/ only");

const members = (source: Source): readonly Violation[] =>
  nodesOf(source.program, "MemberExpression")
    .filter((node) => propertyOf(node) === "env" && isProcess(node.object))
    .map((node) => readsEnv(source, node));

/** `process`, `globalThis.process` and whatever else ends in that name. */
const isProcess = (value: unknown): boolean =>
  nameOf(value) === "process" ||
  listOf([value]).some((node) => node.type === "MemberExpression" && propertyOf(node) === "process");

const patterns = (source: Source): readonly Violation[] =>
  nodesOf(source.program, "VariableDeclarator")
    .filter((node) => isProcess(node.init))
    .flatMap((node) => listOf([node.id]).flatMap((id) => listOf(id.properties)))
    .filter((property) => nameOf(property.key) === "env" || property.type === "RestElement")
    .map((node) => readsEnv(source, node));

const imports = (source: Source): readonly Violation[] =>
  importsOf(source)
    .filter(({ specifier, names }) => /^(node:)?process$/.test(specifier) && names.includes("env"))
    .map(({ node }) => readsEnv(source, node));
