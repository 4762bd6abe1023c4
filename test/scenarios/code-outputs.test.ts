import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { readCommit } from "../helpers/fake-github/git-objects.ts";
import { addCollaborator } from "../helpers/fake-github/populate-people.ts";
import { addCommit, addRepository } from "../helpers/fake-github/populate-repository.ts";
import { addComment, openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { Issue, Permissions } from "../helpers/fake-github/world.ts";
import type { WorkFiles } from "../helpers/git-repository.ts";
import { readZip } from "../helpers/read-zip.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { commentEvent, dispatchEvent, pullRequestEvent, type Webhook } from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.fixer]
version = "1.0.0"
instruction = "You mend things."
`;

const files: WorkFiles = {
  "perstack.toml": manifest,
  "src/a.ts": "one\n",
  "src/old.ts": "old\n",
  "docs/a.md": "# A\n",
  ".gitignore": "*.log\n",
};

type Call = { readonly name: string; readonly args: unknown };
const write = (path: string, text: string): Call => ({ name: "writeTextFile", args: { path, text } });
const remove = (path: string): Call => ({ name: "deleteFile", args: { path } });
const open = (more: object = {}): Call => ({
  name: "openPullRequest",
  args: { branch: "expert/mend", title: "Mend the hinge", body: "It squeaked.", ...more },
});
const push = (message = "Mend the hinge"): Call => ({ name: "pushChanges", args: { message } });

const may: Permissions = { contents: "write", issues: "write", pull_requests: "write" };

type Scene = {
  readonly outputs: string;
  readonly edits?: readonly Call[];
  readonly asked?: readonly Call[];
  readonly files?: WorkFiles;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly permissions?: Permissions;
  /** The event, and what is to be there before it; default: a manual run on `main`. */
  readonly arrange?: (world: ActionWorld) => Promise<Webhook>;
  /** What happens while the model is asked for the second time. */
  readonly meanwhile?: (world: ActionWorld) => void;
};

type Played = AsyncDisposable & {
  readonly world: ActionWorld;
  readonly ran: StepRun;
  /** What the calls of the second answer gave back. */
  readonly told: readonly string[];
  readonly conclusion: readonly unknown[];
  readonly patch: string | undefined;
  /** Writes to GitHub, without reactions and comments. */
  readonly writes: readonly string[];
};

/** One step in which the model edits, then asks for outputs, then answers. */
const play = async (scene: Scene): Promise<Played> => {
  let world: ActionWorld | undefined;
  world = await startActionWorld({
    files: scene.files ?? files,
    answers: (index) => {
      if (index === 0 && (scene.edits ?? []).length > 0) return { toolCalls: scene.edits ?? [] };
      if (index === ((scene.edits ?? []).length > 0 ? 1 : 0)) {
        if (world !== undefined) scene.meanwhile?.(world);
        return { toolCalls: scene.asked ?? [open()] };
      }
      return { text: "Done." };
    },
    permissions: scene.permissions ?? may,
  });
  const webhook = await (scene.arrange?.(world) ?? dispatchEvent(world, { by: "alice" }));
  const inputs = { expert: "fixer", "safe-outputs": scene.outputs, ...scene.inputs };
  const ran = await runStep(world, { webhook, inputs });
  const [artifact] = world.results.artifacts;
  const kept = artifact === undefined ? undefined : readZip(artifact.bytes).get("outputs/changes.patch");
  const here = world;
  return {
    ...{ world, ran, conclusion: [ran.exitCode, ran.outputs.conclusion] },
    told: (ran.prompts.at(-1)?.results ?? []).map(({ text }) => text),
    patch: kept?.toString("utf8"),
    writes: ran.api
      .filter((line) => /^(POST|PATCH|DELETE|PUT) (?!.*\/(?:reactions|comments|graphql))/.test(line))
      .map((line) => decodeURIComponent(line.replace("/repos/acme/widgets/", ""))),
    [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
  };
};

/** The tree that git itself makes of the work tree, by an index of its own. */
const gitTree = ({ checkout }: ActionWorld): string => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-index-"));
  const env = {
    PATH: process.env.PATH,
    GIT_INDEX_FILE: join(folder, "index"),
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: checkout.directory, env, encoding: "utf8" }).trim();
  git("read-tree", "HEAD");
  git("add", "--all");
  const tree = git("write-tree");
  rmSync(folder, { recursive: true });
  return tree;
};

const commitOf = ({ repository }: ActionWorld, branch: string) =>
  readCommit(repository.objects, repository.branches.get(branch) ?? "");

const pullsOf = ({ repository }: ActionWorld): readonly Issue[] =>
  [...repository.issues.values()].filter(({ pull }) => pull !== undefined);

const outputs = "pull-request paths=src/**,docs/**";
const edits = [
  write("src/a.ts", "two\n"),
  write("src/new/b.ts", "b\n"),
  remove("src/old.ts"),
  write("noise.log", "ignored\n"),
];

describe("given a pull request that the step allows", () => {
  test("it holds what git would commit, on top of the commit that the job began from", async () => {
    await using played = await play({
      outputs: `${outputs} draft title-prefix="[expert] " labels=bot`,
      edits,
      asked: [open({ title: "Fixes #1 for @alice [skip ci]", body: "Fixes #1, thanks @alice." })],
    });
    const { world, ran, conclusion, told, patch, writes } = played;
    expect(ran.log).not.toContain("::error");
    expect(conclusion).toEqual([0, "success"]);
    expect(told).toEqual(["It is planned, and will be published once you have finished."]);
    const commit = commitOf(world, "expert/mend");
    expect(commit).toMatchObject({
      tree: gitTree(world),
      parents: [world.checkout.head()],
      author: { name: "github-actions[bot]" },
    });
    expect(commit?.message.split("\n")[0]).toBe("Fixes # 1 for @ alice (skip ci)");
    expect(commit?.message).toContain(`By an Expert, ${ran.outputs["job-id"]}, in `);
    const [pull] = pullsOf(world);
    expect(pull).toMatchObject({
      title: "[expert] Fixes # 1 for @ alice (skip ci)",
      author: "github-actions[bot]",
      labels: ["bot"],
      pull: { headRef: "expert/mend", baseRef: "main", draft: true },
    });
    expect(pull?.body).not.toMatch(/Fixes #1|(?<!<code>)@alice/);
    expect(pull?.body).toContain(`Written by an Expert, \`${ran.outputs["job-id"]}\``);
    expect(ran.summary).toMatch(/### Published\n\n- pull request: http\S+\/pull\/1/);
    expect(writes).toEqual([
      "POST git/trees",
      "POST git/commits",
      "POST git/refs",
      "POST pulls",
      "POST issues/1/labels",
    ]);
    expect(patch).toContain("+two\n");
    expect(patch).not.toContain("noise");
    world.checkout.git("stash", "--all");
    writeFileSync(join(world.temporary, "patch"), patch ?? "");
    world.checkout.git("apply", "--index", join(world.temporary, "patch"));
    expect(world.checkout.git("write-tree")).toBe(commit?.tree);
    expect([world.github.world.violations, world.github.world.unknownRoutes]).toEqual([[], []]);
  });

  test("what the Expert did not change is not there, and a job without a change opens nothing", async () => {
    await using played = await play({ outputs });
    expect(played.conclusion).toEqual([1, "undelivered"]);
    expect(played.ran.summary).toContain("Nothing has changed in the workspace");
    expect(played.writes).toEqual([]);
  });

  test.each([
    ["a name outside of branch=", { branch: "main" }, "is not one that this step allows: expert/*"],
    ["a name that is none", { branch: "expert/../main" }, "is no plain name of a branch"],
    ["no title", { title: " " }, "needs a title"],
  ])("%s is refused at once", async (_, asked, reason) => {
    await using played = await play({ outputs, edits, asked: [open(asked)] });
    expect(played.told[0]).toContain(reason);
    expect(played.writes).toEqual([]);
    expect(played.conclusion).toEqual([0, "success"]);
  });
});

describe("given a change that the step does not allow", () => {
  test("each file that may not be touched is named, nothing is written, and the patch is kept", async () => {
    const hostile: readonly (readonly [string, string])[] = [
      [".github/workflows/x.yml", "it is in .github"],
      [".GitHub/workflows/y.yml", "it is in .github"],
      ["docs/CODEOWNERS", "it is a CODEOWNERS file"],
      ["perstack.toml", "it is a manifest"],
      ["docs/Perstack.lock", "it is a lock"],
      [".gitmodules", "it says what submodules there are"],
      ["GIT~1/config", "looks like, git's own folder"],
      [".g\u200cit/config", "looks like, git's own folder"],
      ["src/.git /config", "looks like, git's own folder"],
      ["src/a.ts:x", "characters that not every system has"],
      ["src/b\u202ets", "characters that not every system has"],
      ["src/c.", "ends with a dot"],
      ["SRC/d.ts", "same name but for its letters"],
    ];
    await using played = await play({
      outputs: "pull-request paths=**",
      edits: [write("src/a.ts", "two\n"), ...hostile.map(([path]) => write(path, "x\n"))],
    });
    expect(played.conclusion).toEqual([1, "undelivered"]);
    const told = played.ran.summary.split("Not delivered:")[1]?.split("\n")[0]?.split("; ") ?? [];
    expect(told).toHaveLength(hostile.length);
    for (const [, reason] of hostile) expect(told.join()).toContain(reason);
    expect(played.writes).toEqual([]);
    expect([...played.world.repository.branches.keys()]).toEqual(["main"]);
    expect(played.patch).toContain("+two\n");
  });

  test("a file outside of paths= refuses the whole", async () => {
    await using played = await play({
      outputs,
      edits: [write("src/a.ts", "two\n"), write("package.json", "{}")],
    });
    expect(played.conclusion).toEqual([1, "undelivered"]);
    expect(played.told[0]).toContain("As the workspace is now it would be refused");
    expect(played.told[0]).toContain('"package.json": it fits no pattern of `paths=`');
    expect(played.ran.summary).toContain("it fits no pattern of");
    expect(played.writes).toEqual([]);
  });

  test("a file with a secret, known or not, refuses the whole, and the patch is without it", async () => {
    const known = Buffer.from("x sk-ant-api03-canary-0123456789abcdef").toString("base64");
    const strange = `ghp_${"a1B2c3D4e5".repeat(3)}abcdef`;
    const arrange = async (world: ActionWorld): Promise<Webhook> => {
      // An earlier step's, since no call of a model brings a known one into a file.
      writeFileSync(join(world.checkout.directory, "src/known.ts"), `// ${known}\n`);
      return await dispatchEvent(world, { by: "alice" });
    };
    await using first = await play({ outputs, edits: [write("src/a.ts", "two\n")], arrange });
    await using second = await play({
      outputs,
      edits: [write("src/a.ts", "two\n"), write("src/k.ts", strange)],
    });
    for (const { conclusion, ran, patch, writes } of [first, second]) {
      expect(conclusion).toEqual([1, "undelivered"]);
      expect(ran.summary).toContain("What looks like a secret is in changed file 2");
      expect(writes).toEqual([]);
      expect(patch).toContain("+two\n");
      expect(patch).toContain("***");
      expect(`${patch}${ran.summary}`).not.toMatch(/ghp_a1B2|LWFwaTAzLWNhbmFyeS/);
    }
  });

  test("a secret in what a patch packs is not in the patch, whatever an attribute says", async () => {
    const known = "sk-ant-api03-canary-0123456789abcdef";
    await using played = await play({
      outputs: "pull-request paths=**",
      edits: [write(".gitattributes", "*.ts -diff\n"), write("src/a.ts", "two\n")],
      arrange: async (world) => {
        writeFileSync(join(world.checkout.directory, "src/known.bin"), `\0${known}\n`);
        writeFileSync(join(world.checkout.directory, "src/known.ts"), `${known}\n`);
        return await dispatchEvent(world, { by: "alice" });
      },
    });
    expect(played.conclusion).toEqual([1, "undelivered"]);
    expect(played.patch).toContain("+two\n");
    expect(played.patch).toContain("+***");
    expect(played.patch).toContain("Left out: no text");
    expect(played.patch).not.toContain("literal");
  });

  test("a protected file is committed where paths= writes it out", async () => {
    const allowing = "pull-request paths=src/**,.github/workflows/x.yml";
    await using played = await play({
      outputs: allowing,
      edits: [write(".github/workflows/x.yml", "on: push\n")],
    });
    expect(played.conclusion).toEqual([0, "success"]);
  });

  test("more files than allowed, and a link that was there before the job", async () => {
    await using many = await play({ outputs: `${outputs} max-files=2`, edits });
    expect(many.ran.summary).toContain("3 files have changed, and at most 2 are allowed");
    await using linked = await play({
      outputs: "pull-request paths=**",
      edits,
      arrange: async (world) => {
        symlinkSync("/etc/passwd", join(world.checkout.directory, "src/leak"));
        return await dispatchEvent(world, { by: "alice" });
      },
    });
    expect(linked.ran.summary).toContain("it is a symbolic link");
    expect([many.writes, linked.writes]).toEqual([[], []]);
  });
});

describe("given a repository in which it cannot be", () => {
  test("a branch that is there is left as it is", async () => {
    await using played = await play({
      outputs,
      edits,
      meanwhile: ({ github, repository }) =>
        void addCommit(github.world, repository, { branch: "expert/mend", files: { x: "x\n" } }),
    });
    expect(played.conclusion).toEqual([1, "undelivered"]);
    expect(played.ran.summary).toContain("There is a branch expert/mend already");
    expect(played.writes).toEqual([]);
    expect(played.patch).toContain("+two\n");
  });

  test("a commit that is not on the base brings nothing along", async () => {
    await using played = await play({
      outputs,
      edits,
      arrange: async (world) => {
        world.checkout.checkout("feature");
        world.checkout.commit({ "src/evil.ts": "evil\n" });
        world.checkout.mirrorTo(world.github.world, world.repository);
        return await dispatchEvent(world, { by: "alice" });
      },
    });
    expect(played.conclusion).toEqual([1, "undelivered"]);
    expect(played.ran.summary).toContain("is not on the branch main of this repository");
    expect(played.writes).toEqual([]);
  });

  test("the branch goes again where the repository's setting refuses the pull request", async () => {
    await using played = await play({
      outputs,
      edits,
      meanwhile: ({ repository }) => {
        repository.actionsPullRequests = "refused";
      },
    });
    expect(played.ran.summary).toContain("Allow GitHub Actions to create and approve pull requests");
    expect([...played.world.repository.branches.keys()]).toEqual(["main"]);
  });

  test("a token without the permission writes nothing, and the step names what is missing", async () => {
    const permissions = { contents: "read", issues: "write", pull_requests: "write" } as const;
    await using played = await play({ outputs, edits, permissions });
    expect(played.conclusion).toEqual([1, "undelivered"]);
    expect(played.ran.summary).toContain("`contents: write`");
    expect([...played.world.repository.branches.keys()]).toEqual(["main"]);
  });

  test.each(["pulls", "git/refs"])("an answer of %s that was lost is not asked for twice", async (what) => {
    await using played = await play({
      outputs,
      edits,
      meanwhile: ({ github }) =>
        github.failNext({ method: "POST", path: new RegExp(`/${what}$`), reset: "after" }),
    });
    expect(pullsOf(played.world)).toHaveLength(1);
    expect(played.conclusion).toEqual([0, "success"]);
  });

  test.each(["trees", "commits", "refs"])("a rate limit at its %s is waited for", async (what) => {
    await using played = await play({
      outputs,
      edits,
      meanwhile: ({ github }) =>
        github.failNext({
          ...{
            method: "POST",
            path: new RegExp(`/git/${what}$`),
            status: 403,
            headers: { "retry-after": "1" },
          },
          body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes." },
        }),
    });
    expect(pullsOf(played.world)).toHaveLength(1);
    expect(played.conclusion).toEqual([0, "success"]);
  });

  test("a workspace that is no checkout is refused before the model is asked", async () => {
    await using played = await play({ outputs, inputs: { "working-directory": "/tmp" } });
    expect(played.conclusion).toEqual([1, "failure"]);
    expect(played.ran.summary).toContain("What has changed in the workspace cannot be told");
    expect(played.ran.prompts).toEqual([]);
  });
});

/** A pull request of alice's whose head is checked out. */
const proposed =
  (more: { readonly by?: string; readonly fork?: boolean } = {}) =>
  async (world: ActionWorld): Promise<Webhook> => {
    const { github, repository, checkout } = world;
    const by = more.by ?? "alice";
    checkout.checkout("feature");
    checkout.commit({ "src/a.ts": "proposed\n" });
    checkout.mirrorTo(github.world, repository);
    const { number } = openPullRequest(github.world, repository, { author: by, head: "feature" });
    return await pullRequestEvent(world, { number, by });
  };

const pushing = "push paths=src/**";

const tess = async (world: ActionWorld): Promise<Webhook> => {
  addCollaborator(world.github.world, world.repository, "tess", "triage");
  return await proposed({ by: "tess" })(world);
};
const fork = async (world: ActionWorld): Promise<Webhook> => {
  const { github, repository, checkout } = world;
  const forked = addRepository(github.world, {
    owner: "alice",
    name: "widgets",
    forkOf: repository.fullName,
  });
  checkout.checkout("feature");
  checkout.commit({ "src/a.ts": "proposed\n" });
  checkout.mirrorTo(github.world, forked);
  const { number } = openPullRequest(github.world, repository, {
    ...{ author: "alice", head: "feature", headRepository: forked.fullName },
  });
  return await pullRequestEvent(world, { number, by: "alice", event: "pull_request_target" });
};
const elsewhere = async (world: ActionWorld): Promise<Webhook> => {
  const webhook = await proposed()(world);
  world.checkout.checkout("main");
  return webhook;
};
const back = async (world: ActionWorld): Promise<Webhook> => {
  const { github, repository, checkout } = world;
  addCommit(github.world, repository, { branch: "release", files: { r: "r\n" } });
  const { number } = openPullRequest(github.world, repository, {
    author: "alice",
    head: "main",
    base: "release",
  });
  checkout.checkout("main");
  return await pullRequestEvent(world, { number, by: "alice" });
};

/** Triggers whose pull request is not pushed to. */
const strangers = [
  ["an untrusted trigger", tess],
  ["a fork", fork],
  ["the checkout of another commit", elsewhere],
  ["the default branch", back],
] as const;

describe("given a push to the pull request's branch", () => {
  test("a commit comes on top of the head that the job began from", async () => {
    await using played = await play({
      outputs: pushing,
      edits,
      asked: [push("Fixes #1")],
      arrange: proposed(),
    });
    const { world } = played;
    expect(played.ran.log).not.toContain("::error");
    expect(played.conclusion).toEqual([0, "success"]);
    const commit = commitOf(world, "feature");
    expect(commit).toMatchObject({ tree: gitTree(world), parents: [world.checkout.head()] });
    expect(commit?.message).toMatch(/^Fixes # 1\n\nBy an Expert, /);
    expect(pullsOf(world)[0]?.pull?.headSha).toBe(world.repository.branches.get("feature"));
    expect(played.writes).toEqual(["POST git/trees", "POST git/commits", "PATCH git/refs/heads/feature"]);
  });

  test("one that has moved, or is protected, is left as it is", async () => {
    await using moved = await play({
      ...{ outputs: pushing, edits, asked: [push()], arrange: proposed() },
      meanwhile: ({ github, repository }) =>
        void addCommit(github.world, repository, { branch: "feature", files: { "src/a.ts": "newer\n" } }),
    });
    expect(moved.ran.summary).toContain("The branch feature has moved since the job began");
    await using kept = await play({
      ...{ outputs: pushing, edits, asked: [push()], arrange: proposed() },
      meanwhile: ({ repository }) => void repository.protectedBranches.add("feature"),
    });
    expect(kept.ran.summary).toContain("The branch feature is protected");
    expect([moved.writes, kept.writes]).toEqual([[], []]);
    expect(moved.patch).toContain("+two\n");
  });

  test("a comment's job pushes to the head of when it was asked, or not at all", async () => {
    const arrange = async (world: ActionWorld): Promise<Webhook> => {
      await proposed()(world);
      const [issue] = pullsOf(world);
      if (issue === undefined) throw new Error("no pull request");
      const comment = addComment(world.github.world, world.repository, issue, {
        author: "alice",
        body: "/expert mend it",
      });
      return await commentEvent(world, { number: issue.number, comment: comment.id, by: "alice" });
    };
    await using played = await play({ outputs: pushing, edits, asked: [push()], arrange });
    expect(played.conclusion).toEqual([0, "success"]);
    await using behind = await play({
      ...{ outputs: pushing, edits, asked: [push()] },
      arrange: async (world) => {
        const webhook = await arrange(world);
        addCommit(world.github.world, world.repository, { branch: "feature", files: { x: "x\n" } });
        return webhook;
      },
    });
    expect(behind.ran.prompts[0]?.tools).not.toContain("pushChanges");
    expect(behind.ran.summary).toContain("Nothing can be pushed");
    expect(behind.writes).toEqual([]);
  });

  test.each(strangers)("there is no such tool for %s", async (_, arrange) => {
    const inputs = { permission: "triage", sandbox: "off" };
    await using played = await play({ outputs: pushing, edits, asked: [push()], arrange, inputs });
    expect(played.ran.prompts[0]?.tools ?? []).not.toContain("pushChanges");
    expect(played.writes).toEqual([]);
  });

  test("an untrusted trigger's is offered where the step says so", async () => {
    await using allowed = await play({
      ...{ outputs: `${pushing} untrusted=true`, edits, asked: [push()], arrange: tess },
      inputs: { permission: "triage", sandbox: "off" },
    });
    expect(allowed.conclusion).toEqual([0, "success"]);
  });
});

test("nothing of the checkout's own git is obeyed when the change is read", async () => {
  const canary = join(mkdtempSync(join(tmpdir(), "expert-stack-canary-")), "canary");
  await using played = await play({
    outputs,
    edits,
    files: { ...files, ".gitattributes": "*.ts filter=evil diff=evil\n" },
    arrange: async (world) => {
      const config = join(world.checkout.directory, ".git/config");
      const evil = `[core]\n\tfsmonitor = touch ${canary}\n[filter "evil"]\n\tclean = touch ${canary}\n[diff "evil"]\n\tcommand = touch ${canary}\n`;
      writeFileSync(config, readFileSync(config, "utf8") + evil);
      return await dispatchEvent(world, { by: "alice" });
    },
  });
  expect(played.conclusion).toEqual([0, "success"]);
  expect(() => readFileSync(canary)).toThrow(/ENOENT/);
});
