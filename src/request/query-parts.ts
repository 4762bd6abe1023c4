import type { OpeningReasons, Piece } from "./discussion.ts";
import { type Actor, isComment, isOnThread, type Thread, type Trigger, type Writing } from "./trigger.ts";

/** A text that somebody wrote, to be shown as data. */
export type QueryPart = {
  /** The runner's word for it. */
  readonly label: string;
  readonly author: Actor;
  /** ISO 8601; missing where an event does not say. */
  readonly time?: string;
  readonly url?: string;
  readonly text: string;
};

/**
 * The texts that a trigger itself brings, what is asked first, and sentences of the runner's where there is none.
 *
 * @param of `question` of a comment command: the question alone, without phrase and name; `against`: why title and
 *   description of the thread are not to be shown
 */
export const triggerParts = (
  trigger: Trigger,
  { question, against = {} }: { readonly question?: string; readonly against?: OpeningReasons } = {},
): readonly (QueryPart | string)[] => [
  ...(isComment(trigger) ? commentParts(trigger, question ?? trigger.comment.body) : []),
  ...(isOnThread(trigger) ? threadParts(trigger.thread, against) : repositoryParts(trigger)),
];

const commentParts = (
  trigger: Extract<Trigger, { comment: Writing }>,
  question: string,
): readonly (QueryPart | string)[] => {
  const { comment } = trigger;
  const what = { review: "review", reviewComment: "remark", issueComment: "comment", pullComment: "comment" }[
    trigger.type
  ];
  const asked =
    question.trim() === ""
      ? `The ${what} asks nothing beyond the thread itself.`
      : writtenPart(`Question of the ${what}`, comment, question);
  if (trigger.type !== "reviewComment") return [asked];
  const { path, hunk } = trigger.comment;
  return [
    asked,
    writtenPart(`Lines of ${JSON.stringify(path)} that the remark is about`, trigger.thread, hunk),
  ];
};

const threadParts = (thread: Thread, against: OpeningReasons): readonly (QueryPart | string)[] => {
  const what = thread.kind === "pullRequest" ? "pull request" : "issue";
  const { title, description } = against;
  return [
    title === undefined
      ? writtenPart(`Title of the ${what}`, thread, thread.title)
      : `The title of the ${what} is left out: ${title}.`,
    description === undefined
      ? descriptionPart(what, thread)
      : `The description of the ${what} is left out: ${description}.`,
  ];
};

const descriptionPart = (what: string, thread: Thread): QueryPart | string =>
  thread.body.trim() === ""
    ? `The ${what} has no description.`
    : writtenPart(`Description of the ${what}`, thread, thread.body);

const writtenPart = (label: string, { author, createdAt, url }: Writing, text: string): QueryPart => ({
  label,
  author,
  ...(createdAt === "" ? {} : { time: createdAt }),
  url,
  text,
});

const repositoryParts = (trigger: Exclude<Trigger, { thread: unknown }>): readonly QueryPart[] => {
  switch (trigger.type) {
    case "workflowDispatch": {
      const lines = Object.entries(trigger.inputs).map(([name, value]) => `${name}: ${value}`);
      return lines.length === 0 ? [] : [{ label: "Inputs", author: trigger.sender, text: lines.join("\n") }];
    }
    case "repositoryDispatch": {
      if (trigger.data === null) return [];
      const text = JSON.stringify(trigger.data, null, 2);
      return [{ label: "Data of the dispatch", author: trigger.sender, text }];
    }
    case "release": {
      const { release } = trigger;
      return [
        ...(release.name === "" ? [] : [writtenPart("Name of the release", release, release.name)]),
        ...(release.body.trim() === "" ? [] : [writtenPart("Notes of the release", release, release.body)]),
      ];
    }
    case "workflowRun":
    case "push":
    case "schedule":
    case "unsupported":
      return [];
    default:
      return trigger satisfies never;
  }
};

/** What was said in a thread, as parts of a query. */
export const pieceParts = (pieces: readonly Piece[]): readonly QueryPart[] =>
  pieces.map(({ label, author, createdAt, url, body }) => ({
    ...{ label, author, url },
    time: createdAt,
    text: body,
  }));
