import { type Links, repositoryApi, repositoryHtml } from "./links.ts";
import { appJson, userJson } from "./shape-user.ts";
import {
  type Comment,
  type Issue,
  type Label,
  nameKey,
  type Reaction,
  type Repository,
  type World,
} from "./world.ts";

/** What every shape needs to know of where it is. */
export type Place = { readonly world: World; readonly links: Links; readonly repository: Repository };

export const reactionRollup = (url: string, reactions: readonly Reaction[]) => {
  const count = (content: Reaction["content"]) => reactions.filter((one) => one.content === content).length;
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    "+1": count("+1"),
    "-1": count("-1"),
    laugh: count("laugh"),
    hooray: count("hooray"),
    confused: count("confused"),
    heart: count("heart"),
    rocket: count("rocket"),
    eyes: count("eyes"),
  };
};

/** `label`. */
export const labelJson = ({ links, repository }: Place, label: Label) => ({
  id: label.id,
  node_id: label.nodeId,
  url: `${repositoryApi(links, repository)}/labels/${encodeURIComponent(label.name)}`,
  name: label.name,
  description: null,
  color: label.color,
  default: false,
});

const labelsJson = (place: Place, names: readonly string[]) =>
  names.flatMap((name) => {
    const label = place.repository.labels.get(nameKey(name));
    return label === undefined ? [] : [labelJson(place, label)];
  });

const pageOf = ({ links, repository }: Place, issue: Issue): string =>
  `${repositoryHtml(links, repository)}/${issue.pull === undefined ? "issues" : "pull"}/${issue.number}`;

/** `issue`; of a pull request, with the addresses of its other half. */
export const issueJson = (place: Place, issue: Issue) => {
  const { world, links, repository } = place;
  const api = repositoryApi(links, repository);
  const url = `${api}/issues/${issue.number}`;
  const page = pageOf(place, issue);
  const pull = `${api}/pulls/${issue.number}`;
  return {
    id: issue.id,
    node_id: issue.nodeId,
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    number: issue.number,
    title: issue.title,
    body: issue.body === "" ? null : issue.body,
    user: userJson(world, links, issue.author),
    labels: labelsJson(place, issue.labels),
    state: issue.state,
    state_reason: issue.state === "closed" ? (issue.stateReason ?? "completed") : null,
    locked: issue.locked,
    assignee: null,
    assignees: issue.assignees.map((login) => userJson(world, links, login)),
    milestone: null,
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt ?? null,
    author_association: issue.association,
    active_lock_reason: null,
    reactions: reactionRollup(url, issue.reactions),
    ...(issue.pull === undefined
      ? {}
      : {
          draft: issue.pull.draft,
          pull_request: {
            url: pull,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: null,
          },
        }),
  };
};

/** `issue-comment`. */
export const commentJson = (place: Place, issue: Issue, comment: Comment) => {
  const { world, links, repository } = place;
  const api = repositoryApi(links, repository);
  const url = `${api}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: comment.nodeId,
    url,
    html_url: `${pageOf(place, issue)}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${issue.number}`,
    user: userJson(world, links, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: comment.association,
    body: comment.body,
    reactions: reactionRollup(url, comment.reactions),
    performed_via_github_app: comment.viaApp ? appJson(world, links, comment.author) : null,
  };
};

/** `reaction`. */
export const reactionJson = ({ world, links }: Place, reaction: Reaction) => ({
  id: reaction.id,
  node_id: reaction.nodeId,
  user: userJson(world, links, reaction.author),
  content: reaction.content,
  created_at: reaction.createdAt,
});
