import { describe, expect, test } from "vitest";
import { asking, askingMaybe } from "../../../src/edges/github/api-error.ts";
import { ExpertStackError } from "../../../src/errors.ts";

/** As Octokit throws it. */
const refused = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Error =>
  Object.assign(new Error(message), { status, response: { status, headers } });

const failing = async (error: unknown, permission?: string): Promise<unknown> =>
  asking("write the comment", Promise.reject(error), permission).catch((failure: unknown) => failure);

test("an answer is passed on", async () => {
  expect(await asking("count", Promise.resolve(3))).toBe(3);
  expect(await askingMaybe("count", Promise.resolve(3))).toBe(3);
});

test("only asking whether something is there takes a 404 for no", async () => {
  expect(await askingMaybe("look", Promise.reject(refused(404, "Not Found")))).toBeUndefined();
  expect(await failing(refused(404, "Not Found"))).toBeInstanceOf(ExpertStackError);
  await expect(askingMaybe("look", Promise.reject(refused(403, "Forbidden")))).rejects.toThrow("(403)");
});

describe("a missing permission", () => {
  test.each([
    ["issues=write", "issues: write"],
    ["pull_requests=write; issues=write", "pull-requests: write"],
    ["contents=read,metadata=read", "contents: read,metadata: read"],
  ])("that GitHub lists as %s is named as %s", async (header, lines) => {
    const headers = { "x-accepted-github-permissions": header };
    expect(await failing(refused(403, "Resource not accessible by integration", headers))).toMatchObject({
      code: "GITHUB_PERMISSION_MISSING",
      message: "The token may not write the comment (403).",
      remedy: `Give the job \`${lines}\` under \`permissions:\`.`,
    });
  });

  test("is the one that is known to do, where GitHub lists several", async () => {
    const headers = { "x-accepted-github-permissions": "issues=write; pull_requests=write" };
    const error = refused(403, "Resource not accessible by integration", headers);
    expect(await failing(error, "pull-requests: write")).toMatchObject({
      remedy: "Give the job `pull-requests: write` under `permissions:`.",
    });
  });

  test("is called so by GraphQL, which has no status", async () => {
    const error = Object.assign(new Error("Request failed due to following response errors"), {
      errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }],
    });
    expect(await failing(error, "pull-requests: read")).toMatchObject({
      code: "GITHUB_PERMISSION_MISSING",
      message: "The token may not write the comment.",
      remedy: "Give the job `pull-requests: read` under `permissions:`.",
    });
  });

  test("is called so also when nobody says which it is", async () => {
    expect(await failing(refused(403, "Resource not accessible by personal access token"))).toMatchObject({
      code: "GITHUB_PERMISSION_MISSING",
      remedy: "Give the job the permission it needs under `permissions:`.",
    });
  });
});

describe("another failure", () => {
  test.each([
    [401, "Bad credentials", "`github-token`"],
    [403, "Repository was archived so is read-only.", "will not help"],
    [403, "You must authenticate via a GitHub App.", "`github-token`"],
    [403, "You have exceeded a secondary rate limit.", "Run the job again;"],
    [404, "Not Found", "still there"],
    [410, "Issues are disabled for this repo", "still there"],
    [422, "Validation Failed", "will not help"],
    [500, "Server Error", "Run the job again"],
  ])("with status %i says what GitHub said, and what to do", async (status, message, remedy) => {
    const cause = refused(status, message);
    expect(await failing(cause)).toMatchObject({
      code: "GITHUB_REQUEST_FAILED",
      message: `GitHub did not write the comment (${status}): ${message}`,
      remedy: expect.stringContaining(remedy),
      cause,
    });
  });

  test.each([[new TypeError("fetch failed")], ["no error at all"]])(
    "without a status (%s) has none",
    async (error) => {
      expect(await failing(error)).toMatchObject({
        code: "GITHUB_REQUEST_FAILED",
        message: expect.stringMatching(/^GitHub did not write the comment: (fetch failed|no error at all)$/),
      });
    },
  );
});
