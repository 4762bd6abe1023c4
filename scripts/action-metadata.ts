/** An input or an output as action.yml declares it. */
export type Field = {
  readonly name: string;
  readonly description: string;
  readonly default: string | undefined;
};

/** Reads one block of our own action.yml: names at two spaces, fields at four. No more YAML than that is in it. */
export const metadataFields = (yaml: string, block: "inputs" | "outputs"): readonly Field[] => {
  const start = yaml.indexOf(`\n${block}:\n`);
  const lines = yaml.slice(start + block.length + 3).split("\n");
  const end = lines.findIndex((line) => /^\S/.test(line));
  const found: { name: string; description: string; default: string | undefined }[] = [];
  for (const line of lines.slice(0, end)) {
    const name = /^ {2}([a-z-]+):$/.exec(line)?.[1];
    if (name !== undefined) found.push({ name, description: "", default: undefined });
    const last = found.at(-1);
    const [, key, value = ""] = /^ {4}([a-z]+): (.*)$/.exec(line) ?? [];
    if (last !== undefined && key === "description") last.description = value;
    if (last !== undefined && key === "default") last.default = value.replace(/^"(.*)"$/, "$1");
  }
  if (found.length === 0) throw new Error(`action.yml has no ${block}`);
  return found;
};
