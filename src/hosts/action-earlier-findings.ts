import { warning } from "@actions/core";
import { earlierFindings } from "../outputs/review/earlier-findings.ts";
import { renderBlock } from "../request/data-block.ts";
import { isOnPullRequest, type Trigger } from "../request/trigger.ts";
import type { Reviews } from "../run/github-ports.ts";
import type { Step } from "./step.ts";

/**
 * What the Expert's earlier reviews tell, as a block of its query, where the step lets it review. Without it the Expert
 * still reviews, and may say in other words what is there already.
 *
 * @returns nothing to add where there is none
 */
export const earlierFindingsBlock = async (
  { inputs, context }: Step,
  { trigger, expert }: { readonly trigger: Trigger; readonly expert: string },
  reviews: () => Promise<Pick<Reviews, "own">>,
): Promise<string> => {
  if (inputs.safeOutputs.review === undefined || !isOnPullRequest(trigger)) return "";
  const { workflow, job } = context;
  try {
    const own = await (await reviews()).own(trigger.thread.number);
    const found = earlierFindings(own, { workflow, job, expert });
    if (found.length === 0) return "";
    const text = found.slice(0, most).join("\n");
    return `\n${renderBlock({ label: "Findings of your earlier reviews that stand there", provenance: [], text })}\n`;
  } catch (error) {
    warning(`The Expert is not told of its earlier findings: ${String(error)}`);
    return "";
  }
};

/** More are not looked at again one by one. */
const most = 100;
