import { makeQuery } from "../request/query.ts";
import { isOnPullRequest, type Trigger } from "../request/trigger.ts";
import type { Comparison, Repository } from "../run/github-ports.ts";
import type { Admission } from "./action-admission.ts";
import { readNamedFile, type TrustedDefinitions } from "./action-definitions.ts";
import type { Discussed } from "./action-discussion.ts";
import type { ActionInputs } from "./action-inputs.ts";

/** Bytes of diff that go into a query; what is left out is listed. */
const maxDiffBytes = 200_000;

/** What the step's own text is read by. */
type Prompting = {
  readonly step: { readonly inputs: ActionInputs; readonly context: { readonly checkout: string } };
  readonly trusted: Pick<TrustedDefinitions, "definitions">;
};

/** The step's prompt, when it has one, then what the trigger brings. */
export const makeActionQuery = async (
  from: Prompting & {
    readonly trigger: Trigger;
    readonly admission: Extract<Admission, { type: "admitted" }>;
    readonly comparison: Comparison | undefined;
    readonly discussed: Discussed;
  },
): Promise<{ readonly text: string; readonly notes: readonly string[] }> => {
  const { step, trigger, admission, comparison, discussed } = from;
  const { inputs } = step;
  const query = makeQuery({
    trigger,
    roles: new Map([...discussed.roles, ...admission.roles]),
    permission: inputs.permission,
    untrustedContext: inputs.untrustedContext,
    maxDiffBytes,
    ...(admission.question === undefined ? {} : { question: admission.question }),
    ...(comparison === undefined ? {} : { files: comparison.files }),
    ...(discussed.view === undefined ? {} : { discussion: discussed.view }),
  });
  const prompt = await readPrompt(from);
  const notes = [
    ...discussed.notes,
    ...(comparison?.isComplete === false
      ? ["GitHub lists at most 300 files of a comparison; there may be more."]
      : []),
    ...query.leftOut.map(({ path, reason }) => `Left out of the diff: ${path} (${reason}).`),
  ];
  return { text: prompt === "" ? query.text : `${prompt}\n\n${query.text}`, notes };
};

/** The diff by the event's own commits: what the pull request's number shows later may be another head. */
export const compared = async (
  trigger: Trigger,
  repository: () => Promise<Pick<Repository, "compare">>,
): Promise<Comparison | undefined> =>
  isOnPullRequest(trigger)
    ? await (await repository()).compare(trigger.base.sha, trigger.head.sha)
    : undefined;

const readPrompt = async ({ step: { inputs, context }, trusted }: Prompting): Promise<string> => {
  if (inputs.prompt.trim() !== "") return inputs.prompt.trim();
  if (inputs.promptFile === "") return "";
  const { definitions } = trusted;
  return (
    await readNamedFile(inputs.promptFile, { input: "prompt-file", definitions, checkout: context.checkout })
  ).trim();
};
