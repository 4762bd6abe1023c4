import type { ChangeRule } from "../change-rule.ts";
import type { PolicyOptions } from "../policy-options.ts";
import type { ReviewDiff } from "../review/diff-place.ts";
import type { JsonSchema } from "../tool-schema.ts";

/** A tool by which an Expert asks for an output. */
export type OutputTool = {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly inputSchema: JsonSchema;
};

/** What can be done here. */
export type OutputScope = {
  /** The thread of the trigger; without one nothing can be done to it. */
  readonly thread?: { readonly kind: "issue" | "pullRequest" };
  /** The full id of the commit that the trigger is about. */
  readonly commit?: string;
  readonly trust: "trusted" | "untrusted";
  /** What the pull request of the trigger changes, by the commits that its event named. */
  readonly diff?: ReviewDiff;
  /** The thread's pull request, where it can be pushed to: it is of this repository, and the job began at its head. */
  readonly head?: PullRequestHead;
};

/** A pull request's branch, at the commit that was recorded when the job began. */
export type PullRequestHead = { readonly branch: string; readonly sha: string };

/** What every kind of output may say of itself. */
export type CommonRule = {
  /** The job is only a success when this came. */
  readonly required: boolean;
};

/**
 * A kind of output that an Expert asks for by tools.
 *
 * @typeParam Rule what the step's author allows of it
 * @typeParam Planned what the Expert asked for, as events have it
 */
export type OutputKindDefinition<Rule extends CommonRule, Planned> = {
  /** Names of what its line may say. */
  readonly options: readonly string[];
  rule(options: PolicyOptions): Rule;
  /** None where the scope leaves nothing to ask for. */
  tools(rule: Rule, scope: OutputScope): readonly OutputTool[];
  /** @param args fit the tool's schema */
  asked(args: object, tool: string): Planned;
  /** @throws where another version wrote it, or it is damaged */
  read(recorded: unknown): Planned;
  /** Why it does not join the plan, in words for the Expert. */
  refusal(
    output: Planned,
    known: {
      readonly rule: Rule;
      readonly scope: OutputScope;
      /** What is in the plan already of this kind. */
      readonly before: readonly Planned[];
    },
  ): string | undefined;
  /** What the Expert is told besides when it joins the plan. */
  remark?(output: Planned, scope: OutputScope): string | undefined;
  /** Every text an Expert wrote, changed. */
  withTexts(output: Planned, change: (text: string) => Promise<string>): Promise<Planned>;
};

export const noThread = "There is no issue and no pull request here.";
export const later = "Nothing happens before you have finished; then the runner does it.";
export const whatChanged = ({ paths, maxFiles }: ChangeRule): string =>
  `what you changed in the workspace: at most ${maxFiles} files, of ${paths.join(", ")}. Any other changed file refuses it as a whole. ${later}`;
export const threadWord = ({ kind }: { readonly kind: "issue" | "pullRequest" }): string =>
  kind === "pullRequest" ? "pull request" : "issue";
