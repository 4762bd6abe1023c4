import type { ThreadTrigger } from "../request/trigger.ts";
import { roleBook } from "../run/role-book.ts";
import type { Admitted } from "./action-admission.ts";
import { applyPlan } from "./action-apply.ts";
import { readDiscussed, withDiscussion } from "./action-discussion.ts";
import type { GitHub } from "./action-github.ts";
import { answerHelp } from "./action-help.ts";
import { react } from "./action-reaction.ts";
import type { Ending } from "./ending.ts";
import type { Step } from "./step.ts";

type Admission = { readonly admission: Admitted; readonly github: GitHub };

type Running = Admission & {
  /** Runs the job and delivers what came of it. */
  readonly run: (step: Step, admission: Admission, stop: AbortSignal) => Promise<Ending>;
};

/** What a step does with a trigger that was let in. */
export const inMode = async (
  step: Step,
  { run, ...running }: Running,
  stop: AbortSignal,
): Promise<Ending> => {
  switch (step.inputs.mode) {
    case "ack":
      return await acknowledged(step, running);
    case "publish":
      return await applyPlan(step, { ...running, admission: await discussedAdmission(step, running) }, stop);
    case "plan":
      return await run(step, running, stop);
    case "run":
      return await runReacting(step, { ...running, run }, stop);
    default:
      return step.inputs.mode satisfies never;
  }
};

/** With the trust that the job that plans found by what others have said in the thread. */
const discussedAdmission = async ({ inputs }: Step, { admission, github }: Admission): Promise<Admitted> => {
  const roles = roleBook(github.repository, admission.roles);
  const { trigger } = admission;
  return withDiscussion(admission, await readDiscussed({ trigger, reader: github.reader, roles, inputs }));
};

const runReacting = async (step: Step, { run, ...running }: Running, stop: AbortSignal): Promise<Ending> => {
  const reacting = react(step, running.admission.trigger, running.github.reactions);
  try {
    const ending = await run(step, running, stop);
    await reacting.end(ending.conclusion, stop);
    return ending;
  } catch (error) {
    await reacting.end("failure", stop);
    throw error;
  }
};

/** Help is a comment: of several jobs the one that publishes writes it. */
export const helpEnding = async (step: Step, trigger: ThreadTrigger, github: GitHub): Promise<Ending> => {
  const { mode, expert } = step.inputs;
  if (mode === "run" || mode === "publish") return await answerHelp(step, trigger, github);
  const problem = { message: "The comment asks for help.", remedy: "The job that publishes answers it." };
  return { expert, trigger, conclusion: "skipped", problem, ...(mode === "plan" ? { plan: help } : {}) };
};

const help = { reference: "help", digest: "" } as const;

/** Whoever asked sees that somebody is looking; the job that publishes takes that back. */
const acknowledged = async (
  step: Step,
  { admission: { trigger, expert }, github: { reactions } }: Admission,
): Promise<Ending> => {
  await react(step, trigger, reactions).begun;
  return { expert, trigger, conclusion: "success", summary: "none" };
};
