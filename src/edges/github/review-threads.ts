import type { OwnThread } from "../../outputs/review/review-change.ts";
import { type GitHubAccess, gitHubQueries } from "./client.ts";
import { type Account, isSame } from "./identity.ts";

type Author = { readonly login: string; readonly databaseId?: number | null } | null;

type Conversation = {
  readonly id: string;
  readonly isResolved: boolean;
  readonly path: string;
  readonly line: number | null;
  readonly resolvedBy: { readonly login: string } | null;
  readonly comments: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly databaseId: number | null;
      readonly body: string;
      readonly author: Author;
    }[];
  };
};

type Page = {
  readonly repository: {
    readonly pullRequest: {
      readonly author: { readonly login: string } | null;
      readonly reviewThreads: {
        readonly nodes: readonly Conversation[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      };
    };
  };
};

const query = `query($owner: String!, $repo: String!, $pull: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $pull) {
      author { login }
      reviewThreads(first: 50, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id
          isResolved
          path
          line
          resolvedBy { login }
          comments(first: 50) {
            totalCount
            nodes { databaseId body author { login ... on User { databaseId } ... on Bot { databaseId } } }
          }
        }
      }
    }
  }
}`;

/** The conversations beside a pull request's diff that an account began. */
export const ownThreads = async (
  access: GitHubAccess,
  pull: number,
  self: Account,
): Promise<readonly OwnThread[]> => {
  const { owner, repo } = access;
  const { graphql } = gitHubQueries(access);
  const found: OwnThread[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page = await graphql<Page>(query, { owner, repo, pull, after });
    const { author, reviewThreads } = page.repository.pullRequest;
    const { nodes, pageInfo } = reviewThreads;
    found.push(...nodes.flatMap((one) => ownThread(one, { self, author: author?.login })));
    if (!pageInfo.hasNextPage) return found;
    after = pageInfo.endCursor;
  }
};

const ownThread = (
  { id, isResolved, resolvedBy, path, line, comments: { nodes, totalCount } }: Conversation,
  { self, author: opener }: { readonly self: Account; readonly author: string | undefined },
): readonly OwnThread[] => {
  const [first, ...replies] = nodes;
  if (first?.databaseId == null || !isBy(first.author, self)) return [];
  const answered = totalCount > nodes.length || replies.some(({ author }) => !isBy(author, self));
  const resolved = isResolved ? resolver(resolvedBy, { self, opener }) : "by nobody";
  const place = { path, ...(line === null ? {} : { line }) };
  return [{ id, comment: first.databaseId, body: first.body, ...place, resolved, answered }];
};

const isBy = (author: Author, self: Account): boolean =>
  author !== null && isSame({ login: author.login, id: author.databaseId ?? undefined }, self);

/** GitHub names people here; an app that resolved something is nobody, or goes by its name without the suffix. */
const resolver = (
  by: Conversation["resolvedBy"],
  { self, opener }: { readonly self: Account; readonly opener: string | undefined },
): OwnThread["resolved"] => {
  if (by === null || plain(by.login) === plain(self.login ?? "")) return "by itself";
  return by.login === opener ? "by the author" : "by a person";
};

const plain = (login: string): string => login.replace(/\[bot\]$/, "").toLowerCase();
