import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ActLine, parseActLog } from "../helpers/act-log.ts";
import { ada, definitionText, eve } from "../helpers/index-world.ts";
import {
  type PublishingWorld,
  repositoryFacts,
  startPublishingWorld,
  workflowRun,
} from "../helpers/publishing-world.ts";

const root = join(import.meta.dirname, "..", "..");
const action = "expert-stack/expert-stack@v1";
const tag = "@acme/x@1.0.0";

/** What a tag of this project holds of a registry's action: the folder that is named, and the program. */
const copyRegistryAction = (directory: string): string => {
  for (const name of ["dist", ".github/actions/registry"]) {
    cpSync(join(root, name), join(directory, name), { recursive: true });
  }
  return directory;
};

/** Runs the jobs that judge and write with act, on this machine without containers. The remote is a folder. */
const runPublish = (
  world: PublishingWorld,
  event: object,
): { exitCode: number | null; lines: readonly ActLine[] } => {
  const { author, temporary } = world;
  const payload = join(temporary, "event.json");
  writeFileSync(payload, JSON.stringify({ repository: repositoryFacts, ...event }));
  const home = join(temporary, "home");
  mkdirSync(home, { recursive: true });
  // act reads the repository's name from a remote; `origin` is where the index is pushed to.
  author.git("remote", "add", "github", "https://github.com/acme/experts");
  const args = [
    ...[
      "workflow_run",
      "--json",
      "--pull=false",
      "--no-cache-server",
      "--platform",
      "ubuntu-latest=-self-hosted",
    ],
    ...[
      "--workflows",
      ".github/workflows/registry-publish.yml",
      "--job",
      "append",
      "--remote-name",
      "github",
    ],
    ...["--local-repository", `${action}=${copyRegistryAction(join(temporary, "action"))}`],
    ...["--eventpath", payload, "--secret", "GITHUB_TOKEN=ghs_unused"],
  ];
  const { status, stdout } = spawnSync("act", args, {
    cwd: author.directory,
    env: {
      PATH: [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
      HOME: home,
      LANG: "C.UTF-8",
    },
    encoding: "utf8",
    timeout: 100_000,
    killSignal: "SIGKILL",
  });
  return { exitCode: status, lines: parseActLog(stdout) };
};

const registry = (): PublishingWorld => {
  const world = startPublishingWorld({ "experts/acme/x.toml": definitionText("@acme/x", "1.0.0") });
  world.author.git("tag", tag);
  world.author.git("push", "--quiet", "origin", `refs/tags/${tag}`);
  return world;
};

const pushedBy = (world: PublishingWorld, by = ada) => ({
  workflow_run: workflowRun({ tag, commit: world.author.head(), by }),
});

const said = (lines: readonly ActLine[]): string => lines.map(({ msg, arg }) => `${msg}${arg}`).join("\n");

describe("given a tag that was pushed, under a runner by others", () => {
  test("when an owner pushed it, then one job judges it and the next writes its line", () => {
    using world = registry();
    const { exitCode, lines } = runPublish(world, pushedBy(world));
    expect([exitCode, said(lines)]).toEqual([0, expect.stringContaining('"t":"publish"')]);
    expect(lines.flatMap(({ jobResult }) => jobResult ?? [])).toEqual(["success", "success"]);
    const line = world.lines("@acme/x")?.versions.get("1.0.0")?.line;
    expect(line).toMatchObject({ src: { tag, commit: world.author.head() }, by: "gh:1815" });
  });

  test("when a stranger pushed it, then the first job says so and the second is not started", () => {
    using world = registry();
    const { exitCode, lines } = runPublish(world, pushedBy(world, eve));
    expect(exitCode).toBe(1);
    expect(said(lines)).toContain("PUBLISH_REFUSED: eve (gh:666) does not own the scope @acme.");
    expect(lines.flatMap(({ jobResult }) => jobResult ?? [])).not.toContain("success");
    expect(world.lines("@acme/x")).toBeUndefined();
  });
});
