import { gitHubSkill } from "../edges/skills/github/github-skill.ts";
import { systemClock } from "../edges/system.ts";
import { rootRunId } from "../job/state.ts";
import { effectiveRole, isTrusted } from "../request/role.ts";
import { type Actor, isOnPullRequest } from "../request/trigger.ts";
import { triggeredAt } from "../request/trigger-time.ts";
import type { InProcessSkill, SkillsRequest } from "../run/ports.ts";
import type { StepJob } from "./step-job.ts";

/** The Coordinator alone reads of GitHub: a delegate gets what it is told. */
export const readingSkills = (job: StepJob) => {
  const { inputs, context } = job.step;
  return ({ runId }: SkillsRequest): readonly InProcessSkill[] => {
    if (runId !== rootRunId || inputs.githubTools === "false" || inputs.token === "") return [];
    const { trigger, comparison, github } = job;
    return [
      gitHubSkill({
        reader: github.reader,
        repository: `${context.owner}/${context.repo}`,
        commits: {
          trusted: job.trusted.commit,
          ...(isOnPullRequest(trigger) ? { head: trigger.head.sha, base: trigger.base.sha } : {}),
        },
        ...(comparison === undefined ? {} : { comparison }),
        ...("run" in trigger ? { run: trigger.run.id } : {}),
        before: triggeredAt(trigger) ?? new Date(systemClock.now()).toISOString(),
        // A trigger that was let in as trusted brings nobody's text who may not write, and stays so.
        untrustedContext: job.admission.trust === "trusted" ? "drop" : inputs.untrustedContext,
        standing: standingIn(job),
      }),
    ];
  };
};

/** Where no payload says otherwise, a repository counts as public, so that `read` says nothing of a person. */
const standingIn =
  ({ step: { inputs }, trigger, roles, admission }: StepJob) =>
  async (author: Actor) => {
    const visibility = "repository" in trigger ? trigger.repository.visibility : "public";
    const known = new Map([[author.login.toLowerCase(), await roles.roleOf(author)]]);
    const role = effectiveRole(author.login, known, visibility);
    return { role, trusted: isTrusted(role, admission.trust === "trusted" ? "write" : inputs.permission) };
  };
