import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../src/hosts/cli.ts";
import { neverStopped } from "../run/fake-ports.ts";

const validate = async (manifest: string | Buffer) => {
  const cwd = mkdtempSync(join(tmpdir(), "expert-stack-validate-"));
  const said = { out: "", err: "" };
  try {
    writeFileSync(join(cwd, "perstack.toml"), manifest);
    const exitCode = await runCli(["validate"], {
      environment: {},
      hide: () => {},
      cwd,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
      columns: 80,
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
      stop: neverStopped,
    });
    return { exitCode, ...said };
  } finally {
    rmSync(cwd, { recursive: true });
  }
};

const expert = '[experts.a]\ninstruction = "x"\n';
const skill = (lines: string): string => `${expert}[experts.a.skills.s]\ntype = "mcpStdioSkill"\n${lines}\n`;

test.each([
  ["no Experts", 'model = "m"\n', ["There are no Experts in it."]],
  [
    "a delegate of a registry",
    `${expert}delegates = ["@acme/b"]\n`,
    ['"@acme/b" is no Expert of the manifest, and no registry is said for @acme.'],
  ],
  [
    "provider tools that the provider does not have",
    `${expert}providerTools = ["fileSearch"]\n`,
    ['The provider "anthropic" runs no tool "fileSearch".'],
  ],
  ["an unpinned package", skill('command = "npx"\npackageName = "pkg@^1"'), ["pkg without an exact version"]],
  [
    "what is no plain package",
    skill('command = "npx"\nargs = ["-y", "github:acme/pkg"]'),
    ["`npx -y github:acme/pkg`, which names no plain package"],
  ],
  [
    "the runner's own variables",
    skill('command = "node"\nrequiredEnv = ["GITHUB_ENV", "ACTIONS_RUNTIME_TOKEN", "MINE"]'),
    ["asks for GITHUB_ENV, which only", "asks for ACTIONS_RUNTIME_TOKEN, which only"],
  ],
] as const)("%s: the manifest is valid, and a warning says what `run` would", async (_, manifest, says) => {
  const { exitCode, out, err } = await validate(manifest);
  expect([exitCode, err]).toEqual([0, ""]);
  const lines = out.trimEnd().split("\n");
  expect(lines.pop()).toMatch(/^perstack\.toml: valid, /);
  expect(lines).toEqual(says.map((words) => expect.stringContaining(words)));
  for (const line of lines) expect(line).toMatch(/^warning: /);
});

test("a pinned package and a program warn of nothing", async () => {
  const pinned = await validate(skill('command = "npx"\npackageName = "@acme/pkg@1.2.3"'));
  expect(pinned).toEqual({ exitCode: 0, out: "perstack.toml: valid, 1 Expert.\n", err: "" });
});

test("a file that is not UTF-8 is refused, not read with characters replaced", async () => {
  const { exitCode, err } = await validate(Buffer.from(`${expert}# gr\u00fcn\n`, "latin1"));
  expect(exitCode).toBe(2);
  expect(err).toMatch(/perstack\.toml is not UTF-8 text\.\n {2}Save it as UTF-8\./);
});
