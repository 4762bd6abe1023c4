import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { addCommit } from "./fake-github/populate-repository.ts";
import { startSmallWorld } from "./fake-github-fixture.ts";

const read = { contents: "read", pull_requests: "read" } as const;

const Entries = z.array(
  z.object({ additions: z.number(), deletions: z.number(), patch: z.string().optional() }),
);

describe("comparing on the fake GitHub", () => {
  it("counts from where the branches parted", async () => {
    await using world = await startSmallWorld();
    addCommit(world.github.world, world.repository, { files: { "later.md": "later\n" } });
    const compare = async (basehead: string) =>
      (await world.ask({ route: `GET …/compare/${basehead}`, permissions: read })).json();
    expect(await compare("main...feature")).toMatchObject({
      status: "diverged",
      ahead_by: 1,
      behind_by: 1,
      files: [{ filename: "src/a.ts" }],
    });
    expect(await compare("feature...main")).toMatchObject({ files: [{ filename: "later.md" }] });
    expect(await compare("main...main")).toMatchObject({ status: "identical", files: [], commits: [] });
    expect(await compare("main...nowhere")).toMatchObject({ message: "Not Found" });
  });

  it("gives the diff as text, up to the limits of files and of lines", async () => {
    await using world = await startSmallWorld();
    const accept = "application/vnd.github.diff";
    const ask = () => world.ask({ route: "GET …/compare/main...feature", permissions: read, accept });
    const diff = await ask();
    expect(diff.headers.get("content-type")).toContain(accept);
    expect(diff.text).toMatch(
      /^diff --git a\/src\/a\.ts b\/src\/a\.ts\nindex .*\n--- a\/src\/a\.ts\n\+\+\+ b/,
    );
    world.github.world.limits.diffLines = 8;
    const long = await ask();
    expect([long.status, long.json()]).toMatchObject([406, { errors: [{ code: "too_large" }] }]);
    expect(long.text).toContain("exceeded the maximum number of lines (8)");
    Object.assign(world.github.world.limits, { diffLines: 20_000, compareFiles: 0 });
    expect((await ask()).text).toContain("exceeded the maximum number of files (0)");
    const pull = await world.ask({ route: "GET …/pulls/2", permissions: read, accept });
    expect(pull.status).toBe(406);
  });

  const path = fc.constantFrom("a", "b", "dir/c", "dir/d", "dir/deep/e");
  const content = fc.array(fc.constantFrom("x", "y", "z", "diff --git a/a b/a", "@@ -1 +1 @@", "\r"), {
    maxLength: 12,
  });
  const tree = fc.dictionary(
    path,
    content.map((rows) => rows.join("\n")),
  );

  type Tree = Readonly<Record<string, string>>;

  /** What git makes of the files when it applies the diff to them. */
  const applied = (before: Tree, diff: string): Tree => {
    const directory = mkdtempSync(join(tmpdir(), "fake-github-apply-"));
    for (const [name, text] of Object.entries(before)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    execFileSync("git", ["apply", "--whitespace=nowarn", "-"], { cwd: directory, input: diff });
    const names = readdirSync(directory, { recursive: true, withFileTypes: true });
    const after = names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(directory, path), readFileSync(path, "utf8")]);
    rmSync(directory, { recursive: true });
    return Object.fromEntries(after);
  };

  it("is a diff that git turns into the same files, and its list counts the same lines", async () => {
    await using world = await startSmallWorld();
    const { repository, github } = world;
    const readme = { "README.md": null, "src/a.ts": null };
    let count = 0;
    const check = async (before: Tree, after: Tree): Promise<void> => {
      count += 1;
      const [from, to] = [`a${count}`, `b${count}`];
      const gone = Object.fromEntries(Object.keys(before).map((name) => [name, null]));
      addCommit(github.world, repository, { branch: from, files: { ...readme, ...before } });
      addCommit(github.world, repository, { branch: to, from, files: { ...gone, ...after } });
      const route = `GET …/compare/${from}...${to}`;
      const accept = "application/vnd.github.diff";
      const { text } = await world.ask({ route, permissions: read, accept });
      if (text !== "") expect(applied(before, text)).toEqual({ ...after });
      const answer = await world.ask({ route, permissions: read });
      const { files } = z.object({ files: Entries }).parse(answer.json());
      const rows = files.flatMap(({ patch = "" }) => patch.split("\n"));
      const starting = (mark: string) => rows.filter((row) => row.startsWith(mark)).length;
      const sum = (key: "additions" | "deletions") => files.reduce((total, file) => total + file[key], 0);
      expect([starting("+"), starting("-")]).toEqual([sum("additions"), sum("deletions")]);
    };
    await fc.assert(fc.asyncProperty(tree, tree, check), { numRuns: 25 });
  });
});
