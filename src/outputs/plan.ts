import { admitOutput } from "./admit-output.ts";
import type { OutputScope } from "./kinds/kind.ts";
import {
  type OutputPolicy,
  outputKinds,
  type PlannedKind,
  type PlannedOutput,
  publishingOrder,
} from "./output-kinds.ts";

/** What a job has planned to publish, in the order in which it is published. */
export type OutputPlan = {
  readonly outputs: readonly PlannedOutput[];
  /** What was recorded and the policy does not let through, in words. */
  readonly refused: readonly string[];
  /** Kinds that the policy requires and that nobody planned. */
  readonly missing: readonly PlannedKind[];
};

/**
 * Makes the plan of what was recorded. Every output is held against the policy again, together with those before it:
 * what a journal says is not taken for what was allowed.
 *
 * @param recorded as events have them
 */
export const planOutputs = (
  recorded: readonly unknown[],
  { policy, scope }: { readonly policy: OutputPolicy; readonly scope: OutputScope },
): OutputPlan => {
  const planned: PlannedOutput[] = [];
  const refused: string[] = [];
  for (const one of recorded) {
    const output = readOutput(one);
    const verdict =
      output === undefined
        ? ({ type: "refused", reason: "What was planned cannot be read." } as const)
        : admitOutput(output, { policy, scope, planned });
    if (verdict.type === "planned") planned.push(verdict.output);
    else refused.push(verdict.reason);
  }
  const outputs = publishingOrder.flatMap((kind) => planned.filter((output) => output.kind === kind));
  const missing = publishingOrder.filter(
    (kind) => policy[kind]?.required === true && !planned.some((output) => output.kind === kind),
  );
  return { outputs, refused, missing };
};

const readOutput = (recorded: unknown): PlannedOutput | undefined => {
  if (typeof recorded !== "object" || recorded === null || !("kind" in recorded)) return undefined;
  const kind = publishingOrder.find((one) => one === recorded.kind);
  if (kind === undefined) return undefined;
  try {
    return outputKinds[kind].read(recorded);
  } catch {
    // Another version's, or damaged: told as refused.
    return undefined;
  }
};
