import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type IndexState, readIndexFile } from "../../src/registry/index-file.ts";
import { indexPath } from "../../src/registry/index-path.ts";
import { namesPath } from "../../src/registry/index-place.ts";
import { definitionFile } from "../../src/registry/publish-tag.ts";
import { registryWorkflows } from "../../src/registry/registry-workflows.ts";
import { type Account, renderScopeFile, scopePath } from "../../src/registry/scope-owners.ts";
import { type GitRepository, makeRepository, type WorkFiles } from "./git-repository.ts";
import { ada, definitionText } from "./index-world.ts";
import { type Played, playWorkflow } from "./play-workflow.ts";

/** A registry as GitHub has it, an author's checkout of it, and GitHub's part in publishing. */
export type PublishingWorld = Disposable & {
  readonly author: GitRepository;
  /** The repository at the host. */
  readonly remote: string;
  readonly temporary: string;
  git(...args: readonly string[]): string;
  /** Pushes tags in one push, and runs what GitHub would run. @param by the account whose push it is */
  pushTags(tags: readonly string[], by?: Account): Promise<readonly Played[]>;
  /** `registry publish` after a push, as GitHub's event has it. */
  afterPush(push: PushedTag): Promise<Played>;
  /** `registry publish` by hand. */
  dispatch(inputs: DispatchInputs, by?: Account): Promise<Played>;
  /** Another workflow of the registry, on the default branch. */
  run(name: string, eventName: string, event?: object, environment?: RunnerVariables): Promise<Played>;
  /** `registry check` of a pull request that ends in what the author has checked out: on GitHub, of another repository. */
  proposed(proposal: Proposal): Promise<Played>;
  /** The lines of an Expert; nothing while it has none. */
  lines(name: string, branch?: string): IndexState | undefined;
  names(): string;
};

type RunnerVariables = Readonly<Record<string, string>>;

type PushedTag = {
  readonly tag: string;
  readonly commit: string;
  readonly by: Account;
  /** Who had it run, when not the pusher. */
  readonly triggering?: Account;
};

type Proposal = {
  /** What it is made for, and the branch of that. */
  readonly base: string;
  readonly ref?: string;
  readonly by: Account;
  /** The commit that the event names, when not the last. */
  readonly head?: string;
};

type DispatchInputs = { readonly action: string; readonly version: string; readonly value?: string };

export const repositoryFacts = {
  ...{ id: 4711, full_name: "acme/experts", html_url: "https://github.com/acme/experts" },
  ...{ default_branch: "main", private: false },
};

/** How git reaches the registry: its address, and what a process needs for that. */
export type Reach = (remote: string) => {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
};

const byFile: Reach = (remote) => ({ url: `file://${remote}`, environment: {} });

/** @param files over what a registry has anyway: its workflows, and the scope @acme, which is ada's */
export const startPublishingWorld = (files: WorkFiles, reach = byFile): PublishingWorld => {
  const temporary = mkdtempSync(join(tmpdir(), "expert-stack-registry-"));
  const remote = join(temporary, "remote.git");
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-C", remote, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trimEnd();
  mkdirSync(remote);
  git("init", "--quiet", "--bare", "--initial-branch", "main");
  const action = "expert-stack/expert-stack/.github/actions/registry@v1";
  const workflows = Object.fromEntries(registryWorkflows({ action, header: "", tags: "named and versions" }));
  const author = makeRepository({
    files: { ...workflows, [scopePath("@acme")]: renderScopeFile("@acme", ada), ...files },
  });
  const { url, environment: reaching } = reach(remote);
  author.git("remote", "add", "origin", `file://${remote}`);
  author.git("push", "--quiet", "origin", "main");
  const show = (at: string): string | undefined => {
    try {
      return git("show", at);
    } catch {
      return undefined;
    }
  };
  const run: PublishingWorld["run"] = async (name, eventName, event = {}, environment = {}) =>
    await playWorkflow({
      text: show(`main:.github/workflows/registry-${name}.yml`) ?? "",
      eventName,
      event: { repository: repositoryFacts, ...event },
      ...{ temporary, environment: { ...reaching, ...environment } },
      checkout: (directory) => {
        execFileSync("git", ["clone", "--quiet", `file://${remote}`, directory], { stdio: "ignore" });
        execFileSync("git", ["-C", directory, "remote", "set-url", "origin", url]);
      },
    });
  const afterPush: PublishingWorld["afterPush"] = async (push) =>
    await run("publish", "workflow_run", { workflow_run: workflowRun(push) });
  return {
    ...{ author, remote, temporary, git, run, afterPush },
    pushTags: async (tags, by = ada) => {
      author.git("push", "--quiet", "--force", "origin", ...tags.map((tag) => `refs/tags/${tag}`));
      // GitHub makes no event of more than three tags in one push.
      if (tags.length > 3) return [];
      const played: Played[] = [];
      for (const tag of tags) {
        const commit = git("rev-parse", `refs/tags/${tag}^{commit}`);
        if (starts(show(`${commit}:.github/workflows/registry-request.yml`), tag)) {
          played.push(await afterPush({ tag, commit, by }));
        }
      }
      return played;
    },
    dispatch: async (inputs, by = ada) =>
      await run("publish", "workflow_dispatch", { inputs, sender: by, ref: "refs/heads/main" }),
    proposed: async ({ base, ref = "main", by, head = author.head() }) => {
      author.git("push", "--quiet", "--force", "origin", "HEAD:refs/pull/7/head");
      const pull_request = { number: 7, user: by, base: { sha: base, ref }, head: { sha: head } };
      return await run("check", "pull_request_target", { sender: by, pull_request });
    },
    lines: (name, branch = "main") => {
      const text = show(`${branch}:${indexPath(name)}`);
      return text === undefined ? undefined : readIndexFile(`${text}\n`, { name, file: "index" });
    },
    names: () => show(`main:${namesPath}`) ?? "",
    [Symbol.dispose]: () => {
      author[Symbol.dispose]();
      rmSync(temporary, { recursive: true, force: true });
    },
  };
};

/** A registry in which ada has published these versions, one after the other. */
export const publishVersions = async (
  name: string,
  versions: readonly string[],
): Promise<PublishingWorld> => {
  const file = definitionFile(name);
  const world = startPublishingWorld({ [file]: definitionText(name, "0.0.0") });
  for (const version of versions) {
    world.author.commit({ [file]: definitionText(name, version) });
    world.author.git("push", "--quiet", "origin", "main");
    world.author.git("tag", `${name}@${version}`);
    await world.pushTags([`${name}@${version}`]);
    world.author.git("pull", "--quiet", "--rebase", "origin", "main");
  }
  return world;
};

const OnTags = z.object({ on: z.object({ push: z.object({ tags: z.array(z.string()) }) }) });

/** Whether the workflow of the tagged commit runs on a push of the tag. */
const starts = (workflow: string | undefined, tag: string): boolean =>
  workflow !== undefined &&
  OnTags.parse(parse(workflow)).on.push.tags.some((pattern) => matchesGlob(tag, pattern));

export const workflowRun = ({ tag, commit, by, triggering = by }: PushedTag) => ({
  ...{ event: "push", conclusion: "success", head_branch: tag, head_sha: commit },
  ...{ head_repository: { id: repositoryFacts.id }, actor: by, triggering_actor: triggering },
});
