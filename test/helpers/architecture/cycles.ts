import { importsOf } from "./imports.ts";
import { at, type Rule, type Source, type Violation } from "./source.ts";

/** Imports of types count: files that need each other's types are one concept, or a type is in the wrong file. */
export const importCycles: Rule = {
  name: "no import cycle",
  check: (files) => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const done = new Set<string>();
    return files.flatMap((file) => cyclesFrom(file, [], { byPath, done }));
  },
};

type Graph = { readonly byPath: ReadonlyMap<string, Source>; readonly done: Set<string> };

const cyclesFrom = (source: Source, trail: readonly string[], graph: Graph): readonly Violation[] => {
  if (graph.done.has(source.path)) return [];
  const path = [...trail, source.path];
  const found = importsOf(source).flatMap(({ node, target }) => {
    const next = target === undefined ? undefined : graph.byPath.get(target);
    if (next === undefined) return [];
    const start = path.indexOf(next.path);
    if (start < 0) return cyclesFrom(next, path, graph);
    return [at(source, node, `closes a cycle: ${[...path.slice(start), next.path].join(" → ")}`)];
  });
  graph.done.add(source.path);
  return found;
};
