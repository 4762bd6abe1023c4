/**
 * Writes from action.yml, the only place that declares inputs: the reusable workflow, and the action once more in a
 * folder, since a workflow can name an action of its own commit by a path and not at the repository's root. And the
 * workflows of this repository's own registry, from those that `registry init` writes.
 * With `--check` it changes nothing and fails when the files differ.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { registryWorkflows } from "../src/registry/registry-workflows.ts";
import { type Field, metadataFields } from "./action-metadata.ts";
import { folderAction, reusableWorkflow } from "./reusable-workflow.ts";

const action = readFileSync("action.yml", "utf8");
const later = /^Not available yet/;
const usable = (block: "inputs" | "outputs"): readonly Field[] =>
  metadataFields(action, block).filter(({ description }) => !later.test(description));

const files: Readonly<Record<string, string>> = {
  ".github/actions/expert/action.yml": folderAction(action),
  ".github/workflows/expert.yml": reusableWorkflow(usable("inputs"), usable("outputs")),
  ...Object.fromEntries(
    registryWorkflows({
      action: "$/.github/actions/registry",
      header: "# Written by `npm run workflow` from src/registry/registry-workflows.ts.\n",
      tags: "named",
    }),
  ),
};

for (const [path, text] of Object.entries(files)) {
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } else if (text !== readFileSync(path, "utf8")) {
    console.error(`${path} is not as it is written: run \`npm run workflow\`.`);
    process.exitCode = 1;
  }
}
