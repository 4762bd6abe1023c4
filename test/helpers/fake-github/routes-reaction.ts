import { z } from "zod";
import { paginate } from "./paginate.ts";
import { nodeId } from "./populate-people.ts";
import { noContent, notFound, ok, type Reply } from "./reply.ts";
import { callerLogin, issueOf, type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { commentOf, requireThread, threadNeeds } from "./routes-comment.ts";
import { reactionJson } from "./shape-thread.ts";
import { type Issue, type Reaction, timestamp } from "./world.ts";

const ReactionBody = z.object({
  content: z.enum(["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]),
});

/** What is reacted to: a thread's own text or one of its comments. */
type Target = { readonly issue: Issue; readonly reactions: Reaction[] };

const issueTarget = (call: RepositoryCall): Target => {
  const issue = issueOf(call.repository, call.params.issue_number);
  return { issue, reactions: issue.reactions };
};

const commentTarget = (call: RepositoryCall): Target => {
  const { issue, comment } = commentOf(call.repository, call.params.comment_id);
  return { issue, reactions: comment.reactions };
};

const remarkTarget = (call: RepositoryCall): Target => {
  for (const issue of call.repository.issues.values()) {
    const remark = issue.pull?.reviewComments.find(({ id }) => String(id) === call.params.comment_id);
    if (remark !== undefined) return { issue, reactions: remark.reactions };
  }
  throw notFound();
};

const list = (find: (call: RepositoryCall) => Target) => (call: RepositoryCall) => {
  const { issue, reactions } = find(call);
  requireThread(call, issue, "read");
  const { content } = call.query;
  const wanted = reactions.filter((reaction) => content === undefined || reaction.content === content);
  return paginate(call, wanted, (reaction) => reactionJson(call, reaction));
};

/** The same reaction by the same account exists once: asking again answers 200 with it instead of 201. */
const create =
  (find: (call: RepositoryCall) => Target) =>
  (call: RepositoryCall): Reply => {
    const { issue, reactions } = find(call);
    requireThread(call, issue, "write");
    const { content } = ReactionBody.parse(call.body);
    const author = callerLogin(call.caller);
    const known = reactions.find((reaction) => reaction.author === author && reaction.content === content);
    if (known !== undefined) return ok(reactionJson(call, known));
    const id = call.world.nextId();
    const createdAt = timestamp(call.world);
    const reaction: Reaction = { id, nodeId: nodeId("REA", id), author, content, createdAt };
    reactions.push(reaction);
    return { status: 201, json: reactionJson(call, reaction) };
  };

const remove =
  (find: (call: RepositoryCall) => Target) =>
  (call: RepositoryCall): Reply => {
    const { issue, reactions } = find(call);
    requireThread(call, issue, "write");
    const at = reactions.findIndex((reaction) => String(reaction.id) === call.params.reaction_id);
    if (at < 0) throw notFound();
    reactions.splice(at, 1);
    return noContent;
  };

const issuePath = "/issues/{issue_number}/reactions";
const commentPath = "/issues/comments/{comment_id}/reactions";

const remarkPath = "/pulls/comments/{comment_id}/reactions";
const remarks = { permissions: [{ pull_requests: "write" }] } as const;

export const reactionRoutes: readonly Route[] = [
  repositoryRoute(`GET ${commentPath}`, threadNeeds("read"), list(commentTarget)),
  repositoryRoute(`POST ${commentPath}`, threadNeeds("write"), create(commentTarget)),
  repositoryRoute(`DELETE ${commentPath}/{reaction_id}`, threadNeeds("write"), remove(commentTarget)),
  repositoryRoute(`GET ${issuePath}`, threadNeeds("read"), list(issueTarget)),
  repositoryRoute(`POST ${issuePath}`, threadNeeds("write"), create(issueTarget)),
  repositoryRoute(`POST ${remarkPath}`, remarks, create(remarkTarget)),
  repositoryRoute(`DELETE ${remarkPath}/{reaction_id}`, remarks, remove(remarkTarget)),
  repositoryRoute(`DELETE ${issuePath}/{reaction_id}`, threadNeeds("write"), remove(issueTarget)),
];
