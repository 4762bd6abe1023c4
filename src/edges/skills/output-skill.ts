import { admitOutput } from "../../outputs/admit-output.ts";
import type { OutputScope } from "../../outputs/kinds/kind.ts";
import type { OutputPolicy, PlannedOutput } from "../../outputs/output-kinds.ts";
import { askedOutput, outputTools } from "../../outputs/output-tools.ts";
import type { InProcessSkill, ToolOutcome } from "../../run/ports.ts";

/** What its tools are told to belong to. */
const outputSkillName = "@expert-stack/outputs";

/**
 * The skill by which an Expert asks for what is to be published. It holds no token and does nothing: what the policy lets
 * in is recorded, and published by the runner once the job has ended.
 *
 * @param inspect what stands against an output as things are now, which may still change before the job ends
 */
export const outputSkill = (
  policy: OutputPolicy,
  scope: OutputScope,
  inspect?: (output: PlannedOutput) => Promise<string | undefined>,
): InProcessSkill | undefined => {
  const offered = outputTools(policy, scope);
  if (offered.length === 0) return undefined;
  const planned: PlannedOutput[] = [];
  return {
    name: outputSkillName,
    tools: offered.map(({ name, description, inputSchema }) => ({
      ...{ name, description, inputSchema },
      skill: outputSkillName,
      // Asked for twice it would be there twice.
      readOnly: false,
    })),
    async call({ id: toolCallId, tool, args }, { runId, emit }) {
      const called = offered.find(({ name }) => name === tool);
      if (called === undefined) return told(`There is no tool ${tool}.`, "refused");
      const verdict = admitOutput(askedOutput(called, args), { policy, scope, planned });
      if (verdict.type === "refused") return told(verdict.reason, "refused");
      planned.push(verdict.output);
      emit({ type: "outputPlanned", runId, toolCallId, output: { ...verdict.output } });
      const remarks = [verdict.remark, await inspect?.(verdict.output)].filter((one) => one !== undefined);
      return told(
        ["It is planned, and will be published once you have finished.", ...remarks].join(" "),
        "planned",
      );
    },
  };
};

const told = (text: string, as: "planned" | "refused"): ToolOutcome => ({
  contents: [{ type: "text", text }],
  isError: as === "refused",
});
