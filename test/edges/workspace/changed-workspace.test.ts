import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { changedWorkspace } from "../../../src/edges/workspace/changed-workspace.ts";
import { recordedBase } from "../../../src/edges/workspace/recorded-base.ts";
import type { ChangedFile, WorkspaceChange } from "../../../src/outputs/workspace-change.ts";
import { type GitRepository, makeRepository, type WorkFiles } from "../../helpers/git-repository.ts";

const program = { git: "/usr/bin/git", environment: { PATH: process.env.PATH ?? "", HOME: "/nonexistent" } };
const folders: string[] = [];
const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-change-test-"));
  folders.push(folder);
  return folder;
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const files: WorkFiles = {
  "README.md": "# Widgets\n",
  "src/a.ts": "one\n",
  "src/deep/b.ts": "b\n",
  "run.sh": { executable: "#!/bin/sh\n" },
  link: { linkTo: "README.md" },
  ".gitignore": "*.log\nbuild/\n",
  "kept.log": "tracked all the same\n",
};

type Scene = {
  readonly repository: GitRepository;
  readonly at: (path: string) => string;
  readonly write: (path: string, text: string | Uint8Array) => void;
  /** What the job changed, once it has. */
  readonly changed: (work: () => void, workspace?: string, timeoutMs?: number) => Promise<Seen>;
};

type Seen = WorkspaceChange & {
  readonly patch: string;
  /** A line a file. */
  readonly lines: readonly string[];
};

const lineOf = ({ path, was, is, content, unfit }: ChangedFile): string =>
  `${path}: ${was} -> ${is} ${unfit ?? JSON.stringify(Buffer.from(content).toString("utf8"))}`;

const scene = (more: WorkFiles = {}): Scene & Disposable => {
  const repository = makeRepository({ files: { ...files, ...more } });
  const at = (path: string): string => join(repository.directory, path);
  return {
    repository,
    at,
    write: (path, text) => {
      mkdirSync(join(at(path), ".."), { recursive: true });
      writeFileSync(at(path), text);
    },
    changed: async (work, workspace = ".", timeoutMs = 120_000) => {
      const base = await recordedBase(at(workspace), program);
      work();
      const port = changedWorkspace(base, {
        program: { ...program, timeoutMs },
        temporary: temporaryFolder(),
      });
      const change = await port.change();
      return { ...change, patch: await port.patch(change), lines: change.files.map(lineOf) };
    },
    [Symbol.dispose]: () => repository[Symbol.dispose](),
  };
};

/** The tree that git itself makes of the work tree, by an index of its own. */
const gitTree = ({ repository }: Scene): string => {
  const index = join(temporaryFolder(), "index");
  const env = { PATH: process.env.PATH, GIT_INDEX_FILE: index, GIT_CONFIG_GLOBAL: "/dev/null" };
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: repository.directory, env, encoding: "utf8" }).trim();
  git("read-tree", "HEAD");
  git("add", "--all");
  return git("write-tree");
};

describe("what changed in a workspace", () => {
  it("is nothing where nothing did", async () => {
    using world = scene();
    const seen = await world.changed(() => {});
    expect(seen).toMatchObject({ base: world.repository.head(), files: [], patch: "" });
    expect(seen.tree).toBe(world.repository.git("rev-parse", "HEAD^{tree}"));
  });

  it("is what git add and write-tree make of it, with every kind of change", async () => {
    using world = scene();
    const seen = await world.changed(() => {
      world.write("src/a.ts", "two\n");
      world.write("src/new/c.ts", "c\n");
      world.write("empty", "");
      world.write("bytes.bin", Buffer.from([0, 255, 254, 10]));
      world.write("ünïcode/ä b.md", "x\n");
      world.write("noise.log", "ignored\n");
      world.write("build/out.js", "ignored\n");
      world.write("kept.log", "changed\n");
      rmSync(world.at("src/deep"), { recursive: true });
      chmodSync(world.at("README.md"), 0o755);
      chmodSync(world.at("run.sh"), 0o644);
      rmSync(world.at("link"));
      symlinkSync("src/a.ts", world.at("link"));
    });
    expect(seen.tree).toBe(gitTree(world));
    expect(seen.lines).toEqual([
      'README.md: file -> executable "# Widgets\\n"',
      expect.stringMatching(/^bytes.bin: nothing -> file/),
      'empty: nothing -> file ""',
      'kept.log: file -> file "changed\\n"',
      'link: link -> link "src/a.ts"',
      'run.sh: executable -> file "#!/bin/sh\\n"',
      'src/a.ts: file -> file "two\\n"',
      'src/deep/b.ts: file -> nothing ""',
      'src/new/c.ts: nothing -> file "c\\n"',
      'ünïcode/ä b.md: nothing -> file "x\\n"',
    ]);
    expect(seen.after).toContain("ünïcode/ä b.md");
    expect(seen.after).not.toContain("src/deep/b.ts");
  });

  it("is a patch that git applies to the commit", async () => {
    using world = scene();
    const seen = await world.changed(() => {
      world.write("src/a.ts", "two\n");
      world.write("bytes.bin", Buffer.from([0, 255, 254, 10]));
      rmSync(world.at("run.sh"));
    });
    world.repository.git("reset", "--quiet", "--hard");
    world.repository.git("clean", "-fdq");
    const file = join(temporaryFolder(), "patch");
    writeFileSync(file, seen.patch);
    world.repository.git("apply", "--index", file);
    expect(world.repository.git("write-tree")).toBe(seen.tree);
  });

  it("is a file that gives way to a folder, and the other way round", async () => {
    using world = scene();
    const seen = await world.changed(() => {
      rmSync(world.at("README.md"));
      world.write("README.md/inside", "x\n");
      rmSync(world.at("src"), { recursive: true });
      world.write("src", "a file\n");
    });
    expect(seen.tree).toBe(gitTree(world));
  });

  it("is that of its own folder, by paths from the root", async () => {
    using world = scene();
    const seen = await world.changed(() => {
      world.write("README.md", "not mine\n");
      world.write("src/a.ts", "two\n");
      world.write("src/noise.log", "ignored by the root's\n");
    }, "src");
    expect(seen.lines).toEqual(['src/a.ts: file -> file "two\\n"']);
  });

  it("is held against the commit that the job began from, also where another was made since", async () => {
    using world = scene();
    const before = world.repository.head();
    const seen = await world.changed(() => world.repository.commit({ "src/a.ts": "two\n" }));
    expect(seen).toMatchObject({ base: before, lines: ['src/a.ts: file -> file "two\\n"'] });
  });

  it("leaves out what the checkout left out", async () => {
    using world = scene();
    world.repository.git("sparse-checkout", "set", "src");
    expect((await world.changed(() => world.write("src/a.ts", "two\n"))).lines).toHaveLength(1);
  });
});

describe("what the checkout itself made of a file", () => {
  it("CRLF for LF is no change, and an edited line is committed with LF", async () => {
    using world = scene({
      ".gitattributes": "*.bat text eol=crlf\n",
      "a.bat": "one\ntwo\n",
      "b.bat": "one\n",
    });
    for (const name of ["a.bat", "b.bat"]) rmSync(world.at(name));
    world.repository.git("checkout", "--", ".");
    const seen = await world.changed(() => world.write("a.bat", "one\r\n2\r\n"));
    expect(seen.lines).toEqual(['a.bat: file -> file "one\\n2\\n"']);
    expect(seen.tree).toBe(gitTree(world));
  });

  it("a file of Git LFS in place of its pointer is no change, and an edited one is unfit", async () => {
    const pointer = (oid: string) =>
      `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 6\n`;
    const oid = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    using world = scene({ "a.bin": pointer(oid), "b.bin": pointer(oid) });
    for (const name of ["a.bin", "b.bin"]) world.write(name, "hello\n");
    const seen = await world.changed(() => world.write("b.bin", "hallo\n"));
    expect(seen.lines).toEqual([expect.stringContaining("b.bin: file -> file it is kept in Git LFS")]);
  });
});

describe("what is no file of the workspace", () => {
  it("is never read: links, pipes, second names, repositories, and what lies behind a link", async () => {
    using world = scene();
    const outside = temporaryFolder();
    writeFileSync(join(outside, "secret"), "canary\n");
    writeFileSync(join(outside, "b.ts"), "canary\n");
    const seen = await world.changed(() => {
      symlinkSync(join(outside, "secret"), world.at("leak"));
      symlinkSync(outside, world.at("folder"));
      rmSync(world.at("src/deep"), { recursive: true });
      symlinkSync(outside, world.at("src/deep"));
      linkSync(join(outside, "secret"), world.at("second"));
      rmSync(world.at("src/a.ts"));
      execFileSync("mkfifo", [world.at("src/a.ts")]);
      mkdirSync(world.at("nested"));
      execFileSync("git", ["init", "--quiet", world.at("nested")]);
      writeFileSync(world.at("nested/file"), "x");
    });
    expect(seen.lines).toEqual([
      `folder: nothing -> link ${JSON.stringify(outside)}`,
      `leak: nothing -> link ${JSON.stringify(join(outside, "secret"))}`,
      "nested: nothing -> submodule it is a repository of its own",
      "second: nothing -> file it has a second name (a hard link), maybe outside the workspace",
      "src/a.ts: file -> file it is no file, or cannot be read",
      `src/deep: nothing -> link ${JSON.stringify(outside)}`,
      'src/deep/b.ts: file -> nothing ""',
    ]);
    expect(JSON.stringify(seen.lines) + seen.patch).not.toContain("canary");
  });

  it("is never .git, and nothing that a job writes there is obeyed", async () => {
    using world = scene({ ".gitattributes": "*.ts filter=evil diff=evil\n" });
    const canary = join(temporaryFolder(), "canary");
    const seen = await world.changed(() => {
      const config = [
        `[core]\n\tfsmonitor = touch ${canary}\n\thooksPath = ${world.at("hooks")}`,
        `[filter "evil"]\n\tclean = touch ${canary}\n\trequired = true`,
        `[diff "evil"]\n\tcommand = touch ${canary}\n\ttextconv = touch ${canary}`,
        `[alias]\n\tupdate-index = "!touch ${canary}"`,
      ];
      appendFileSync(world.at(".git/config"), config.join("\n"));
      for (const hook of ["post-index-change", "reference-transaction"]) {
        world.write(`.git/hooks/${hook}`, `#!/bin/sh\ntouch ${canary}\n`);
        chmodSync(world.at(`.git/hooks/${hook}`), 0o755);
      }
      writeFileSync(world.at(".git/info/attributes"), "*.ts filter=evil diff=evil\n");
      world.write("src/a.ts", "two\n");
    });
    expect(seen.lines).toEqual(['src/a.ts: file -> file "two\\n"']);
    expect(execFileSync("sh", ["-c", `ls ${canary} 2>&1 || true`], { encoding: "utf8" })).toContain(
      "No such",
    );
  });

  it("a tampered store of objects is found out", async () => {
    using world = scene();
    const id = world.repository.git("rev-parse", "HEAD^{tree}");
    const other = world.repository.git("rev-parse", "HEAD:src");
    const file = (sha: string) => world.at(`.git/objects/${sha.slice(0, 2)}/${sha.slice(2)}`);
    await expect(
      world.changed(() => {
        rmSync(file(id));
        execFileSync("cp", [file(other), file(id)]);
      }),
    ).rejects.toThrow(/cannot be told/);
  });

  it("a workspace that is no checkout has no commit to tell a change from", async () => {
    await expect(recordedBase(temporaryFolder(), program)).rejects.toMatchObject({ code: "OUTPUT_REFUSED" });
  });
});

describe("given a workspace that is to keep the runner for ever", () => {
  it.each(["src/.gitignore", "src/x/.git/HEAD"])("a fifo in the place of %s does not", async (path) => {
    using it = scene();
    const changed = it.changed(
      () => {
        mkdirSync(join(it.at(path), ".."), { recursive: true });
        execFileSync("mkfifo", [it.at(path)]);
      },
      ".",
      1_500,
    );
    await expect(changed).rejects.toThrow("git took more than 1.5 seconds");
  });

  it("a fifo in the place of .gitattributes is a file that cannot be read", async () => {
    using it = scene();
    const { lines } = await it.changed(() => {
      it.write("src/a.ts", "two\n");
      rmSync(it.at("README.md"));
      execFileSync("mkfifo", [it.at(".gitattributes"), it.at("README.md")]);
    });
    expect(lines).toEqual([
      "README.md: file -> file it is no file, or cannot be read",
      'src/a.ts: file -> file "two\\n"',
    ]);
  });

  it("a new file full of holes is not read to its end", async () => {
    using it = scene();
    const { lines } = await it.changed(() => {
      it.write("src/holes", "x");
      truncateSync(it.at("src/holes"), 8 * 2 ** 40);
    });
    expect(lines).toEqual(["src/holes: nothing -> file it has more than 5242880 bytes"]);
  });
});
