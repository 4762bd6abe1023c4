import { globSync } from "node:fs";
import { renderFinding } from "../definition/finding.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { ExpertStackError } from "../errors.ts";
import { checkWorkflow } from "../workflows/check-workflow.ts";
import type { Terminal } from "./terminal.ts";
import { stepRules } from "./workflow-step-rules.ts";

/**
 * `expert-stack validate --workflows [file...]`: what is wrong with the workflows that run an Expert, those of
 * `.github/workflows` when none is named.
 *
 * @returns 0 when only warnings are among the findings, else 2
 */
export const validateWorkflows = async (named: readonly string[], terminal: Terminal): Promise<number> => {
  const { cwd } = terminal;
  const files = named.length > 0 ? named : globSync(".github/workflows/*.{yml,yaml}", { cwd }).sort();
  let jobs = 0;
  let isValid = true;
  for (const file of files) {
    const checked = checkWorkflow({ file, text: await read(file, cwd), rules: stepRules });
    for (const finding of checked.findings) terminal.out(`${renderFinding(finding)}\n`);
    isValid &&= !checked.findings.some(({ severity }) => severity === "error");
    jobs += checked.jobs;
  }
  const counted = [count(files.length, "workflow"), `${count(jobs, "job")} with an Expert`];
  terminal.out(`${counted.join(", ")}.\n`);
  return isValid ? 0 : 2;
};

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

const read = async (file: string, cwd: string): Promise<string> => {
  const text = await folderDefinitions(cwd).read(file);
  if (text !== undefined) return text;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `There is no ${file} in ${cwd}.`,
    remedy: "Name a workflow, or none for those of .github/workflows.",
  });
};
