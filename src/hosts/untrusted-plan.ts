import type { Expert } from "../definition/expert.ts";
import { processSkills } from "../definition/skill-package.ts";
import type { Problem } from "../report/job-report.ts";
import type { JobPlan } from "../run/resolve.ts";
import type { Admission } from "./action-admission.ts";

/**
 * What an untrusted trigger may not start, of the Coordinator or of anybody it can reach: no process of a skill until
 * a sandbox isolates it, and nothing that carries text of the conversation to a host of its own.
 */
export const refuseUntrusted = (
  plan: JobPlan,
  admission: Extract<Admission, { type: "admitted" }>,
): Problem | undefined => {
  if (admission.trust === "trusted") return undefined;
  const [first] = [...plan.experts].flatMap(([key, expert]) =>
    risksOf(expert).map((risk) => `the Expert "${key}" ${risk}`),
  );
  if (first === undefined) return undefined;
  return {
    message: `${admission.reason} So the trigger is untrusted, and ${first}.`,
    remedy: "Use an Expert with the base skill only; more is refused here until a sandbox can isolate it.",
  };
};

const risksOf = (expert: Expert): readonly string[] => [
  ...processSkills(expert.skills).map(({ name }) => `would run a process for its skill "${name}"`),
  ...Object.entries(expert.skills).flatMap(([name, skill]) =>
    skill.type === "mcpSseSkill" ? [`would reach the host of its remote skill "${name}"`] : [],
  ),
  ...(expert.providerTools ?? []).map((tool) => `would let its provider run "${tool}"`),
  ...(expert.providerSkills ?? []).map(() => "would let its provider run a skill"),
];
