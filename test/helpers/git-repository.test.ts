import { describe, expect, it } from "vitest";
import { z } from "zod";
import { objectId } from "./fake-github/git-objects.ts";
import { addCommit, addRepository } from "./fake-github/populate-repository.ts";
import { openPullRequest } from "./fake-github/populate-threads.ts";
import { startFakeGitHub } from "./fake-github/server.ts";
import { makeRepository } from "./git-repository.ts";

const Tree = z.object({
  tree: z.array(z.object({ mode: z.string(), type: z.string(), sha: z.string(), path: z.string() })),
});

const files = {
  "perstack.toml": "[experts.a]\n",
  "src/deep/b.ts": "b\n",
  "src-x": "sorts before src/ in a listing, after it in a tree\n",
  "run.sh": { executable: "#!/bin/sh\n" },
  link: { linkTo: "run.sh" },
  "bytes.bin": Buffer.from([0, 255, 10]),
} as const;

describe("a real repository and the fake GitHub", () => {
  it("agree on every object, branch and tag", async () => {
    await using github = await startFakeGitHub();
    using real = makeRepository({ files });
    real.git("tag", "--annotate", "v1", "--message", "First");
    real.checkout("feature");
    const head = real.commit({ "src/deep/b.ts": "B\n", link: null }, "Feature");
    const repository = addRepository(github.world, { owner: "acme", name: "widgets", visibility: "public" });
    real.mirrorTo(github.world, repository);
    expect(repository.branches.get("feature")).toBe(head);
    expect([...repository.objects].filter(([sha, object]) => objectId(object) !== sha)).toEqual([]);
    const api = `${github.url}/repos/acme/widgets`;
    const get = (path: string, accept = "*/*") =>
      fetch(`${api}/${path}`, { headers: { "user-agent": "test", accept } });
    for (const ref of ["main", "feature", "v1"]) {
      const answer = await get(`contents/src/deep/b.ts?ref=${ref}`, "application/vnd.github.raw+json");
      expect(await answer.text()).toBe(`${real.git("show", `${ref}:src/deep/b.ts`)}\n`);
    }
    const { tree } = Tree.parse(await (await get(`git/trees/${head}?recursive=1`)).json());
    const listed = tree.map(({ mode, type, sha, path }) => `${mode} ${type} ${sha}\t${path}`);
    expect(listed.join("\n")).toBe(real.git("ls-tree", "-r", "-t", "feature"));
  });

  it("give the same files the same ids, however they are made", async () => {
    await using github = await startFakeGitHub();
    using real = makeRepository({ files });
    const repository = addRepository(github.world, { owner: "acme", name: "widgets" });
    const { "run.sh": _, link: __, ...plain } = files;
    const sha = addCommit(github.world, repository, {
      files: {
        ...plain,
        "run.sh": { mode: "100755", content: "#!/bin/sh\n" },
        link: { mode: "120000", content: "run.sh" },
      },
    });
    const commit = repository.objects.get(sha)?.data.toString() ?? "";
    expect(commit).toContain(`tree ${real.git("rev-parse", "HEAD^{tree}")}\n`);
  });

  it("stay together when the head of a pull request is pushed again", async () => {
    await using github = await startFakeGitHub();
    using real = makeRepository({ files });
    const repository = addRepository(github.world, { owner: "acme", name: "widgets" });
    real.checkout("feature");
    real.commit({ "a.txt": "a\n" });
    real.mirrorTo(github.world, repository);
    const { pull } = openPullRequest(github.world, repository, { author: "alice", head: "feature" });
    const pushed = real.commit({ "a.txt": "A\n" });
    expect(pull.headSha).not.toBe(pushed);
    real.mirrorTo(github.world, repository);
    expect(pull.headSha).toBe(pushed);
  });
});
