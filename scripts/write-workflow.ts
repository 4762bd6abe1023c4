/**
 * Writes from action.yml, the only place that declares inputs: the reusable workflow, and the action once more in a
 * folder, since a workflow can name an action of its own commit by a path and not at the repository's root.
 * With `--check` it changes nothing and fails when the files differ.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Field, metadataFields } from "./action-metadata.ts";
import { folderAction, reusableWorkflow } from "./reusable-workflow.ts";

const action = readFileSync("action.yml", "utf8");
const later = /^Not available yet/;
const usable = (block: "inputs" | "outputs"): readonly Field[] =>
  metadataFields(action, block).filter(({ description }) => !later.test(description));

const files: Readonly<Record<string, string>> = {
  ".github/actions/expert/action.yml": folderAction(action),
  ".github/workflows/expert.yml": reusableWorkflow(usable("inputs"), usable("outputs")),
};

for (const [path, text] of Object.entries(files)) {
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } else if (text !== readFileSync(path, "utf8")) {
    console.error(`${path} does not match action.yml: run \`npm run workflow\`.`);
    process.exitCode = 1;
  }
}
