import { markerLine } from "../outputs/marker.ts";
import { withoutSecrets } from "../outputs/sanitize.ts";
import { renderHelp } from "../report/help.ts";
import { makeRedaction } from "../report/redaction.ts";
import type { ThreadTrigger } from "../request/trigger.ts";
import { nameable } from "./action-admission.ts";
import { trustedDefinitions } from "./action-definitions.ts";
import type { GitHub } from "./action-github.ts";
import type { Ending } from "./ending.ts";
import { readManifest } from "./read-manifest.ts";
import { type Step, textPolicy } from "./step.ts";

/** Answers a comment that asks for help, by the trusted manifest and without a model. One comment a thread. */
export const answerHelp = async (step: Step, trigger: ThreadTrigger, github: GitHub): Promise<Ending> => {
  const { inputs, context } = step;
  const { definitions } = await trustedDefinitions({ ...step, trigger, repository: github.repository });
  const { manifest } = await readManifest(definitions, inputs.config, {
    expert: inputs.expert,
    missing: { where: definitions.origin.replace(":", " "), remedy: "Create it." },
  });
  const experts = nameable(inputs).flatMap((name) => {
    const expert = manifest.experts.get(name);
    return expert === undefined ? [] : [{ name, ...pick(expert.description) }];
  });
  const marker = { workflow: context.workflow, job: context.job, expert: "/help" };
  const said = {
    phrase: inputs.triggerPhrase,
    first: inputs.expert,
    marker,
    policy: textPolicy(context.serverUrl),
  };
  const body = withoutSecrets(renderHelp(experts, said), makeRedaction(step.secrets.values()).redact);
  const { putComment } = await github.thread();
  await putComment({ thread: trigger.thread, marker: markerLine(marker), body, mode: "sticky" });
  const problem = { message: "The comment asks for help, and got it.", remedy: "Nothing to do." };
  return { expert: inputs.expert, trigger, conclusion: "skipped", problem };
};

const pick = (description: string | undefined) => (description === undefined ? {} : { description });
