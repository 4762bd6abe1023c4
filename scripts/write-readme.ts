/**
 * Writes the tables of inputs and outputs into README.md from action.yml, the only place that declares them.
 * With `--check` it changes nothing and fails when they differ.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { type Field, metadataFields } from "./action-metadata.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");

const table = (block: "inputs" | "outputs", of: readonly Field[]): string => {
  const rows = of.map(({ name, description, default: value }) => {
    const shown = value === undefined || value === "" ? "" : `\`${value}\``;
    return block === "inputs"
      ? `| \`${name}\` | ${cell(description)} | ${shown} |`
      : `| \`${name}\` | ${cell(description)} |`;
  });
  const head =
    block === "inputs"
      ? ["| input | meaning | default |", "|---|---|---|"]
      : ["| output | meaning |", "|---|---|"];
  return [...head, ...rows].join("\n");
};

const action = readFileSync("action.yml", "utf8");
const readme = readFileSync("README.md", "utf8");
const fresh = (["inputs", "outputs"] as const).reduce(
  (text, block) =>
    text.replace(
      new RegExp(`(<!-- ${block}:begin -->\\n)[\\s\\S]*?(<!-- ${block}:end -->)`),
      (_all, begin: string, end: string) => `${begin}${table(block, metadataFields(action, block))}\n${end}`,
    ),
  readme,
);
if (process.argv.includes("--check")) {
  if (fresh !== readme) {
    console.error("README.md does not match action.yml: run `npm run readme`.");
    process.exitCode = 1;
  }
} else {
  writeFileSync("README.md", fresh);
}
