/**
 * Writes the tables of inputs and outputs into README.md from action.yml, the only place that declares them.
 * With `--check` it changes nothing and fails when they differ.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { type Field, metadataFields } from "./action-metadata.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");

const later = /^Not available yet(, always empty)?\. /;

const described = ({ name, description }: Field): string =>
  `| \`${name}\` | ${cell(description.replace(later, ""))} |`;

const withDefault = (field: Field): string => {
  const { default: value } = field;
  return `${described(field)} ${value === undefined || value === "" ? "" : `\`${value}\``} |`;
};

/** One table of what can be used, and one of what is only declared. */
const tables = (block: "inputs" | "outputs", of: readonly Field[]): string => {
  const usable = of.filter(({ description }) => !later.test(description));
  const declared = of.filter(({ description }) => later.test(description));
  const now =
    block === "inputs"
      ? ["| input | meaning | default |", "|---|---|---|", ...usable.map(withDefault)]
      : ["| output | meaning |", "|---|---|", ...usable.map(described)];
  if (declared.length === 0) return now.join("\n");
  const heading = `Declared, not available yet (${block === "inputs" ? "asking for one ends the step as `invalid`" : "always empty"}):`;
  const head = [`| ${block === "inputs" ? "input" : "output"} | meaning |`, "|---|---|"];
  return [...now, "", heading, "", ...head, ...declared.map(described)].join("\n");
};

const action = readFileSync("action.yml", "utf8");
const readme = readFileSync("README.md", "utf8");
const fresh = (["inputs", "outputs"] as const).reduce(
  (text, block) =>
    text.replace(
      new RegExp(`(<!-- ${block}:begin -->\\n)[\\s\\S]*?(<!-- ${block}:end -->)`),
      (_all, begin: string, end: string) => `${begin}${tables(block, metadataFields(action, block))}\n${end}`,
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
