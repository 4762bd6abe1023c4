import type { Thread } from "../../run/github-ports.ts";
import { asking } from "./api-error.ts";
import type { GitHubAccess, GitHubClient } from "./client.ts";

/**
 * Comments on issues and pull requests. A marker can be pasted by anyone, so a comment is ours only when its
 * author is this token's own identity too.
 */
export const gitHubThread = (client: GitHubClient, { owner, repo }: GitHubAccess): Thread => {
  const here = { owner, repo };
  return {
    async putComment({ thread, marker, body, mode }) {
      const own = mode === "sticky" ? await findOwn(client, { ...here, thread, marker }) : undefined;
      const { data } = await (own === undefined
        ? asking(
            "post a comment",
            client.rest.issues.createComment({ ...here, issue_number: thread, body: body.text }),
          )
        : asking(
            "edit its comment",
            client.rest.issues.updateComment({ ...here, comment_id: own, body: body.text }),
          ));
      return { url: data.html_url };
    },
  };
};

const findOwn = async (
  client: GitHubClient,
  at: { owner: string; repo: string; thread: number; marker: string },
): Promise<number | undefined> => {
  const { owner, repo, thread, marker } = at;
  const marked: { id: number; author: Author }[] = [];
  const pages = client.paginate.iterator(client.rest.issues.listComments, {
    owner,
    repo,
    issue_number: thread,
    per_page: 100,
  });
  await asking(
    "list the thread's comments",
    (async () => {
      for await (const { data } of pages) {
        for (const { id, body, user } of data) {
          if (body?.startsWith(marker))
            marked.push({ id, author: { login: user?.login, nodeId: user?.node_id } });
        }
      }
    })(),
  );
  if (marked.length === 0) return undefined;
  const self = await viewer(client);
  return marked.find(({ author }) => isSame(author, self))?.id;
};

type Author = { readonly login: string | undefined; readonly nodeId: string | undefined };

/** Whom this token speaks as. `GET /user` is closed to installation tokens; GraphQL's `viewer` is not. */
const viewer = async (client: GitHubClient): Promise<Author> => {
  const answer = await asking(
    "tell whose token this is",
    client.graphql<{ viewer: { login: string; id: string } }>("query { viewer { login id } }"),
  );
  return { login: answer.viewer.login, nodeId: answer.viewer.id };
};

/** An app's login ends in `[bot]` in REST and need not in GraphQL; a person's never does. */
const isSame = (author: Author, self: Author): boolean => {
  if (author.nodeId !== undefined && author.nodeId === self.nodeId) return true;
  if (author.login === undefined) return false;
  return author.login === self.login || author.login === `${self.login}[bot]`;
};
