import { globSync } from "node:fs";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { isElsewhere } from "../run/registry/registry-requests.ts";
import { ourJobs } from "../workflows/rule.ts";
import { readWorkflow } from "../workflows/workflow.ts";
import type { Terminal } from "./terminal.ts";

/** The Experts of elsewhere that this repository's workflows run. What is no workflow is `validate --workflows`' business. */
export const workflowReferences = async ({ cwd }: Pick<Terminal, "cwd">): Promise<readonly string[]> => {
  const files = globSync(".github/workflows/*.{yml,yaml}", { cwd }).sort();
  const texts = await Promise.all(files.map((file) => folderDefinitions(cwd).read(file)));
  return texts.flatMap((text = "") => {
    const read = readWorkflow(text);
    if (read.type !== "workflow") return [];
    return ourJobs(read.workflow).flatMap(({ step }) => {
      const expert = step.with?.expert;
      return typeof expert === "string" && isElsewhere(expert) && !expert.includes("${{") ? [expert] : [];
    });
  });
};
