import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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

test("a workflow that is taken for a manifest is told from one", async () => {
  const { exitCode, err } = await validate({ "x.yml": workflow("contents: read") }, "x.yml");
  expect([exitCode, err]).toEqual([2, expect.stringContaining("`expert-stack validate --workflows <file>`")]);
});

const stepWith = (...lines: readonly string[]): string =>
  `${workflow("contents: read")}${lines.map((line) => `          ${line}\n`).join("")}`;

describe("given what a step's `with:` says", () => {
  test.each([
    ["a misspelt input", ["safe-output: none"], "11:11: error: ", "Did you mean `safe-outputs`?"],
    ["a line of safe-outputs", ["safe-outputs: label allow=x"], "11:11: error: ", "did you mean `labels`"],
    ["a value that is none", ["on-skip: fail", "sandbox: on"], "12:11: error: ", "auto or required or off"],
    ["anybody without a number", ["permission: none"], "11:11: error: ", "`max-jobs-per-actor: 5`"],
    ["what is not available", ["replay: x"], "11:11: error: ", "Leave it out."],
    ["a plan without its mode", ["plan: x.json"], "11:11: error: ", "or set `mode: publish`."],
  ])("%s is an error with its line", async (_, lines, place, remedy) => {
    const { exitCode, out } = await validate({ "x.yml": stepWith(...lines) }, "--workflows", "x.yml");
    expect(exitCode).toBe(2);
    expect(out.split("\n")[0]).toContain(`x.yml:${place}`);
    expect(out.split("\n")[0]).toContain(remedy);
    expect(out.split("\n")[0]).toContain("(wrong-input)");
    expect(out.split("\n")).toHaveLength(3);
  });

  test("every wrong input is told, and one with an expression is not known yet", async () => {
    const text = stepWith("permission: none", "comment: none", `max-jobs-per-actor: \${{ vars.DAILY }}`);
    const { out } = await validate({ "x.yml": text }, "--workflows", "x.yml");
    expect(out).toMatch(/^x\.yml:12:11: error: [^\n]*\n1 workflow, 1 job with an Expert\.\n$/);
    const both = await validate(
      { "x.yml": stepWith("permission: writer", "artifact: all") },
      "--workflows",
      "x.yml",
    );
    expect(both.out).toContain("x.yml:11:11: error: ");
    expect(both.out).toContain("x.yml:12:11: error: ");
  });

  test("every input of action.yml is known", async () => {
    const action = readFileSync(join(import.meta.dirname, "../../action.yml"), "utf8");
    const [, inputs = ""] = /^inputs:\n([\s\S]*?)^outputs:/m.exec(action) ?? [];
    const names = [...inputs.matchAll(/^ {2}([a-z-]+):$/gm)].map(([, name]) => name);
    expect(names).toContain("github-token");
    const lines = names.filter((name) => name !== "expert").map((name) => `${name}: ""`);
    const { exitCode, out } = await validate({ "x.yml": stepWith(...lines) }, "--workflows", "x.yml");
    expect([exitCode, out]).toEqual([0, "1 workflow, 1 job with an Expert.\n"]);
  });
});

test("a workflow that only events start which nobody answers is warned of", async () => {
  const discussion = workflow("contents: read").replace("on: push", "on: discussion");
  const { exitCode, out } = await validate({ "x.yml": discussion }, "--workflows", "x.yml");
  expect(exitCode).toBe(0);
  expect(out).toContain("x.yml:1:1: warning: on: Experts do not answer `discussion`");
  const also = discussion
    .replace("discussion", "[discussion, issues]")
    .replace("read", "read\n  issues: write");
  expect((await validate({ "x.yml": also }, "--workflows", "x.yml")).out).toBe(
    "1 workflow, 1 job with an Expert.\n",
  );
  const called = discussion.replace("discussion", "workflow_call");
  expect((await validate({ "x.yml": called }, "--workflows", "x.yml")).out).not.toContain("warning");
});
