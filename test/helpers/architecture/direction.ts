import { isBuiltin } from "node:module";
import { hiddenImports, type Import, importsOf } from "./imports.ts";
import { isLayer, isPure, layerOf, mayImport } from "./layers.ts";
import { at, perFile, type Source, type Violation } from "./source.ts";

/** Data goes one way, so imports go one way. */
export const importDirection = perFile("imports follow the layers", (source) => {
  const layer = layerOf(source.path);
  if (!isLayer(layer)) return [{ path: source.path, line: 1, message: `src/ has no layer called ${layer}` }];
  const found = importsOf(source).flatMap((used) => {
    const message = used.target === undefined ? undefined : wrongTarget(layer, used.target);
    return message === undefined ? [] : [at(source, used.node, message)];
  });
  return [...found, ...hiddenImports(source)];
});

const wrongTarget = (from: string, target: string): string | undefined => {
  if (!target.startsWith("src/")) return `imports ${target}, which is outside src/`;
  if (!target.endsWith(".ts")) return `imports ${target} without its extension`;
  const to = layerOf(target);
  return mayImport(from, to) ? undefined : `${from} may not import ${to} (${target})`;
};

/** Packages that only compute, and where they may be used. */
const purePackages: Readonly<Record<string, (path: string) => boolean>> = {
  zod: () => true,
  semver: () => true,
  ajv: () => true,
  picomatch: () => true,
  yaml: (path) => /^src\/workflows\//.test(path),
  "smol-toml": (path) => /^src\/(?:definition|registry)\//.test(path),
};

/** The part of Node that only computes. */
const pureBuiltins: Readonly<Record<string, readonly string[]>> = { "node:crypto": ["createHash", "hash"] };

export const pureImports = perFile("pure folders import only what computes", (source) =>
  isPure(source.path) ? importsOf(source).flatMap((used) => impure(source, used)) : [],
);

const impure = (source: Source, used: Import): readonly Violation[] => {
  if (used.target !== undefined) return [];
  if (isBuiltin(used.specifier)) {
    const names = pureBuiltins[used.specifier];
    const only =
      names !== undefined && used.names.length > 0 && used.names.every((name) => names.includes(name));
    return only ? [] : [at(source, used.node, `${used.specifier} is not pure`)];
  }
  const [scope = "", name = ""] = used.specifier.split("/");
  const allowedHere = purePackages[scope.startsWith("@") ? `${scope}/${name}` : scope];
  return allowedHere?.(source.path) === true
    ? []
    : [at(source, used.node, `${used.specifier} is not a package of ${layerOf(source.path)}`)];
};
