import { type DelegationGraph, delegationCycles } from "../../definition/delegation.ts";
import { ExpertStackError } from "../../errors.ts";

/** @throws ExpertStackError DELEGATE_CYCLE naming the way round */
export const refuseCycle = (graph: DelegationGraph): void => {
  const [cycle] = delegationCycles(graph);
  if (cycle === undefined) return;
  throw new ExpertStackError({
    code: "DELEGATE_CYCLE",
    message: `Delegation goes in a circle: ${[...cycle, cycle[0]].join(" → ")}.`,
    remedy: "Use other versions of them, and tell their authors.",
  });
};
