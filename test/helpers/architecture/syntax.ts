import { at, type Node, perFile, type Source, type Violation } from "./source.ts";
import { listOf, nameOf, nodesOf, stringOf } from "./walk.ts";

const forbid = (source: Source, nodes: readonly Node[], message: string): readonly Violation[] =>
  nodes.map((node) => at(source, node, message));

const isConstAssertion = (node: Node): boolean =>
  listOf([node.typeAnnotation]).some((type) => nameOf(type.typeName) === "const");

export const assertions = perFile("no type assertion but `as const`", (source) => {
  const nodes = nodesOf(source.program, "TSAsExpression", "TSTypeAssertion");
  return forbid(
    source,
    nodes.filter((node) => !isConstAssertion(node)),
    "asserts a type: parse or narrow instead",
  );
});

export const anyType = perFile("no `any`", (source) =>
  forbid(source, nodesOf(source.program, "TSAnyKeyword"), "says any: use unknown and narrow"),
);

export const nonNull = perFile("no non-null assertion", (source) => {
  const definite = nodesOf(source.program, "VariableDeclarator", "PropertyDefinition").filter(
    (node) => node.definite === true,
  );
  return forbid(
    source,
    [...nodesOf(source.program, "TSNonNullExpression"), ...definite],
    "asserts with !: handle the absence",
  );
});

export const silencedTypes = perFile("no comment that silences the compiler", (source) =>
  source.comments
    .filter(({ value }) => /@ts-(ignore|expect-error|nocheck)/.test(value))
    .map((comment) => at(source, comment, "silences the compiler")),
);

export const defaultExports = perFile("no default export", (source) => {
  const renamed = nodesOf(source.program, "ExportSpecifier", "ExportAllDeclaration").filter(
    ({ exported }) => (nameOf(exported) ?? stringOf(exported)) === "default",
  );
  const equals = nodesOf(source.program, "TSExportAssignment");
  return forbid(
    source,
    [...nodesOf(source.program, "ExportDefaultDeclaration"), ...renamed, ...equals],
    "exports a default: name it",
  );
});

/** A file that only passes on what others export: it hides where a thing lives and loads more than is used. */
export const barrels = perFile("no barrel", (source) => {
  const body = listOf(source.program.body);
  const passesOn = (node: Node): boolean =>
    node.type === "ExportAllDeclaration" ||
    (node.type === "ExportNamedDeclaration" && !listOf([node.declaration]).length);
  const isBarrel =
    body.some(passesOn) && body.every((node) => node.type === "ImportDeclaration" || passesOn(node));
  return isBarrel ? [{ path: source.path, line: 1, message: "only passes on other files' exports" }] : [];
});
