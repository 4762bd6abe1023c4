import type { JournalEntry } from "../job/event.ts";
import { isObject } from "../job/json-object.ts";
import { publishingOrder } from "../outputs/output-kinds.ts";
import { outputTools, outputWithTexts } from "../outputs/output-tools.ts";
import { planOutputs } from "../outputs/plan.ts";
import { type PublishableOutput, publishableOutputs } from "../outputs/sanitize-output.ts";
import { renderComment } from "../report/comment.ts";
import { reportOf } from "../report/job-facts.ts";
import type { JobReport } from "../report/job-report.ts";
import type { Rehearsal } from "../report/rehearsal.ts";
import { isOnPullRequest } from "../request/trigger.ts";
import type { Comparison } from "../run/github-ports.ts";
import type { Admission } from "./action-admission.ts";
import { hasPlace, outputScope } from "./action-outputs.ts";
import type { RehearsalOptions } from "./rehearsal-options.ts";
import { textPolicy } from "./step.ts";

/** What would be published: of a recorded job what it answered and asked for, held against this step's policy. */
export const rehearsedOutputs = async (
  { inputs, trigger: event, recorded }: RehearsalOptions,
  { trigger, trust, expert }: Extract<Admission, { type: "admitted" }>,
  comparison: Comparison | undefined,
): Promise<NonNullable<Rehearsal["outputs"]>> => {
  const policy = inputs.safeOutputs;
  // Of what an event without a pull request is, a payload says only for a push.
  const sha = trigger.type === "push" ? trigger.after : unknownCommit;
  // No job runs, so the checkout is taken to be the one that a push needs.
  const base = isOnPullRequest(trigger) ? trigger.head.sha : undefined;
  const scope = outputScope({ trigger, trust, sha, comparison, base });
  const text = textPolicy(
    "repository" in event ? new URL(event.repository.url).origin : "https://github.com",
  );
  const entries = recorded === undefined ? undefined : await journalOf(recorded);
  const hasComment = policy.comment !== undefined && hasPlace(policy.comment, trigger);
  const tools = outputTools(policy, scope);
  return {
    tools: tools.map(({ name, description }) => ({ name, description })),
    idle: publishingOrder.filter(
      (kind) => policy[kind] !== undefined && !tools.some((tool) => tool.kind === kind),
    ),
    ...(entries === undefined ? {} : { plan: await planOf(entries, { policy, scope, text, expert }) }),
    ...(hasComment
      ? {
          comment: renderComment(await reported(expert, entries), {
            marker: { workflow: "rehearsal", job: "rehearsal", expert },
            policy: text,
          }).text,
        }
      : {}),
  };
};

const unknownCommit = "0".repeat(40);

const journalOf = async (file: string): Promise<readonly JournalEntry[]> => {
  const { loadJournal } = await import("../edges/store/load-job.ts");
  return loadJournal(file);
};

type Rules = {
  readonly policy: Parameters<typeof planOutputs>[1]["policy"];
  readonly scope: Parameters<typeof planOutputs>[1]["scope"];
  readonly text: ReturnType<typeof textPolicy>;
  readonly expert: string;
};

const planOf = async (entries: readonly JournalEntry[], { policy, scope, text, expert }: Rules) => {
  const recorded = entries.flatMap(({ event }) => (event.type === "outputPlanned" ? [event.output] : []));
  const { outputs, refused, missing } = planOutputs(recorded, { policy, scope });
  const origin = "(Here the runner names the job and links its workflow run.)";
  const { diff, head } = scope;
  const rules = {
    ...{ text, origin, trace: origin, marker: { workflow: "rehearsal", job: "rehearsal", expert } },
    ...{ redact: (one: string) => one, change: noChange },
    ...(diff && { diff }),
    ...(head && { head }),
  };
  const kept = await Promise.all(outputs.map((output) => outputWithTexts(output, withoutKeys)));
  return { outputs: publishableOutputs(kept, policy, rules).map(plain), refused, missing };
};

/** Which files a job would have changed nobody knows. */
const noChange = { base: unknownCommit, baseTree: unknownCommit, tree: unknownCommit, files: [], after: [] };

/** An output with its sanitised texts as plain ones, and without what only a job knows. */
const plain = ({ change: _, ...output }: PublishableOutput & { readonly change?: unknown }): unknown =>
  JSON.parse(JSON.stringify(output), (_key, value: unknown) =>
    isObject(value) && Object.keys(value).join() === "text" ? value.text : value,
  );

/** The journal has no secret of its own job; here as there, what looks like anybody's is left out. */
const withoutKeys = async (text: string): Promise<string> => {
  const { withoutDetected } = await import("../edges/detectors/detect-secrets.ts");
  return (await withoutDetected(text)).text;
};

const reported = async (expert: string, entries: readonly JournalEntry[] | undefined): Promise<JobReport> => {
  const facts = entries === undefined ? undefined : reportOf(entries);
  if (facts === undefined) return { conclusion: "success", expert, answer: noAnswer };
  const answer = facts.outcome?.type === "completed" ? facts.outcome.text : "";
  return { conclusion: "success", expert, facts, answer: await withoutKeys(answer) };
};

const noAnswer =
  "(Here stands the Expert's answer. `--recorded <events.jsonl>` shows that of an earlier job.)";
