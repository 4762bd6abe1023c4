import type { GraphqlDocument, Selection } from "./graphql-parse.ts";

/** A field's type (`scalar`, or one of the types below) and the arguments it takes; `!` marks those it must get. */
type Field = { readonly type: string; readonly args?: readonly string[] };

type GraphqlType = {
  readonly fields: Readonly<Record<string, Field>>;
  /** Of an interface or union: what an object of it can be. */
  readonly possible?: readonly string[];
};

const scalars = (...names: readonly string[]): Readonly<Record<string, Field>> =>
  Object.fromEntries(names.map((name) => [name, { type: "scalar" }]));

const text = {
  ...scalars(
    "id",
    "databaseId",
    "body",
    "createdAt",
    "updatedAt",
    "lastEditedAt",
    "includesCreatedEdit",
    "url",
  ),
  author: { type: "Actor" },
};

const page = ["first", "last", "after", "before"];
const commentsField = { type: "IssueCommentConnection", args: page };

/** A list in pages. */
const connection = (type: string): GraphqlType => ({
  fields: { ...scalars("totalCount"), nodes: { type }, pageInfo: { type: "PageInfo" } },
});

const minimizable = { ...text, ...scalars("isMinimized") };

const issueFields = {
  ...text,
  ...scalars("number", "title", "state"),
  comments: commentsField,
  timelineItems: { type: "PullRequestTimelineItemConnection", args: [...page, "itemTypes"] },
};

const texts = ["Issue", "PullRequest", "IssueComment", "PullRequestReview", "PullRequestReviewComment"];

/** The part of GitHub's schema that the fake knows. */
const types: Readonly<Record<string, GraphqlType>> = {
  Query: {
    fields: {
      viewer: { type: "User" },
      repository: { type: "Repository", args: ["owner!", "name!", "followRenames"] },
      node: { type: "Node", args: ["id!"] },
    },
  },
  Mutation: { fields: { resolveReviewThread: { type: "ResolveReviewThreadPayload", args: ["input!"] } } },
  ResolveReviewThreadPayload: { fields: { thread: { type: "PullRequestReviewThread" } } },
  User: { fields: scalars("id", "databaseId", "login") },
  Bot: { fields: scalars("id", "databaseId", "login") },
  Actor: { fields: scalars("login"), possible: ["User", "Bot"] },
  Node: { fields: scalars("id"), possible: [...texts, "User", "Bot", "Repository"] },
  Comment: { fields: text, possible: texts },
  Repository: {
    fields: {
      ...scalars("id", "databaseId", "nameWithOwner", "isPrivate"),
      issue: { type: "Issue", args: ["number!"] },
      pullRequest: { type: "PullRequest", args: ["number!"] },
      issueOrPullRequest: { type: "IssueOrPullRequest", args: ["number!"] },
    },
  },
  IssueOrPullRequest: { fields: {}, possible: ["Issue", "PullRequest"] },
  Issue: { fields: issueFields },
  PullRequest: {
    fields: {
      ...issueFields,
      ...scalars("headRefOid", "baseRefOid", "isDraft"),
      reviews: { type: "PullRequestReviewConnection", args: page },
      reviewThreads: { type: "PullRequestReviewThreadConnection", args: page },
    },
  },
  PullRequestTimelineItem: { fields: {}, possible: ["RenamedTitleEvent"] },
  RenamedTitleEvent: { fields: scalars("createdAt") },
  IssueComment: { fields: minimizable },
  PullRequestReview: { fields: { ...minimizable, ...scalars("state", "submittedAt") } },
  PullRequestReviewComment: {
    fields: { ...minimizable, pullRequestReview: { type: "PullRequestReview" } },
  },
  PullRequestReviewThread: {
    fields: {
      ...scalars("id", "isResolved", "isOutdated", "path", "line"),
      resolvedBy: { type: "User" },
      comments: { type: "PullRequestReviewCommentConnection", args: page },
    },
  },
  PullRequestTimelineItemConnection: connection("PullRequestTimelineItem"),
  PullRequestReviewConnection: connection("PullRequestReview"),
  PullRequestReviewThreadConnection: connection("PullRequestReviewThread"),
  PullRequestReviewCommentConnection: connection("PullRequestReviewComment"),
  IssueCommentConnection: connection("IssueComment"),
  PageInfo: { fields: scalars("hasNextPage", "endCursor", "hasPreviousPage", "startCursor") },
};

/** Whether a fragment on one type says something about an object of another. */
export const appliesTo = (on: string, typeName: string): boolean =>
  on === typeName || (types[on]?.possible?.includes(typeName) ?? false);

export type GraphqlComplaint = {
  readonly message: string;
  readonly path: readonly string[];
  readonly extensions: Readonly<Record<string, string>>;
};

const argumentComplaints = (
  field: Field,
  selection: Selection & { readonly type: "field" },
  path: readonly string[],
): GraphqlComplaint[] => {
  const known = (field.args ?? []).map((name) => name.replace("!", ""));
  const missing = (field.args ?? [])
    .filter((name) => name.endsWith("!") && selection.args[name.slice(0, -1)] === undefined)
    .map((name) => name.slice(0, -1));
  const unknown = Object.keys(selection.args).filter((name) => !known.includes(name));
  return [
    ...unknown.map((name) => ({
      message: `Field '${selection.name}' doesn't accept argument '${name}'`,
      path: [...path, name],
      extensions: { code: "argumentNotAccepted", argumentName: name },
    })),
    ...missing.map((name) => ({
      message: `Field '${selection.name}' is missing required arguments: ${name}`,
      path,
      extensions: { code: "missingRequiredArguments", arguments: name },
    })),
  ];
};

const fieldComplaints = (
  document: GraphqlDocument,
  typeName: string,
  selection: Selection & { readonly type: "field" },
  before: readonly string[],
): GraphqlComplaint[] => {
  const path = [...before, selection.alias];
  if (selection.name === "__typename") return [];
  const field = types[typeName]?.fields[selection.name];
  if (field === undefined) {
    const message = `Field '${selection.name}' doesn't exist on type '${typeName}'`;
    return [{ message, path, extensions: { code: "undefinedField", typeName, fieldName: selection.name } }];
  }
  const bad = argumentComplaints(field, selection, path);
  const hasFields = selection.selections.length > 0;
  if (hasFields === (field.type === "scalar")) {
    const message = hasFields
      ? `Selections can't be made on scalars (field '${selection.name}' returns a scalar but has selections)`
      : `Field must have selections (field '${selection.name}' returns ${field.type} but has no selections)`;
    return [...bad, { message, path, extensions: { code: "selectionMismatch" } }];
  }
  return [...bad, ...complaintsOf(document, field.type, selection.selections, path)];
};

/** What GitHub's schema has against a selection on a type, each as its API words it. */
export const complaintsOf = (
  document: GraphqlDocument,
  typeName: string,
  selections: readonly Selection[],
  path: readonly string[],
): GraphqlComplaint[] =>
  selections.flatMap((selection) => {
    if (selection.type === "field") return fieldComplaints(document, typeName, selection, path);
    const fragment = selection.type === "spread" ? document.fragments.get(selection.name) : selection;
    if (fragment === undefined) {
      return [
        { message: "Fragment was used, but not defined", path, extensions: { code: "useAndDefineFragment" } },
      ];
    }
    const on = fragment.on ?? typeName;
    if (types[on] === undefined) {
      return [
        {
          message: `No such type ${on}, so it can't be a fragment condition`,
          path,
          extensions: { code: "undefinedType" },
        },
      ];
    }
    return complaintsOf(document, on, fragment.selections, [...path, `... on ${on}`]);
  });
