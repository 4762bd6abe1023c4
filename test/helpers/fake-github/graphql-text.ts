import { type Issue, nameKey, type World } from "./world.ts";

/** An object of a GraphQL answer: its type, and a function a field. */
export type GraphNode = { readonly typeName: string; readonly fields: Readonly<Record<string, Resolve>> };

export type Value = string | number | boolean | null | GraphNode | readonly Value[];

export type Arguments = Readonly<Record<string, unknown>>;

type Resolve = (args: Arguments) => Value;

/** A field that cannot be answered: it becomes null, with the reason in `errors`. */
export class GraphqlFieldError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = "GraphqlFieldError";
    this.type = type;
  }
}

export const scalars = (values: Readonly<Record<string, string | number | boolean | null>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value]));

export const userNode = (world: World, login: string, typeName?: string): GraphNode | null => {
  const user = world.users.get(nameKey(login));
  if (user === undefined) return null;
  const ofActor = user.type === "Bot" ? "Bot" : "User";
  // Only `viewer` keeps the suffix: as an actor a bot goes by its app's name.
  const shown = typeName === undefined ? user.login.replace(/\[bot\]$/, "") : user.login;
  return {
    typeName: typeName ?? ofActor,
    fields: scalars({ id: user.nodeId, databaseId: user.id, login: shown }),
  };
};

type Text = {
  readonly id: number;
  readonly nodeId: string;
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt?: string;
  readonly lastEditedAt?: string;
  readonly minimized?: boolean;
  readonly url: string;
};

export const textFields = (world: World, text: Text): Record<string, Resolve> => ({
  ...scalars({
    id: text.nodeId,
    databaseId: text.id,
    body: text.body,
    createdAt: text.createdAt,
    updatedAt: text.updatedAt ?? text.createdAt,
    lastEditedAt: text.lastEditedAt ?? null,
    includesCreatedEdit: text.lastEditedAt !== undefined,
    isMinimized: text.minimized ?? false,
    url: text.url,
  }),
  author: () => userNode(world, text.author),
});

export const textNode = (world: World, typeName: string, text: Text): GraphNode => ({
  typeName,
  fields: textFields(world, text),
});

const pageBounds = (name: string, args: Arguments, count: number): readonly [number, number] => {
  const { first, last, after, before } = args;
  const size = typeof first === "number" ? first : typeof last === "number" ? last : undefined;
  if (size === undefined) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw new GraphqlFieldError("MISSING_PAGINATION_BOUNDARIES", message);
  }
  if (size > 100) {
    const message = `Requesting ${size} records on the \`${name}\` connection exceeds the \`first\` limit of 100 records.`;
    throw new GraphqlFieldError("EXCESSIVE_PAGINATION", message);
  }
  const placeOf = (cursor: string) => Number(Buffer.from(cursor, "base64").toString());
  const end = typeof before === "string" ? placeOf(before) : count;
  if (typeof first !== "number") return [Math.max(0, end - size), end];
  const start = typeof after === "string" ? placeOf(after) : 0;
  return [start, Math.min(count, start + size)];
};

/** A page of a list. @param name the field's, for what is said of its bounds */
export const connectionNode = (
  name: string,
  typeName: string,
  { items, args }: { readonly items: readonly GraphNode[]; readonly args: Arguments },
): GraphNode => {
  const [start, end] = pageBounds(name, args, items.length);
  const cursor = (at: number) => Buffer.from(String(at)).toString("base64");
  const nodes = items.slice(start, end);
  const pageInfo: GraphNode = {
    typeName: "PageInfo",
    fields: scalars({
      hasNextPage: end < items.length,
      endCursor: nodes.length === 0 ? null : cursor(end),
      hasPreviousPage: start > 0,
      startCursor: nodes.length === 0 ? null : cursor(start),
    }),
  };
  return {
    typeName,
    fields: { totalCount: () => items.length, nodes: () => nodes, pageInfo: () => pageInfo },
  };
};

/** @param url the thread's page */
export const commentsNode = (
  world: World,
  { issue, url }: { readonly issue: Issue; readonly url: string },
  args: Arguments,
): GraphNode => {
  const items = issue.comments.map((comment) =>
    textNode(world, "IssueComment", { ...comment, url: `${url}#issuecomment-${comment.id}` }),
  );
  return connectionNode("comments", "IssueCommentConnection", { items, args });
};
