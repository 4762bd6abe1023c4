import { fitsAny } from "./glob.ts";
import type { OutputScope } from "./output-tools.ts";
import type { PlannedOutput } from "./planned-output.ts";
import type { OutputPolicy } from "./policy.ts";

/** An output joins the plan, or the Expert is told why it does not. */
export type OutputVerdict =
  | { readonly type: "planned"; readonly output: PlannedOutput }
  | { readonly type: "refused"; readonly reason: string };

/**
 * Whether the policy lets an output into the plan. What is checked here is checked again of the whole plan before anything
 * is published.
 *
 * @param planned what is in the plan already
 */
export const admitOutput = (
  output: PlannedOutput,
  {
    policy,
    scope,
    planned,
  }: {
    readonly policy: OutputPolicy;
    readonly scope: OutputScope;
    readonly planned: readonly PlannedOutput[];
  },
): OutputVerdict => {
  const reason = refusal(output, { policy, scope, planned });
  return reason === undefined ? { type: "planned", output } : { type: "refused", reason };
};

type Known = {
  readonly policy: OutputPolicy;
  readonly scope: OutputScope;
  readonly planned: readonly PlannedOutput[];
};

const refusal = (output: PlannedOutput, known: Known): string | undefined => {
  const rule = known.policy[output.kind];
  if (rule === undefined) return `This step does not publish ${output.kind}.`;
  if (output.kind !== "issue" && known.scope.thread === undefined)
    return "There is no issue and no pull request here.";
  switch (output.kind) {
    case "labels":
      return labelsRefusal(output.labels, known);
    case "assign":
      return assignRefusal(output.logins, known);
    case "issue":
      return issueRefusal(output, known);
    case "close":
      return closeRefusal(known);
    default:
      return output satisfies never;
  }
};

const labelsRefusal = (
  labels: readonly string[],
  { policy: { labels: rule }, planned }: Known,
): string | undefined => {
  if (rule === undefined) return undefined;
  const before = planned.flatMap((one) => (one.kind === "labels" ? one.labels : []));
  return namesRefusal(labels, { ...rule, before, what: "label" });
};

const assignRefusal = (
  logins: readonly string[],
  { policy: { assign: rule }, planned }: Known,
): string | undefined => {
  if (rule === undefined) return undefined;
  const before = planned.flatMap((one) => (one.kind === "assign" ? one.logins : []));
  return namesRefusal(logins, { ...rule, before, what: "login" });
};

const namesRefusal = (
  names: readonly string[],
  of: {
    readonly allow: readonly string[];
    readonly max: number;
    readonly before: readonly string[];
    readonly what: string;
  },
): string | undefined => {
  const strange = names.find(
    (name) => !fitsAny(name, of.allow) || hasControl(name) || name.trim() !== name || name === "",
  );
  if (strange !== undefined) {
    return `The ${of.what} ${JSON.stringify(strange)} is not one that this step allows: ${of.allow.join(", ")}.`;
  }
  const all = new Set([...of.before, ...names].map((name) => name.toLowerCase()));
  return all.size > of.max
    ? `At most ${of.max} ${of.what}s are allowed, and there are ${of.before.length} already.`
    : undefined;
};

/** No name on GitHub has one, and a comma parts two names in some places. */
const hasControl = (name: string): boolean => /[\p{Cc}\p{Cf},]/u.test(name);

const issueRefusal = (
  { title }: Extract<PlannedOutput, { kind: "issue" }>,
  { policy: { issue: rule }, planned }: Known,
): string | undefined => {
  if (rule === undefined) return undefined;
  if (title.trim() === "") return "An issue needs a title.";
  const before = planned.filter(({ kind }) => kind === "issue").length;
  return before >= rule.max
    ? `At most ${rule.max} issues are allowed, and there are ${before} already.`
    : undefined;
};

const closeRefusal = ({ policy: { close: rule }, scope, planned }: Known): string | undefined => {
  if (rule === undefined) return undefined;
  if (scope.trust === "untrusted" && !rule.untrusted) {
    return "Somebody who may not write is involved, and then this step closes nothing.";
  }
  return planned.some(({ kind }) => kind === "close") ? "It will be closed already." : undefined;
};
