import type { OutputScope } from "./kinds/kind.ts";
import {
  type OutputPolicy,
  outputKinds,
  type PlannedKind,
  type PlannedOutput,
  ruleOf,
} from "./output-kinds.ts";

/** An output joins the plan, or the Expert is told why it does not. */
export type OutputVerdict =
  | { readonly type: "planned"; readonly output: PlannedOutput; readonly remark?: string }
  | { readonly type: "refused"; readonly reason: string };

type Known = {
  readonly policy: OutputPolicy;
  readonly scope: OutputScope;
  /** What is in the plan already. */
  readonly planned: readonly PlannedOutput[];
};

/**
 * Whether the policy lets an output into the plan. What is checked here is checked again of the whole plan before anything
 * is published.
 */
export const admitOutput = (output: PlannedOutput, known: Known): OutputVerdict => {
  const reason = refusal(output.kind, output, known);
  if (reason !== undefined) return { type: "refused", reason };
  const remark = remarkOf(output.kind, output, known.scope);
  return { type: "planned", output, ...(remark === undefined ? {} : { remark }) };
};

const remarkOf = <Kind extends PlannedKind>(
  kind: Kind,
  output: PlannedOutput<Kind>,
  scope: OutputScope,
): string | undefined => outputKinds[kind].remark?.(output, scope);

const refusal = <Kind extends PlannedKind>(
  kind: Kind,
  output: PlannedOutput<Kind>,
  { policy, scope, planned }: Known,
): string | undefined => {
  const rule = ruleOf(policy, kind);
  if (rule === undefined) return `This step does not publish ${kind}.`;
  const before = planned.filter((one): one is PlannedOutput<Kind> => one.kind === kind);
  return outputKinds[kind].refusal(output, { rule, scope, before });
};
