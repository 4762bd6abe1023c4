import type { InProcessSkill } from "../../../run/ports.ts";
import { answer, failure, failureOf } from "../base/tool-outcome.ts";
import { allowance } from "./allowance.ts";
import { gitHubSkillName, gitHubTools } from "./github-tools.ts";
import type { GitHubReading } from "./reading.ts";

/**
 * The skill by which an Expert reads more of this repository than the runner gave it. The token stays in this process, and
 * what is asked reaches no other repository.
 */
export const gitHubSkill = (reading: GitHubReading): InProcessSkill => {
  const tools = gitHubTools(reading);
  const left = allowance();
  return {
    name: gitHubSkillName,
    tools: tools.map(({ definition }) => definition),
    async call({ tool, args }, _request, signal) {
      const used = tools.find(({ definition }) => definition.name === tool);
      if (used === undefined) return failure({ error: "NoTool", message: `There is no tool ${tool}.` });
      const spent = left.take();
      if (spent !== undefined) return failure({ error: "BudgetSpent", message: spent });
      try {
        const outcome = answer(await used.run(reading, args, signal));
        for (const content of outcome.contents) if (content.type === "text") left.spend(content.text);
        return outcome;
      } catch (cause) {
        if (signal.aborted) return failure({ error: "Stopped", message: "The call took too long." });
        return failureOf(cause);
      }
    },
  };
};
