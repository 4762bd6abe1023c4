/**
 * Publishes the first-party Experts of `experts/` whose version this repository's own index does not have yet, by the
 * code of the registry itself, and lets the current branch have the new lines. It is for the first ones, before the
 * repository's workflows run; later ones are published by their tags.
 */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitRepository } from "../src/edges/publishing/git-repository.ts";
import { parsePublishTag } from "../src/registry/publish-tag.ts";
import { readPublishedDefinition } from "../src/registry/published-definition.ts";
import { renderScopeFile, scopePath } from "../src/registry/scope-owners.ts";
import { appendLine } from "../src/run/append-line.ts";
import type { RegistryRepository } from "../src/run/publishing-ports.ts";
import { linesAt, registryPoint } from "../src/run/registry-index.ts";

const root = join(import.meta.dirname, "..");
const { PATH = "", HOME = "" } = process.env;
const run = (directory: string, ...args: readonly string[]): string =>
  execFileSync("git", ["-C", directory, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();

/** Delegates before those that delegate to them. */
const order = ["security-reviewer", "reviewer"];
/**
 * In the place of an owner: whoever runs this and lets the branch have it may write there anyway. It is the account that
 * GitHub shows for those that are gone, as which nobody signs in.
 */
const standIn = { id: 10_137, login: "ghost" } as const;
const owners = new TextEncoder().encode(renderScopeFile("@expert-stack", standIn));
const registry = { id: 1, repo: "github.com/expert-stack/expert-stack", defaultBranch: "main" } as const;

const folder = mkdtempSync(join(tmpdir(), "expert-stack-own-"));
try {
  const [remote, checkout] = [join(folder, "remote.git"), join(folder, "checkout")];
  run(root, "clone", "--quiet", "--bare", "--no-local", root, remote);
  run(remote, "update-ref", "refs/heads/main", run(root, "rev-parse", "HEAD"));
  run(root, "clone", "--quiet", "--branch", "main", remote, checkout);
  const environment = { PATH, HOME };
  const git = { directory: checkout, git: "git", environment, signal: new AbortController().signal };
  const own = gitRepository(git, folder);
  const repository: RegistryRepository = {
    ...own,
    file: async (commit, path) =>
      path === scopePath("@expert-stack")
        ? { mode: "100644", id: "", content: owners }
        : await own.file(commit, path),
  };
  const files = globSync("experts/expert-stack/*.toml", { cwd: root });
  if (files.length !== order.length) throw new Error("name each first-party Expert in `order`");
  for (const name of order.map((short) => `@expert-stack/${short}`)) {
    const point = await registryPoint(repository, { defaultBranch: "main" });
    const path = `experts/${name.slice(1)}.toml`;
    const file = await repository.file(point.trusted, path);
    if (file === undefined) throw new Error(`commit ${path} first`);
    const { version } = readPublishedDefinition(file.content, { file: path, name }).facts;
    if ((await linesAt(repository, point, name)).state.versions.has(version)) continue;
    const tag = `${name}@${version}`;
    run(remote, "tag", "--force", tag, run(root, "rev-parse", "HEAD"));
    const wanted = { type: "publish", tag: parsePublishTag(tag) } as const;
    const request = { repository: registry, people: [standIn], wanted } as const;
    await appendLine(repository, { request, at: new Date().toISOString(), pause: async () => {} });
    console.log(`published ${tag}`);
  }
  run(root, "fetch", "--quiet", remote, "main", "refs/tags/@expert-stack/*:refs/tags/@expert-stack/*");
  run(root, "merge", "--quiet", "--ff-only", "FETCH_HEAD");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
