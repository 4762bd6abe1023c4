import { globSync } from "node:fs";
import { parseExpertKey } from "../definition/expert-name.ts";
import { parseExpertReference } from "../definition/expert-reference.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { ExpertStackError } from "../errors.ts";
import type { Lockfile } from "../registry/lockfile.ts";
import { visible } from "../report/visible.ts";
import { isElsewhere } from "../run/registry/registry-requests.ts";
import { ourJobs } from "../workflows/rule.ts";
import { readWorkflow } from "../workflows/workflow.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The Experts of elsewhere that this repository's workflows run, each with the file that does. What is no workflow is
 * `validate --workflows`' business.
 */
export const workflowReferences = async ({
  cwd,
}: Pick<Terminal, "cwd">): Promise<ReadonlyMap<string, string>> => {
  const files = globSync(".github/workflows/*.{yml,yaml}", { cwd }).sort();
  const texts = await Promise.all(files.map((file) => folderDefinitions(cwd).read(file)));
  const found = texts.flatMap((text = "", index) =>
    referencesIn(text).map((expert) => [expert, files[index] ?? ""] as const),
  );
  return new Map(found);
};

const referencesIn = (text: string): readonly string[] => {
  const read = readWorkflow(text);
  if (read.type !== "workflow") return [];
  return ourJobs(read.workflow).flatMap(({ step }) => {
    const expert = step.with?.expert;
    return typeof expert === "string" && isElsewhere(expert) && !expert.includes("${{") ? [expert] : [];
  });
};

/** What is named now, or else what was named the last time. @throws ExpertStackError INPUT_INVALID */
export const namedReferences = (
  references: readonly string[],
  before: Lockfile | undefined,
  terminal: Terminal,
): readonly string[] => {
  for (const text of references) requireOfElsewhere(text);
  const earlier = before?.references ?? [];
  if (references.length === 0) return earlier;
  const dropped = earlier.filter((text) => !references.includes(text));
  if (dropped.length > 0) {
    const all = [...earlier, ...references.filter((text) => !earlier.includes(text))];
    terminal.err(
      `info: ${visible(dropped.join(", "))}, named the last time, is no longer locked for being named. To lock all: \`expert-stack lock ${visible(all.join(" "))}\`.\n`,
    );
  }
  return references;
};

/** @throws ExpertStackError INPUT_INVALID */
const requireOfElsewhere = (text: string): void => {
  if (parseExpertReference(text).type === "github" || parseExpertKey(text)?.scope !== undefined) return;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `"${text}" is no Expert of elsewhere.`,
    remedy:
      "Name one such as @acme/reviewer@1; those of the manifest, and what they delegate to, are locked without being named.",
  });
};
