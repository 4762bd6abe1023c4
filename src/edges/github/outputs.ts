import { setTimeout as sleep } from "node:timers/promises";
import { ExpertStackError } from "../../errors.ts";
import type { Outputs, ThreadPlace } from "../../run/github-ports.ts";
import { asking, askingMaybe, statusOf } from "./api-error.ts";
import { reportCheck } from "./check.ts";
import type { GitHubAccess, GitHubClient } from "./client.ts";
import { gitHubCodeOutputs } from "./code-outputs.ts";
import { pauses, permissionOf } from "./posting.ts";

/** Publishes what is no comment by GitHub's REST API. */
export const gitHubOutputs = (client: GitHubClient, access: GitHubAccess): Outputs => {
  const { owner, repo } = access;
  const here = { owner, repo };
  return {
    threadPlace: (number) => threadPlace(client, here, number),
    reportCheck: (check) => reportCheck(client, here, check),
    ...gitHubCodeOutputs(client, access),
    async addLabels(thread, labels) {
      // GitHub makes a label that is not there, with a name that an Expert chose.
      await Promise.all(labels.map((name) => refuseNewLabel(client, { ...here, name })));
      const at = { ...here, issue_number: thread.number, labels: [...labels] };
      await asking("add the labels", client.rest.issues.addLabels(at), permissionOf(thread));
    },
    assign: (thread, logins) => assign(client, here, { thread, logins }),
    async close(thread, state_reason) {
      const at = { ...here, issue_number: thread.number, state: "closed" } as const;
      // A pull request has no reason.
      const request = client.rest.issues.update(thread.kind === "issue" ? { ...at, state_reason } : at);
      await asking("close the thread", request, permissionOf(thread));
    },
    async openIssue({ title, body, labels }) {
      const issue = { ...here, title: title.text, body: body.text, labels: [...labels] };
      return await asking("open the issue", postIssue(client, issue), "issues: write");
    },
  };
};

type Here = { readonly owner: string; readonly repo: string };

const threadPlace = async (client: GitHubClient, here: Here, number: number): Promise<ThreadPlace> => {
  const request = client.rest.issues.get({ ...here, issue_number: number });
  const { data } = await asking(`show #${number}, which \`safe-outputs\` names`, request);
  return { kind: data.pull_request === undefined ? "issue" : "pullRequest", number };
};

const assign = async (
  client: GitHubClient,
  here: Here,
  { thread, logins }: { readonly thread: ThreadPlace; readonly logins: readonly string[] },
): Promise<void> => {
  const request = client.rest.issues.addAssignees({
    ...here,
    issue_number: thread.number,
    assignees: [...logins],
  });
  const { data } = await asking("assign people", request, permissionOf(thread));
  // Whom it may not assign GitHub leaves out, and says nothing.
  const assigned = new Set(data.assignees?.map(({ login }) => login.toLowerCase()));
  const left = logins.filter((login) => !assigned.has(login.toLowerCase()));
  if (left.length === 0) return;
  throw refused(
    `GitHub does not assign ${left.join(", ")} here.`,
    "Name in `safe-outputs` only people with a role in the repository.",
  );
};

const refuseNewLabel = async (
  client: GitHubClient,
  label: { readonly owner: string; readonly repo: string; readonly name: string },
): Promise<void> => {
  const found = await askingMaybe(`show the label ${label.name}`, client.rest.issues.getLabel(label));
  if (found !== undefined) return;
  throw refused(
    `The repository has no label ${JSON.stringify(label.name)}.`,
    "Create it, or name in `safe-outputs` only labels that there are.",
  );
};

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({
    code: "OUTPUT_REFUSED",
    message,
    remedy,
  });

type NewIssue = {
  readonly owner: string;
  readonly repo: string;
  readonly title: string;
  readonly body: string;
  readonly labels: string[];
};

/** A request that failed on GitHub's side may have been done all the same: the newest issues tell, before it is repeated. */
const postIssue = async (client: GitHubClient, issue: NewIssue): Promise<{ readonly url: string }> => {
  for (let attempt = 0; ; attempt++) {
    try {
      const { data } = await client.rest.issues.create({ ...issue, request: { retries: 0 } });
      return { url: data.html_url };
    } catch (error) {
      const pause = pauses[attempt];
      if (pause === undefined || (statusOf(error) ?? 0) < 500) throw error;
      await sleep(pause);
      const posted = await findPosted(client, issue);
      if (posted !== undefined) return posted;
    }
  }
};

/** The body ends with the job's own id, so that it is no other job's. */
const findPosted = async (
  client: GitHubClient,
  { owner, repo, title, body }: NewIssue,
): Promise<{ readonly url: string } | undefined> => {
  const newest = { owner, repo, state: "all", sort: "created", direction: "desc", per_page: 30 } as const;
  const { data } = await client.rest.issues.listForRepo(newest);
  const found = data.find((one) => one.title === title && one.body?.trim() === body.trim());
  return found === undefined ? undefined : { url: found.html_url };
};
