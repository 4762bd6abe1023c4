import { type GitHubAccess, gitHubQueries } from "./client.ts";

/** An account. The number is the same in REST and GraphQL; node ids come in two formats. */
export type Account = { readonly login: string | undefined; readonly id: number | undefined };

/** Whom this token speaks as. `GET /user` is closed to installation tokens; GraphQL's `viewer` is not. */
export const viewer = async (access: GitHubAccess): Promise<Account> => {
  const { viewer: self } = await gitHubQueries(access).graphql<{
    viewer: { login: string; databaseId: number | null };
  }>("query { viewer { login databaseId } }");
  return { login: self.login, id: self.databaseId ?? undefined };
};

/** By number where both have one; a login alone counts only as it is, since `alice` and `alice[bot]` are two. */
export const isSame = (author: Account, self: Account): boolean =>
  author.id !== undefined && self.id !== undefined ? author.id === self.id : author.login === self.login;
