import type { Finding } from "../definition/finding.ts";
import { everyComment, oneGroup, ownComment } from "./concurrency-rules.ts";
import { permissionLacking, permissionsMissing, permissionsWide } from "./permission-rules.ts";
import { filteredCheck, skippedCheck } from "./required-check-rules.ts";
import { ourJobs, type Rule } from "./rule.ts";
import {
  answerInScript,
  botByActor,
  credentialLeft,
  headCheckedOut,
  keyAtLarge,
  ownCheckout,
} from "./trust-rules.ts";
import { readWorkflow, type Workflow } from "./workflow.ts";

export const workflowRules: readonly Rule[] = [
  ...[ownComment, oneGroup, everyComment],
  ...[skippedCheck, filteredCheck],
  ...[headCheckedOut, ownCheckout, keyAtLarge, answerInScript, credentialLeft, botByActor],
  ...[permissionsMissing, permissionsWide, permissionLacking],
];

/** What is wrong with a workflow that runs an Expert, in the order of its lines. */
export type CheckedWorkflow = {
  readonly findings: readonly Finding[];
  /** Jobs that run an Expert. Others are nobody's business here. */
  readonly jobs: number;
};

export const checkWorkflow = ({
  text,
  file,
  rules = workflowRules,
}: {
  readonly text: string;
  readonly file: string;
  readonly rules?: readonly Rule[];
}): CheckedWorkflow => {
  const read = readWorkflow(text);
  if (read.type === "unreadable") {
    const { place, reason } = read;
    const remedy = "Correct it: GitHub would not start it either.";
    const said = { key: "", message: reason, expected: "a workflow", remedy };
    return { jobs: 0, findings: [{ severity: "error", file, ...place, ...said }] };
  }
  const { workflow } = read;
  const findings = rules.flatMap((rule) => found(rule, { workflow, file }));
  return { jobs: ourJobs(workflow).length, findings: findings.toSorted((one, two) => one.line - two.line) };
};

const found = (
  { name, find }: Rule,
  { workflow, file }: { readonly workflow: Workflow; readonly file: string },
): readonly Finding[] =>
  find(workflow).map(({ path, remedy, ...remark }) => ({
    ...remark,
    file,
    ...workflow.placeOf(path),
    key: path.join("."),
    remedy: `${remedy} (${name})`,
  }));
