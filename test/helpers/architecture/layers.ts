/** Folders without input, output, clock or chance: the same arguments give the same result. */
const pureFolders = [
  "definition",
  "registry",
  "request",
  "job",
  "perstack",
  "outputs",
  "report",
  "attacks",
  "workflows",
];

const pure = [...pureFolders, "errors"];

/** Who may import whom, by layer; every layer may import itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  definition: ["errors"],
  registry: ["definition", "errors"],
  request: ["definition", "errors"],
  job: ["definition", "errors"],
  outputs: ["definition", "errors"],
  perstack: ["job", "outputs", "definition", "errors"],
  workflows: ["definition", "errors"],
  attacks: ["job", "definition", "errors"],
  report: ["job", "outputs", "definition", "errors"],
  "run/ports": pure,
  run: [...pure, "run/ports"],
  edges: [...pure, "run/ports"],
  hosts: [...pure, "run/ports", "run", "edges"],
  index: ["hosts", "errors"],
};

/**
 * The layer of a path below `src/`: its folder, its name for a file of `src/` itself, `run/ports` for the ports,
 * and one layer for each edge, so that edges cannot see each other.
 */
export const layerOf = (path: string): string => {
  const [, first = "", second = ""] = path.split("/");
  if (first === "edges") return `edges/${second.replace(/\.ts$/, "")}`;
  if (/^src\/run\/([a-z]+-)?ports\.ts$/.test(path)) return "run/ports";
  return first.replace(/\.ts$/, "");
};

export const isPure = (path: string): boolean =>
  pureFolders.includes(layerOf(path)) || path === "src/errors.ts";

const kind = (layer: string): string => (layer.startsWith("edges/") ? "edges" : layer);

export const isLayer = (layer: string): boolean => kind(layer) in allowed;

export const mayImport = (from: string, to: string): boolean =>
  from === to || (allowed[kind(from)]?.includes(kind(to)) ?? false);
