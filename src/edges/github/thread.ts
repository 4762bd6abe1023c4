import { setTimeout as sleep } from "node:timers/promises";
import { commentDigest } from "../../outputs/comment-digest.ts";
import { hasMarker, parseMarker } from "../../outputs/marker.ts";
import type { Thread } from "../../run/github-ports.ts";
import { asking, statusOf } from "./api-error.ts";
import type { GitHubAccess, GitHubClient } from "./client.ts";
import { type Account, isSame, viewer } from "./identity.ts";
import { pauses, permissionOf } from "./posting.ts";

/**
 * Comments on issues and pull requests. A marker can be pasted by anyone, so a comment is ours only when its
 * author is this token's own identity too.
 */
export const gitHubThread = (client: GitHubClient, access: GitHubAccess): Thread => ({
  async putComment({ thread, marker, body, mode, id }) {
    const comments = { client, access, issue: thread.number };
    const put = async () => {
      const known = id === undefined ? undefined : await editIfThere(comments, id, body.text);
      if (known !== undefined) return known;
      const own = mode === "sticky" ? await findOwn(comments, isMarked(marker)) : undefined;
      return own === undefined ? await post(comments, body.text) : await edit(comments, own.id, body.text);
    };
    const written = await asking("write the comment", put(), permissionOf(thread));
    return { id: written.id, url: written.html_url };
  },
  async replaceComment({ thread, id, was, body }) {
    const comments = { client, access, issue: thread.number };
    const replace = async () => {
      const { owner, repo } = access;
      const { data } = await client.rest.issues.getComment({ owner, repo, comment_id: id });
      if (!was.includes(commentDigest(data.body ?? ""))) return false;
      await edit(comments, id, body.text);
      return true;
    };
    return await asking("change the comment", replace(), permissionOf(thread));
  },
});

/** A job's trust is no part of which comment it is. */
const isMarked = (line: string): ((body: string) => boolean) => {
  const marker = parseMarker(line);
  return (body) => (marker === undefined ? body.startsWith(line) : hasMarker(body, marker));
};

/** One thread's comments, and how to reach them. */
type Comments = { readonly client: GitHubClient; readonly access: GitHubAccess; readonly issue: number };
type Comment = { readonly id: number; readonly html_url: string };

/** A request that failed on GitHub's side may have been done all the same: the thread tells, before it is repeated. */
const post = async (comments: Comments, body: string): Promise<Comment> => {
  const { client, access, issue } = comments;
  const { owner, repo } = access;
  const comment = { owner, repo, issue_number: issue, body, request: { retries: 0 } };
  for (let attempt = 0; ; attempt++) {
    try {
      const { data } = await client.rest.issues.createComment(comment);
      return data;
    } catch (error) {
      const pause = pauses[attempt];
      if (pause === undefined || (statusOf(error) ?? 0) < 500) throw error;
      await sleep(pause);
      const posted = await findOwn(comments, (text) => text.trim() === body.trim());
      if (posted !== undefined) return posted;
    }
  }
};

/** Somebody may have deleted it while the job ran. */
const editIfThere = async (comments: Comments, id: number, body: string): Promise<Comment | undefined> => {
  try {
    return await edit(comments, id, body);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
};

const edit = async ({ client, access }: Comments, id: number, body: string): Promise<Comment> => {
  const { owner, repo } = access;
  const { data } = await client.rest.issues.updateComment({ owner, repo, comment_id: id, body });
  return data;
};

const findOwn = async (
  { client, access, issue }: Comments,
  isMeant: (body: string) => boolean,
): Promise<Comment | undefined> => {
  const { owner, repo } = access;
  const meant: (Comment & { readonly author: Account })[] = [];
  const pages = client.paginate.iterator(client.rest.issues.listComments, {
    owner,
    repo,
    issue_number: issue,
    per_page: 100,
  });
  for await (const { data } of pages) {
    for (const { id, html_url, body, user } of data) {
      if (isMeant(body ?? "")) {
        meant.push({ id, html_url, author: { login: user?.login, id: user?.id } });
      }
    }
  }
  if (meant.length === 0) return undefined;
  const self = await viewer(access);
  return meant.find(({ author }) => isSame(author, self));
};
