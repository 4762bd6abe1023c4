import { parse, stringify } from "smol-toml";
import { canonicalJson } from "../definition/canonical-json.ts";
import { parseExpertKey } from "../definition/expert-name.ts";
import { digestOf } from "./lock-digest.ts";
import type { LockedExpert, Lockfile, ToolDefinition } from "./lockfile.ts";

/** The lock as a file: sorted and without a time, so that a change of it says what has changed. */
export const renderLockfile = (lockfile: Lockfile): string => {
  const { configPath, references, experts, registries, indexes, packages } = lockfile;
  const content = stringify({
    version: "1",
    generatedAt: 0,
    configPath,
    ...(references.length === 0 ? {} : { references: references.toSorted() }),
    ...(registries.size === 0 ? {} : { registries: sortedTable(registries) }),
    ...(indexes.size === 0 ? {} : { indexes: sortedTable(indexes) }),
    ...(packages.size === 0 ? {} : { packages: sortedTable(packages) }),
    experts: sortedTable(new Map(experts.map((locked) => [locked.key, storedExpert(locked)]))),
  });
  const head = "# Made by `expert-stack lock`. Commit it; do not edit it.";
  return `${head}\ndigest = "${digestOf(content)}"\n${content}`;
};

const sortedTable = <Value>(entries: ReadonlyMap<string, Value>): Record<string, Value> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

const storedExpert = ({ key, expert, pin, toolDefinitions }: LockedExpert) => ({
  key,
  name: parseExpertKey(key)?.name ?? key,
  ...expert,
  ...pin,
  toolDefinitions: toolDefinitions.map(storedTool),
});

const storedTool = ({ inputSchema, ...tool }: ToolDefinition) => {
  if (survivesToml(inputSchema)) return { ...tool, inputSchema };
  return { ...tool, inputSchema: { type: "object" }, inputSchemaJson: canonicalJson(inputSchema) };
};

/** TOML has no null, and numbers of its own. */
const survivesToml = (schema: ToolDefinition["inputSchema"]): boolean => {
  try {
    return canonicalJson(parse(stringify(schema))) === canonicalJson(schema);
  } catch {
    return false;
  }
};
