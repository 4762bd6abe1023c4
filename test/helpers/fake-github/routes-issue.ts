import { z } from "zod";
import { roleAtLeast } from "./access.ts";
import { paginate } from "./paginate.ts";
import { nodeId, roleOf } from "./populate-people.ts";
import { openIssue, touch } from "./populate-threads.ts";
import { created, notFound, ok, type Reply, validationFailed } from "./reply.ts";
import { callerLogin, issueOf, type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { requireThread, threadNeeds } from "./routes-comment.ts";
import { issueJson, labelJson } from "./shape-thread.ts";
import { nameKey, timestamp } from "./world.ts";

const LabelsBody = z.object({ labels: z.array(z.string()) });
const AssigneesBody = z.object({ assignees: z.array(z.string()) });
const UpdateBody = z.object({
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "duplicate", "reopened"]).nullable().optional(),
});
const NewIssueBody = z.object({
  title: z.string(),
  body: z.string().optional(),
  labels: z.array(z.string()).optional(),
});

const getLabel = (call: RepositoryCall): Reply => {
  const label = call.repository.labels.get(nameKey(call.params.name ?? ""));
  if (label === undefined) throw notFound();
  return ok(labelJson(call, label));
};

/** A label that is not there comes to be, as on GitHub. */
const addLabels = (call: RepositoryCall): Reply => {
  const issue = issueOf(call.repository, call.params.issue_number);
  requireThread(call, issue, "write");
  for (const name of LabelsBody.parse(call.body).labels) addLabel(call, name, issue.labels);
  touch(call.world, issue);
  return ok(issueJson(call, issue).labels);
};

const addLabel = ({ world, repository }: RepositoryCall, name: string, labels: string[]): void => {
  const known = repository.labels.get(nameKey(name));
  const id = world.nextId();
  if (known === undefined) {
    repository.labels.set(nameKey(name), { id, nodeId: nodeId("LA", id), name, color: "ededed" });
  }
  const proper = known?.name ?? name;
  if (!labels.includes(proper)) labels.push(proper);
};

/** Who may not be assigned is left out in silence, as on GitHub. */
const addAssignees = (call: RepositoryCall): Reply => {
  const { repository } = call;
  const issue = issueOf(repository, call.params.issue_number);
  requireThread(call, issue, "write");
  for (const login of AssigneesBody.parse(call.body).assignees) {
    const may = roleAtLeast(roleOf(repository, login).role, "triage");
    if (may && !issue.assignees.includes(login)) issue.assignees.push(login);
  }
  return created(issueJson(call, issue));
};

const updateIssue = (call: RepositoryCall): Reply => {
  const { world, repository } = call;
  const issue = issueOf(repository, call.params.issue_number);
  requireThread(call, issue, "write");
  const { state, state_reason: reason } = UpdateBody.parse(call.body);
  if (issue.pull !== undefined && reason !== undefined) {
    throw validationFailed({
      resource: "Issue",
      code: "invalid",
      field: "state_reason",
      message: "not an issue",
    });
  }
  if (state !== undefined) issue.state = state;
  if (state === "closed") {
    issue.closedAt = timestamp(world);
    issue.stateReason = reason ?? "completed";
  }
  return ok(issueJson(call, issue));
};

const createIssue = (call: RepositoryCall): Reply => {
  const { title, body = "", labels = [] } = NewIssueBody.parse(call.body);
  if (title.trim() === "" || [...title].length > 256) {
    throw validationFailed({
      resource: "Issue",
      code: "invalid",
      field: "title",
      message: "title is not valid",
    });
  }
  const author = callerLogin(call.caller);
  const issue = openIssue(call.world, call.repository, { author, title, body, labels });
  return created(issueJson(call, issue));
};

/** The newest first: the only order in which anybody asks. */
const listIssues = (call: RepositoryCall): Reply => {
  const { state = "open" } = call.query;
  const found = [...call.repository.issues.values()].reverse();
  const wanted = found.filter((issue) => state === "all" || issue.state === state);
  return paginate(call, wanted, (issue) => issueJson(call, issue));
};

const issues = (access: "read" | "write") => ({ permissions: [{ issues: access }] });

export const issueRoutes: readonly Route[] = [
  repositoryRoute("GET /labels/{name}", threadNeeds("read"), getLabel),
  repositoryRoute("POST /issues/{issue_number}/labels", threadNeeds("write"), addLabels),
  repositoryRoute("POST /issues/{issue_number}/assignees", threadNeeds("write"), addAssignees),
  repositoryRoute("PATCH /issues/{issue_number}", threadNeeds("write"), updateIssue),
  repositoryRoute("POST /issues", issues("write"), createIssue),
  repositoryRoute("GET /issues", issues("read"), listIssues),
];
