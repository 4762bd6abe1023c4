import { posix } from "node:path";
import { at, type Node, type Source, type Violation } from "./source.ts";
import { listOf, nameOf, nodesOf, stringOf } from "./walk.ts";

export type Import = {
  readonly node: Node;
  /** As written. */
  readonly specifier: string;
  /** Path from the repository's root, when it is relative. */
  readonly target: string | undefined;
  /** What is taken by name; `default` and `*` included, nothing for `import "x"` and `import("x")`. */
  readonly names: readonly string[];
};

const importing = [
  "ImportDeclaration",
  "ExportAllDeclaration",
  "ExportNamedDeclaration",
  "ImportExpression",
  "TSImportType",
  "TSExternalModuleReference",
];

/** Everything a file imports: statically, dynamically, as a type, by re-export, and in `typeof import("x")`. */
export const importsOf = (source: Source): readonly Import[] =>
  nodesOf(source.program, ...importing).flatMap((node) => {
    const specifier = stringOf(node.source ?? node.expression);
    if (specifier === undefined) return [];
    const target = specifier.startsWith(".") ? posix.join(posix.dirname(source.path), specifier) : undefined;
    return [{ node, specifier, target, names: listOf(node.specifiers).map(importedName) }];
  });

const importedName = (specifier: Node): string => {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  return nameOf(specifier.imported ?? specifier.local) ?? "*";
};

/** An `import(expression)` hides from every rule and from the bundler; `require` does too. */
export const hiddenImports = (source: Source): readonly Violation[] => [
  ...nodesOf(source.program, "ImportExpression")
    .filter((node) => stringOf(node.source) === undefined)
    .map((node) => at(source, node, "import() needs a literal name")),
  ...nodesOf(source.program, "CallExpression")
    .filter(({ callee }) => ["require", "createRequire"].includes(nameOf(callee) ?? ""))
    .map((node) => at(source, node, "require is not for this code: use import")),
];
