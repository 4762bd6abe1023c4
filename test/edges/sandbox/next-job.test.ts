import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSandbox } from "../../../src/edges/sandbox/open-sandbox.ts";
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
  const job = async (script: string) => {
    const { sandbox } = await openSandbox({
      ...{ mode: "auto", network: "enforced", checkout: at("work"), workspace: at("work"), hidden: [] },
      ...{ home: at("home"), searchPath: process.env.PATH ?? "", temporary: at("temporary") },
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

  test("an empty folder of a sandbox that never came to be is removed", async () => {
    const { at, job } = world();
    mkdirSync(at("temporary/es-sandbox-AbCdEf"));
    utimesSync(at("temporary/es-sandbox-AbCdEf"), 0, 0);
    await job("true");
    expect(await readdir(at("temporary"))).toEqual([]);
  });
});
