import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gitFolders, gitMounts } from "../../../src/edges/sandbox/git-view.ts";

const token = "Y2FuYXJ5OmdocF9jYW5hcnk=";

const repository = (files: Readonly<Record<string, string>>) => {
  const root = mkdtempSync(join(tmpdir(), "git-view-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const control = join(root, "control");
  mkdirSync(control);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, "repo", path)), { recursive: true });
    writeFileSync(join(root, "repo", path), text);
  }
  const at = (path: string): string => join(root, "repo", path);
  return { mounts: gitFolders([join(root, "repo")]).own.flatMap((git) => gitMounts(git, control)), at };
};

const shown = (mounts: ReturnType<typeof gitMounts>, path: string): string => {
  const cover = mounts.find((mount) => mount.path === path);
  return readFileSync(cover?.type === "cover" ? cover.by : path, "utf8");
};

test.each([
  ["a header", `[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic ${token}\n`],
  ["a header in capitals, beside its section", `[HTTP "https://github.com/"] extraHeader = basic ${token}\n`],
  ["a header on two lines", `[http]\r\n\textraheader = AUTHORIZATION: \\\r\nbasic ${token}\r\n`],
  ["a helper", `[credential]\n\thelper = "!echo password=${token}"\n`],
  ["a helper of one host", `[credential "https://github.com"]\n\thelper = "!echo password=${token}"\n`],
  ["a password in an address", `[remote "o"]\n\turl = https://x:${token}@github.com/a/b\n`],
  ["a user alone in an address", `[remote "o"]\n\tpushurl = https://${token}@github.com/a/b\n`],
  [
    "another address in place of one",
    `[url "https://x:${token}@github.com/"]\n\tinsteadOf = https://github.com/\n`,
  ],
  [
    "a file elsewhere",
    `[include]\n\tpath = /tmp/${token}\n[includeIf "gitdir:/x"]\n\tpath = /tmp/${token}\n`,
  ],
  ["a command for ssh", `[core]\n\tsshCommand = ssh -i /tmp/${token}\n`],
])("given %s in a repository's configuration, a process sees the rest", (_, secret) => {
  const text = `[core]\n\tbare = false\n${secret}[branch "main"]\n\tremote = origin\n`;
  const { mounts, at } = repository({ ".git/config": text, ".git/HEAD": "ref: refs/heads/main\n" });
  expect(mounts[0]).toEqual({ type: "hide", path: at(".git") });
  expect(mounts).toContainEqual({ type: "read", path: at(".git/HEAD") });
  const kept = shown(mounts, at(".git/config"));
  expect(kept).not.toContain(token);
  expect(kept).toContain("bare = false");
  expect(kept).toContain('[branch "main"]\n\tremote = origin');
  expect(readFileSync(at(".git/config"), "utf8")).toBe(text);
});

test("submodules' configurations are covered, however deep, and so are work trees'", () => {
  const secret = `[http]\n\textraheader = ${token}\n`;
  const paths = [
    ".git/modules/lib/config",
    ".git/modules/deep/er/lib/config",
    ".git/modules/lib/modules/inner/config",
    ".git/worktrees/other/config.worktree",
  ];
  const { mounts, at } = repository({
    ...Object.fromEntries(paths.map((path) => [path, secret])),
    ".git/config": "[core]\n",
    ".git/worktrees/other/HEAD": "x\n",
  });
  for (const path of paths) expect(shown(mounts, at(path)), path).not.toContain(token);
});

test("a configuration without credentials says the same, and what is not git's own is not shown", () => {
  const { mounts, at } = repository({
    ".git/credentials": `https://x:${token}@github.com`,
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/config":
      '[core]\n\tbare = false\n[remote "o"]\n\turl = https://github.com/a/b\n\turl = git@github.com:a/b\n',
  });
  expect(shown(mounts, at(".git/config"))).toContain(
    "\turl = https://github.com/a/b\n\turl = git@github.com:a/b\n",
  );
  expect(mounts.map(({ path }) => path)).toEqual([at(".git"), at(".git/HEAD"), at(".git/config")]);
});
