import {
  type Actor,
  isComment,
  isOnPullRequest,
  isOnThread,
  type Trigger,
  type WorkflowRun,
} from "./trigger.ts";

/** Triggers that anybody can bring about, so that it matters who did. */
export type PeopleTrigger = Extract<Trigger, { thread: unknown } | { run: WorkflowRun }>;

/** Whether roles decide. Of all other events GitHub itself lets only people who may write bring them about. */
export const isByAnybody = (trigger: Trigger): trigger is PeopleTrigger =>
  "thread" in trigger || "run" in trigger;

/**
 * Who asks: the sender, the author of what is to be answered, and who ran it again. Where somebody gave a label or
 * assigned somebody, that is the asking, whoever wrote the thread.
 */
export const initiators = (trigger: PeopleTrigger, rerunBy: Actor | undefined): readonly Actor[] =>
  unique([trigger.sender, ...askers(trigger), ...(rerunBy === undefined ? [] : [rerunBy])]);

const askers = (trigger: PeopleTrigger): readonly Actor[] => {
  if (isComment(trigger)) return [trigger.comment.author];
  if ("run" in trigger) return [...trigger.run.actors, ...authors(trigger)];
  return trigger.route === undefined ? authors(trigger) : [];
};

/** Everyone whose words or clicks reach the Expert. */
export const everyone = (trigger: PeopleTrigger, rerunBy: Actor | undefined): readonly Actor[] =>
  unique([...initiators(trigger, rerunBy), ...authors(trigger)]);

const authors = (trigger: PeopleTrigger): readonly Actor[] =>
  isOnThread(trigger) ? [trigger.thread.author] : [];

/** Whether what it brings lies in a repository that anyone may own. */
export const isFromFork = (trigger: PeopleTrigger): boolean => {
  if (isOnPullRequest(trigger)) return trigger.origin === "fork";
  // Names are compared as GitHub does, whatever their case.
  return "run" in trigger && !isSame(trigger.run.headRepository, trigger.repository.fullName);
};

const isSame = (one: string | undefined, other: string): boolean =>
  one !== undefined && one.toLowerCase() === other.toLowerCase();

const unique = (actors: readonly Actor[]): readonly Actor[] => [
  ...new Map(actors.map((actor) => [actor.login.toLowerCase(), actor])).values(),
];
