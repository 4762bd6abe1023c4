import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSandbox, type SandboxOptions } from "../../../src/edges/sandbox/open-sandbox.ts";
import { spawnTree } from "../../../src/edges/skills/process-tree.ts";
import { isolates } from "../../../src/job/sandbox-tier.ts";
import { tierHere } from "../../helpers/sandbox-here.ts";

const here = await tierHere();

const world = () => {
  const root = mkdtempSync(join(tmpdir(), "next-job-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const at = (path: string): string => join(root, path);
  const put = (path: string, content = ""): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  put("home/.ssh/id", "canary");
  for (const folder of ["work", "temporary"]) mkdirSync(at(folder), { recursive: true });
  /** One job, in which one process runs a script. */
  const job = async (script: string, more: Partial<SandboxOptions> = {}) => {
    const { sandbox } = await openSandbox({
      ...{ mode: "auto", network: "enforced", checkout: at("work"), workspace: at("work"), hidden: [] },
      ...{ home: at("home"), searchPath: process.env.PATH ?? "", temporary: at("temporary") },
      ...more,
    });
    await using _opened = sandbox;
    await using entered = await sandbox.enter(
      { command: "sh", args: ["-c", script], cwd: at("work"), env: { PATH: "/usr/bin:/bin" } },
      {
        ...{ workspace: { path: at("work"), access: "write" }, checkout: "visible" },
        ...{ readable: [], writable: [], hosts: [], addresses: "public" },
        onAccess: () => undefined,
        warn: () => undefined,
      },
    );
    const tree = await spawnTree({ ...entered.launch, stdin: "none" });
    return { tier: sandbox.tier, out: (await text(tree.stdout)).trim() };
  };
  return { at, put, job };
};

describe.skipIf(!isolates(here))("what a job left in the workspace", () => {
  test.each([
    ["/usr", "the system"],
    ["HOME", "the home"],
    [".", "the workspace itself"],
  ])("does not switch the next one's sandbox off by a file `.git` that names %s", async (folder) => {
    const { at, job } = world();
    const named = folder === "HOME" ? at("home") : folder;
    await job(`echo 'gitdir: ${named}' >.git`);
    const { tier, out } = await job(`cat ${at("home/.ssh/id")} 2>&1 | grep -c canary; ls -A`);
    expect({ tier, out }).toEqual({ tier: here, out: "0\n.git" });
  });

  test.each(["hooks", "HEAD", "objects", "config", "modules"])(
    "shows the next one nothing by a link `%s` in a folder of git",
    async (name) => {
      const { at, job } = world();
      await job(`mkdir -p a/.git; touch a/.git/index; ln -s ${at("home/.ssh")} a/.git/${name}`);
      const { tier, out } = await job(`cat ${at("home/.ssh/id")} a/.git/${name}/id 2>/dev/null; ls a/.git`);
      expect({ tier, out }).toEqual({ tier: here, out: "index" });
    },
  );
});

describe.skipIf(!isolates(here))("whatever a file `.git` names", () => {
  test.each(["a\\0b", "a".repeat(300), "loop", "/etc/passwd", "/root", ""])(
    "%j, the next job starts",
    async (named) => {
      const { job } = world();
      await job(`printf 'gitdir: ${named}\\n' >.git; ln -s loop loop`);
      expect(await job("echo started")).toEqual({ tier: here, out: "started" });
    },
  );

  test("it takes no program away that the job's PATH leads to", async () => {
    const { at, put, job } = world();
    for (const path of ["HEAD", "objects/k", "refs/k"]) put(`brew/repo/.git/${path}`);
    put("brew/lib/k");
    put("brew/bin/tool", "#!/bin/sh\necho found\n");
    chmodSync(at("brew/bin/tool"), 0o755);
    const path = { searchPath: `${at("brew/bin")}:/usr/bin:/bin` };
    expect(
      await job(`echo "gitdir: ${at("brew/repo/.git")}" >.git; ${at("brew/bin/tool")}`, path),
    ).toMatchObject({ out: "found" });
    expect(await job(at("brew/bin/tool"), path)).toMatchObject({ out: "found" });
  });
});

describe.skipIf(!isolates(here))("a repository", () => {
  test.each(["logs", "config", "credentials"])(
    "blanks nothing by a link `%s` in what looks like git's folder",
    async (name) => {
      const { at, put, job } = world();
      put("work/src/a", "code");
      for (const path of ["HEAD", "objects/k", "refs/k"]) put(`work/x/${path}`);
      symlinkSync(name === "logs" ? "../src" : "../src/a", at(`work/x/${name}`));
      expect(await job("cat src/a")).toEqual({ tier: here, out: "code" });
    },
  );

  test("with many others in it shows of git those of the first, hides the rest, and still starts", async () => {
    const { put, job } = world();
    for (let index = 0; index < 100; index++) {
      for (const path of ["HEAD", "config", "objects/k", "refs/k"])
        put(`work/p${index}/.git/${path}`, "canary");
    }
    const { tier, out } = await job(
      "for it in p*/.git; do ls $it | wc -l; done | sort | uniq -c | wc -l; cat */.git/config",
    );
    expect({ tier, out }).toEqual({ tier: here, out: expect.stringMatching(/^2/) });
  });

  test("of which a dependency is a clone hides its credentials, also below a scope", async () => {
    const { put, job } = world();
    for (const name of ["node_modules/a", "sub/node_modules/@acme/b"]) {
      put(`work/${name}/.git/HEAD`);
      put(`work/${name}/.git/config`, "[http]\n\textraheader = canary\n");
    }
    const { out } = await job(
      "cat node_modules/a/.git/config sub/node_modules/@acme/b/.git/config; echo end",
    );
    expect(out).not.toContain("canary");
    expect(out).toMatch(/end$/);
  });

  test("below a folder whose name is no UTF-8 is refused, and such a folder alone is not", async () => {
    const { at, job } = world();
    const odd = Buffer.concat([Buffer.from(at("work/odd-")), Buffer.from([0xff])]);
    mkdirSync(odd);
    expect(await job("echo started")).toMatchObject({ out: "started" });
    mkdirSync(Buffer.concat([odd, Buffer.from("/deep/.git")]), { recursive: true });
    await expect(job("echo started")).rejects.toMatchObject({
      code: "SANDBOX_FAILED",
      message: expect.stringContaining("no UTF-8"),
    });
  });

  test.each([
    ["a deep one", (index: number) => (index === 0 ? `work/${"d/".repeat(600)}.git/HEAD` : undefined)],
    ["many deep ones", (index: number) => `work/a${index}/b/c/d/e/f/g/h/i/j/.git/HEAD`],
  ])("with %s in it gets one error, and no process that nobody could wait for", async (_, path) => {
    const { put, job } = world();
    for (let index = 0; index < 300; index++) {
      const file = path(index);
      if (file !== undefined) put(file);
    }
    await expect(job("echo started")).rejects.toMatchObject({
      code: "SANDBOX_FAILED",
      message: expect.stringContaining("too deep"),
    });
  });

  test("with too many others in it gets one error, and no process", async () => {
    const { put, job } = world();
    for (let index = 0; index < 401; index++) put(`work/p${index}/.git/HEAD`);
    await expect(job("echo started")).rejects.toMatchObject({
      code: "SANDBOX_FAILED",
      message: expect.stringContaining("401 repositories"),
    });
  });
});

describe.skipIf(!isolates(here))("in the temporary folder", () => {
  test("what is somebody else's stays, whatever its name", async () => {
    const { at, put, job } = world();
    const names = ["es-backup", "es-sandbox-backup", "es-sandbox-AbCdEf"];
    for (const name of names) put(`temporary/${name}/file`);
    put("temporary/es-sandbox-plain");
    for (const name of [...names, "es-sandbox-plain"]) utimesSync(at(`temporary/${name}`), 0, 0);
    await job("true");
    expect(await readdir(at("temporary"))).toEqual([
      "es-backup",
      "es-sandbox-AbCdEf",
      "es-sandbox-backup",
      "es-sandbox-plain",
    ]);
  });

  test("a lifeline that is about to be held is left for a minute, and then is nobody's", async () => {
    const { at, job } = world();
    mkdirSync(at("temporary/es-sandbox-AbCdEf"));
    execFileSync("mkfifo", [at("temporary/es-sandbox-AbCdEf/lifeline.new")]);
    await job("true");
    expect(await readdir(at("temporary"))).toEqual(["es-sandbox-AbCdEf"]);
    utimesSync(at("temporary/es-sandbox-AbCdEf"), 0, 0);
    await job("true");
    expect(await readdir(at("temporary"))).toEqual([]);
  });

  test("a lifeline that was held and is no longer is removed with its folder at once", async () => {
    const { at, job } = world();
    mkdirSync(at("temporary/es-sandbox-AbCdEf"));
    execFileSync("mkfifo", [at("temporary/es-sandbox-AbCdEf/lifeline")]);
    await job("true");
    expect(await readdir(at("temporary"))).toEqual([]);
  });

  test("runners that start a few moments apart all get their sandbox", async () => {
    const { job } = world();
    const jobs = Array.from({ length: 12 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 3));
      return (await job("true")).tier;
    });
    expect(new Set(await Promise.all(jobs))).toEqual(new Set([here]));
  });

  test("an empty folder of a sandbox that never came to be is removed", async () => {
    const { at, job } = world();
    mkdirSync(at("temporary/es-sandbox-AbCdEf"));
    utimesSync(at("temporary/es-sandbox-AbCdEf"), 0, 0);
    await job("true");
    expect(await readdir(at("temporary"))).toEqual([]);
  });
});
