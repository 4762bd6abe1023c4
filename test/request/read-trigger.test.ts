import { describe, expect, it } from "vitest";
import { ExpertStackError } from "../../src/errors.ts";
import { readTrigger } from "../../src/request/read-trigger.ts";
import { payload, triggerOf } from "./payload.ts";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The payload with the value at a dotted path replaced, or removed. */
const withValue = (value: unknown, path: string, change: unknown): unknown => {
  if (!isRecord(value)) throw new Error(`no ${path}`);
  const [key = "", ...rest] = path.split(".");
  if (rest.length > 0) return { ...value, [key]: withValue(value[key], rest.join("."), change) };
  return Object.fromEntries(
    Object.entries({ ...value, [key]: change }).filter(([, item]) => item !== undefined),
  );
};

describe("a pull request of the repository itself", () => {
  const trigger = triggerOf("pullRequest", "pull_request", "pull_request.opened");

  it("says who, what and where", () => {
    expect(trigger).toMatchObject({
      event: "pull_request",
      action: "opened",
      origin: "repository",
      repository: { fullName: "acme/app", visibility: "public", defaultBranch: "main" },
      sender: { login: "ada", id: 1001, type: "User" },
      thread: {
        kind: "pullRequest",
        number: 7,
        title: "Return nothing for empty input",
        state: "open",
        draft: false,
        locked: false,
        url: "https://github.com/acme/app/pull/7",
        createdAt: "2026-01-12T10:00:00Z",
        author: { login: "ada" },
      },
      head: { sha: "1f0c2d3e4b5a69788796a5b4c3d2e1f001122334", ref: "fix-empty", repository: "acme/app" },
      base: { sha: "aa0c2d3e4b5a69788796a5b4c3d2e1f0aabbccdd", ref: "main", repository: "acme/app" },
    });
  });
});

describe("a pull request from elsewhere", () => {
  it("comes from a fork", () => {
    const trigger = triggerOf("pullRequest", "pull_request_target", "pull_request.fork");
    expect(trigger.origin).toBe("fork");
    expect(trigger.head.repository).toBe("mallory/app");
    expect(trigger.thread.body).toBe("");
  });

  it("whose fork was deleted still comes from a fork", () => {
    const trigger = readTrigger(
      "pull_request",
      withValue(payload("pull_request.fork"), "pull_request.head.repo", null),
    );
    expect(trigger).toMatchObject({ type: "pullRequest", origin: "fork" });
  });
});

it("a comment on a pull request knows its thread, its author and its text", () => {
  expect(triggerOf("issueComment", "issue_comment", "issue_comment.created")).toMatchObject({
    action: "created",
    thread: { kind: "pullRequest", number: 7, author: { login: "mallory" } },
    comment: { id: 4242, body: "/expert reviewer is this safe?", author: { login: "grace" } },
  });
});

it("an issue whose author was deleted is by ghost", () => {
  const trigger = readTrigger("issues", withValue(payload("issues.opened"), "issue.user", null));
  expect(trigger).toMatchObject({
    type: "issue",
    thread: { kind: "issue", number: 3, author: { login: "ghost" } },
  });
});

it("a manual run has its inputs as text", () => {
  const { inputs } = triggerOf("workflowDispatch", "workflow_dispatch", "workflow_dispatch");
  expect(inputs).toEqual({ topic: "release notes", "dry-run": "true", count: "3" });
});

it("a push and a schedule are read", () => {
  expect(readTrigger("push", payload("push"))).toMatchObject({ ref: "refs/heads/main", change: "updated" });
  expect(readTrigger("schedule", payload("schedule"))).toEqual({ type: "schedule", schedule: "17 4 * * 1" });
});

it("an event nobody answers says which are", () => {
  expect(readTrigger("fork", {})).toEqual({
    type: "unsupported",
    event: "fork",
    reason:
      'Experts answer pull requests and their reviews, issues, comments, releases, pushes, schedules, manual runs, dispatches and runs of other workflows, not "fork".',
  });
});

describe("a malformed payload names the key", () => {
  it.each([
    ["pull_request", "pull_request.opened", "pull_request.head.sha", undefined],
    ["pull_request", "pull_request.opened", "pull_request.number", "7"],
    ["pull_request", "pull_request.opened", "repository.private", "no"],
    ["pull_request", "pull_request.opened", "sender", null],
    ["issues", "issues.opened", "issue.title", 1],
    ["issue_comment", "issue_comment.created", "comment.id", "4242"],
    ["push", "push", "after", null],
    ["schedule", "schedule", "schedule", undefined],
  ])("%s: %s", (event, name, path, change) => {
    const read = (): unknown => readTrigger(event, withValue(payload(name), path, change));
    expect(read).toThrow(ExpertStackError);
    expect(read).toThrow(`"${event}"`);
    expect(read).toThrow(`${path}:`);
  });

  it("also when it is no object", () => {
    expect(() => readTrigger("push", null)).toThrow(expect.objectContaining({ code: "TRIGGER_INVALID" }));
  });
});
