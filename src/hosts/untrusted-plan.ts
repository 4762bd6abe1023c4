import type { Expert } from "../definition/expert.ts";
import { processSkills, remoteSkills } from "../definition/skill-package.ts";
import { isolates, type SandboxTier } from "../job/sandbox-tier.ts";
import type { Problem } from "../report/job-report.ts";
import type { JobPlan } from "../run/resolve.ts";
import type { Admission } from "./action-admission.ts";

/** What the step's author allows, and what holds processes here. */
export type UntrustedPolicy = {
  readonly sandbox: {
    readonly open: () => Promise<{
      readonly sandbox: { readonly tier: SandboxTier };
      readonly tried: readonly { readonly remedy?: string }[];
    }>;
  };
  readonly network: "enforced" | "open";
  /** Hosts that remote skills and the provider's own tools may carry text to. */
  readonly allowHosts: readonly string[];
};

/**
 * What an untrusted trigger may not start, of the Coordinator or of anybody it can reach: no process of a skill that no
 * sandbox isolates, and nothing that carries text of the conversation to a host that the step does not name.
 */
export const refuseUntrusted = async (
  plan: JobPlan,
  admission: Extract<Admission, { type: "admitted" }>,
  policy: UntrustedPolicy,
): Promise<Problem | undefined> => {
  if (admission.trust === "trusted") return undefined;
  const refused = (what: string, remedy: string): Problem => ({
    message: `${admission.reason} So the trigger is untrusted, and ${what}.`,
    remedy,
  });
  if (policy.network === "open") {
    return refused("`network: open` would let its processes send anything anywhere", "Leave `network` out.");
  }
  for (const [key, expert] of plan.experts) {
    const sending = sends(expert, policy.allowHosts);
    if (sending !== undefined) return refused(`the Expert "${key}" ${sending.what}`, sending.remedy);
  }
  for (const [key, expert] of plan.experts) {
    const [process] = processSkills(expert.skills);
    if (process === undefined) continue;
    const { sandbox, tried } = await policy.sandbox.open();
    if (isolates(sandbox.tier)) return undefined;
    const remedy = tried.find((tier) => tier.remedy !== undefined)?.remedy ?? "";
    return refused(
      `the Expert "${key}" would run a process for its skill "${process.name}", which no sandbox isolates here`,
      `${remedy} Or use an Expert with the base skill only.`.trimStart(),
    );
  }
  return undefined;
};

/** The first thing of an Expert that carries text out to somebody whom the step does not name. */
const sends = (
  expert: Expert,
  allowHosts: readonly string[],
): { readonly what: string; readonly remedy: string } | undefined => {
  const foreign = remoteSkills(expert.skills)
    .map(({ name, skill }) => ({ name, host: new URL(skill.endpoint).hostname }))
    .find(({ host }) => !allowHosts.includes(host));
  if (foreign !== undefined) {
    return {
      what: `would reach ${foreign.host} for its remote skill "${foreign.name}"`,
      remedy: `If that host may have what strangers write, and what the Expert reads, add \`allow-hosts: ${foreign.host}\`.`,
    };
  }
  // A search whose hosts the definition lists goes no further than they do.
  const listed = expert.providerToolOptions?.webSearch?.allowedDomains ?? [];
  const isNamed = listed.length > 0 && listed.every((host) => allowHosts.includes(host));
  const tools = (expert.providerTools ?? []).filter((tool) => tool !== "webSearch" || !isNamed);
  const [tool] = [...tools, ...(expert.providerSkills ?? []).map(() => "a skill")];
  return tool === undefined
    ? undefined
    : {
        what: `would let its provider run "${tool}", which reaches hosts that nobody here can name`,
        remedy:
          "Use an Expert without `providerTools` and `providerSkills` for this trigger; or, for `webSearch`, list its hosts in `providerToolOptions.webSearch.allowedDomains` and in `allow-hosts`.",
      };
};
