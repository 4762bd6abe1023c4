import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DefaultArtifactClient } from "@actions/artifact";
import { Octokit } from "@octokit/rest";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";

const Line = z.object({
  github: z.object({ url: z.url(), graphqlUrl: z.url(), serverUrl: z.url() }),
  results: z.object({ url: z.url(), runtimeToken: z.string() }),
  model: z.object({ url: z.url() }),
  control: z.object({ url: z.url() }),
  tokens: z.array(z.string()),
});

const seed = {
  repositories: [
    {
      owner: "acme",
      name: "widgets",
      collaborators: { alice: "write" },
      commits: [
        { files: { "README.md": "# Widgets\n" } },
        { branch: "feature", files: { "README.md": "# Better widgets\n" } },
      ],
      issues: [
        { author: "alice", title: "It squeaks", labels: ["bug"], comments: [{ author: "bob", body: "Yes" }] },
      ],
      pullRequests: [{ author: "alice", head: "feature" }],
    },
    { owner: "bob", name: "widgets", forkOf: "acme/widgets" },
  ],
  tokens: [{ value: "ghs_test", permissions: { issues: "write", pull_requests: "read" } }],
};

const fixtures = { fixtures: [{ match: { userMessage: "hello" }, response: { content: "Hello back." } }] };

const start = async () => {
  const directory = mkdtempSync(join(tmpdir(), "fake-services-"));
  writeFileSync(join(directory, "world.json"), JSON.stringify(seed));
  writeFileSync(join(directory, "model.json"), JSON.stringify(fixtures));
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "fake-services.ts"), "--world", "world.json", "--fixtures", "model.json"],
    { cwd: directory, stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  return {
    directory,
    services: Line.parse(JSON.parse(line)),
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      return code;
    },
    // However the test ends, the program does.
    [Symbol.dispose]: () => {
      child.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

describe("the fake services as a program", () => {
  it("serve a seeded world, artifacts and a model, tell what happened, and end when told to", async () => {
    using program = await start();
    const { services, directory } = program;
    const state = async (command?: unknown): Promise<unknown> => {
      const body = command === undefined ? null : JSON.stringify(command);
      return (await fetch(services.control.url, { method: "POST", body })).json();
    };
    expect(services.tokens).toEqual(["ghs_test"]);

    const octokit = new Octokit({ auth: "ghs_test", baseUrl: services.github.url });
    const issue = { owner: "acme", repo: "widgets", issue_number: 1 };
    await octokit.rest.issues.createComment({ ...issue, body: "Oiled." });
    const files = await octokit.rest.pulls.listFiles({ owner: "acme", repo: "widgets", pull_number: 2 });
    expect(files.data[0]?.patch).toBe("@@ -1 +1 @@\n-# Widgets\n+# Better widgets");

    vi.stubEnv("ACTIONS_RESULTS_URL", services.results.url);
    vi.stubEnv("ACTIONS_RUNTIME_TOKEN", services.results.runtimeToken);
    vi.stubEnv("GITHUB_SERVER_URL", services.github.serverUrl);
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    await new DefaultArtifactClient().uploadArtifact("report", [join(directory, "model.json")], directory);

    const chat = await fetch(`${services.model.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] }),
    });
    expect(await chat.text()).toContain("Hello back.");

    expect(await state()).toMatchObject({
      repositories: {
        "acme/widgets": {
          issues: { 1: { labels: ["bug"], comments: [{ body: "Yes" }, { body: "Oiled." }] } },
        },
      },
      requests: [
        { method: "POST", status: 201 },
        { method: "GET", status: 200 },
      ],
      unknownRoutes: [],
      violations: [],
      artifacts: [{ name: "report", files: { "model.json": JSON.stringify(fixtures) } }],
      modelRequests: [{ path: "/v1/chat/completions", status: 200 }],
    });

    await state({ failNext: { service: "github", path: "comments$", status: 503 } });
    await expect(octokit.rest.issues.listComments(issue)).rejects.toThrow("fault 503");
    await state({ seed: { tokens: [{ value: "ghs_more", permissions: { contents: "read" } }] } });
    const more = new Octokit({ auth: "ghs_more", baseUrl: services.github.url });
    expect((await more.rest.repos.get({ owner: "bob", repo: "widgets" })).data.fork).toBe(true);
    expect(await state({ sed: {} })).toMatchObject({ message: expect.stringContaining("Unrecognized key") });

    expect(await program.stop()).toBe(0);
  });
});
