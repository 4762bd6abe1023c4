import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../src/hosts/cli.ts";
import { neverStopped } from "../run/fake-ports.ts";

const validate = async (files: Readonly<Record<string, string>>, ...args: readonly string[]) => {
  const cwd = mkdtempSync(join(tmpdir(), "expert-stack-workflows-"));
  const said = { out: "", err: "" };
  try {
    mkdirSync(join(cwd, ".github", "workflows"), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const exitCode = await runCli(["validate", ...args], {
      ...{ environment: {}, hide: () => {}, cwd, stop: neverStopped },
      ...{ stdoutIsTerminal: false, stderrIsTerminal: false, columns: 80 },
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
    });
    return { exitCode, ...said };
  } finally {
    rmSync(cwd, { recursive: true });
  }
};

const workflow = (permissions: string): string => `on: push
permissions:
  ${permissions}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: expert-stack/expert-stack@v1
        with:
          expert: tour
`;

test("the workflows of the repository are checked, and what is wrong names file, line and remedy", async () => {
  const ran = await validate(
    {
      ".github/workflows/bad.yml": workflow("contents: write"),
      ".github/workflows/fine.yaml": workflow("contents: read"),
      ".github/workflows/other.yml": "on: push\njobs: {}\n",
    },
    "--workflows",
  );
  expect(ran).toEqual({
    exitCode: 2,
    err: "",
    out:
      ".github/workflows/bad.yml:3:3: error: permissions.contents: the job's token may write contents, which nothing that" +
      " this step publishes needs; expected what `safe-outputs` needs. Write `contents: read`, or leave it out." +
      " (permissions-wide)\n3 workflows, 2 jobs with an Expert.\n",
  });
});

test("a file that is named is checked alone, and a warning is no failure", async () => {
  const ran = await validate({ "x.yml": workflow("issues: write") }, "--workflows", "x.yml");
  expect(ran.exitCode).toBe(0);
  expect(ran.out).toContain("x.yml:2:1: warning: permissions: `contents: read` is not among");
});

test.each([
  [["--workflows", "y.yml"], "There is no y.yml in"],
  [["a.toml", "b.toml"], "say `--workflows` where they are workflows"],
])("%j is refused", async (args, says) => {
  const ran = await validate({}, ...args);
  expect([ran.exitCode, ran.out]).toEqual([2, ""]);
  expect(ran.err).toContain(says);
});
