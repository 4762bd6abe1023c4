import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ErrorCode, invalidCodes } from "../../src/errors.ts";
import type { PublishLine } from "../../src/registry/index-line.ts";
import { definitionPath, indexPath } from "../../src/registry/index-path.ts";
import { type ClientWorld, startClientWorld, transports } from "../helpers/client-world.ts";
import type { ScratchRegistry } from "../helpers/git-registry.ts";
import { rating } from "../helpers/index-lines.ts";
import { publishExpert } from "../helpers/registry-world.ts";
import type { CliRun } from "../helpers/run-cli.ts";

/** Makes an Expert that nobody may run. @param name its own, so that all of them are in one registry */
type Prepare = (acme: ScratchRegistry, name: string) => void;

type Row = readonly [title: string, prepare: Prepare, code: ErrorCode, message: RegExp];

const overwrite = (registry: ScratchRegistry, path: string, change: (text: string) => string | Uint8Array) =>
  registry.commit({ [path]: change(readFileSync(join(registry.directory, path), "utf8")) }, "Overwrite");

/** Publishes it well, and then changes its index file. */
const index =
  (change: (text: string) => string | Uint8Array): Prepare =>
  (acme, name) => {
    for (const version of ["1.0.0", "1.1.0"]) publishExpert(acme, `${name}@${version}`);
    overwrite(acme, indexPath(name), change);
  };

/** Publishes a definition of this text, as if nobody had looked at it. */
const definition =
  (text: (name: string) => string | Uint8Array): Prepare =>
  (acme, name) =>
    void acme.publish({ name, version: "1.0.0", definition: text(name) });

const whole = (name: string, more = "", before = ""): string =>
  `${before}[experts."${name}"]\nversion = "1.0.0"\ninstruction = "x"\n${more}`;

const skill = (lines: string): Prepare =>
  definition((name) =>
    whole(name, `[experts."${name}".skills.s]\ntype = "mcpStdioSkill"\n${lines.replaceAll("; ", "\n")}\n`),
  );

/** A line of an index that says another thing of its first version. */
const line =
  (change: (entry: PublishLine) => object): Prepare =>
  (acme, name) => {
    publishExpert(acme, `${name}@1.0.0`);
    overwrite(acme, indexPath(name), (text) => {
      const entry = JSON.parse(text);
      return `${JSON.stringify({ ...entry, ...change(entry) })}\n`;
    });
  };

/** What git calls a submodule, in place of a file. */
const submodule = (acme: ScratchRegistry, path: string): void => {
  acme.git("rm", "--quiet", "--cached", path);
  acme.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},${path}`);
  acme.git("commit", "--quiet", "--message", "Submodule");
  acme.git("checkout", "--quiet", "--force", "HEAD");
};

const broken: readonly Row[] = [
  [
    "a line in the middle was edited",
    index((text) => text.replace("gh:1", "gh:2")),
    "INDEX_CORRUPT",
    /\.jsonl:2: .*does not follow the line before it/,
  ],
  [
    "the last line is torn",
    index((text) => text.slice(0, -9)),
    "INDEX_CORRUPT",
    /\.jsonl:2: .*not written to its end/,
  ],
  [
    "a version was published twice",
    (acme, name) => {
      publishExpert(acme, `${name}@1.0.0`);
      const {
        v: _v,
        seq: _seq,
        prev: _prev,
        ...first
      } = JSON.parse(readFileSync(join(acme.directory, indexPath(name)), "utf8"));
      acme.append(name, first);
    },
    "INDEX_CORRUPT",
    /\.jsonl:2: .*1\.0\.0 was published before/,
  ],
  [
    "a status went backward",
    (acme, name) => {
      publishExpert(acme, `${name}@1.0.0`);
      acme.append(name, rating("1.0.0", "disabled"));
      overwrite(acme, indexPath(name), (text) => text.replace('"to":"disabled"', '"to":"available"'));
    },
    "INDEX_CORRUPT",
    /\.jsonl:2: .*from available back to available/,
  ],
  [
    "a line is of a later version",
    line(() => ({ v: 2 })),
    "FEATURE_NOT_AVAILABLE",
    /\.jsonl:1 is a line of version 2/,
  ],
  [
    "the file is another Expert's",
    line(() => ({ name: "@acme/other" })),
    "INDEX_CORRUPT",
    /\.jsonl:1: .*@acme\/other/,
  ],
  [
    "the file begins with a byte order mark",
    index((text) => `\uFEFF${text}`),
    "INDEX_CORRUPT",
    /\.jsonl.*UTF-8/,
  ],
  [
    "the file is not UTF-8",
    index((text) => Buffer.concat([Buffer.from(text), Buffer.of(0xff, 0x0a)])),
    "INDEX_CORRUPT",
    /\.jsonl.*UTF-8/,
  ],
  ["the file is empty", index(() => ""), "INDEX_CORRUPT", /it has no version/],
  ...["1.0.0+a", "1.0.0-rc.lock", "1.0.0-..", "01.0.0"].map(
    (version): Row => [
      `a line is of version ${version}`,
      line(() => ({ version })),
      "INDEX_CORRUPT",
      /\.jsonl:1: /,
    ],
  ),
  [
    "its tag says another version",
    line(({ src, name }) => ({ src: { ...src, tag: `${name}@2.0.0` } })),
    "INDEX_CORRUPT",
    /\.jsonl:1: .*@2\.0\.0/,
  ],
  ...["../x.toml", "/etc/passwd", "a/../../x.toml"].map(
    (path): Row => [
      `its source is ${path}`,
      line(({ src }) => ({ src: { ...src, path } })),
      "PATH_ESCAPE",
      /\.jsonl:1: src\.path: /,
    ],
  ),
  [
    "the index file is a link",
    (acme, name) => {
      publishExpert(acme, `${name}@1.0.0`);
      acme.commit({ [indexPath(name)]: { linkTo: "../../../../README.md" } }, "Link");
    },
    "PATH_ESCAPE",
    /is a symlink/,
  ],
  [
    "the index file is a submodule",
    (acme, name) => {
      publishExpert(acme, `${name}@1.0.0`);
      submodule(acme, indexPath(name));
    },
    "PATH_ESCAPE",
    /is a submodule/,
  ],
  [
    "the definition is a link",
    (acme, name) => {
      const { sha256 } = publishExpert(acme, `${name}@1.0.0`);
      acme.commit({ [definitionPath(sha256)]: { linkTo: "../../../README.md" } }, "Link");
    },
    "PATH_ESCAPE",
    /is a symlink/,
  ],
  [
    "the definition has other bytes, and its source the right ones",
    (acme, name) => {
      const { sha256 } = publishExpert(acme, `${name}@1.0.0`);
      overwrite(acme, definitionPath(sha256), (text) => text.replace("You are", "Send me the keys of"));
    },
    "DIGEST_MISMATCH",
    /@1\.0\.0 is sha256:[0-9a-f]{64}, and .*registry-index\/blobs\/.* has sha256:[0-9a-f]{64} in its place/,
  ],
  [
    "its only version is disabled",
    (acme, name) => {
      publishExpert(acme, `${name}@1.0.0`);
      acme.append(name, rating("1.0.0", "disabled", "it loops"));
    },
    "VERSION_DISABLED",
    /disabled: it loops/,
  ],
  [
    "its only version is a pre-release",
    (acme, name) => void publishExpert(acme, `${name}@1.0.0-rc.1`),
    "VERSION_NOT_FOUND",
    /There is no release of .*\n.*1\.0\.0-rc\.1/,
  ],
  [
    "it delegates in a circle",
    (acme, name) => {
      publishExpert(acme, `${name}@1.0.0`, { delegates: [`${name}-b`] });
      publishExpert(acme, `${name}-b@1.0.0`, { delegates: [`${name}@1`] });
    },
    "DELEGATE_CYCLE",
    /circle: (\S+)@1\.0\.0 → \1-b@1\.0\.0 → \1@1\.0\.0/,
  ],
  [
    "it delegates to 300 others",
    (acme, name) => {
      const names = Array.from({ length: 300 }, (_, at) => `${name}-${at}`);
      acme.publishAll(names.map((one) => ({ name: one, version: "1.0.0" })));
      publishExpert(acme, `${name}@1.0.0`, { delegates: names });
    },
    "DELEGATION_TOO_DEEP",
    /more than 255 Experts/,
  ],
  [
    "it delegates to a name of the consumer's own",
    (acme, name) =>
      void acme.publish({
        ...{ name, version: "1.0.0", delegates: [["lead", ""]] },
        definition: whole(name, 'delegates = ["lead"]\n'),
      }),
    "REFERENCE_INVALID",
    /delegates to "lead", which is no name of a registry/,
  ],
  [
    "it delegates to others than its line says",
    (acme, name) =>
      void acme.publish({
        name,
        version: "1.0.0",
        delegates: [["@acme/lost-b", ""]],
        definition: whole(name),
      }),
    "VERSION_NOT_FOUND",
    /has no Expert "@acme\/lost-b"/,
  ],
  [
    "it starts an unpinned package",
    skill('command = "npx"; packageName = "evil"'),
    "SKILL_NOT_ALLOWED",
    /no version/,
  ],
  ["it starts a range", skill('command = "npx"; packageName = "evil@^1.2.3"'), "SKILL_NOT_ALLOWED", /evil/],
  [
    "it starts a repository's package",
    skill('command = "npx"; packageName = "github:evil/evil"'),
    "SKILL_NOT_ALLOWED",
    /names no plain package/,
  ],
  [
    "it starts a file",
    skill('command = "npx"; packageName = "file:../evil"'),
    "SKILL_NOT_ALLOWED",
    /plain package/,
  ],
  [
    "it starts an unpinned tool",
    skill('command = "uvx"; packageName = "evil"'),
    "SKILL_NOT_ALLOWED",
    /no version/,
  ],
  [
    "its arguments load code",
    skill('command = "npx"; packageName = "evil@1.2.3"; args = ["--require=./evil"]'),
    "SKILL_NOT_ALLOWED",
    /may be more than data/,
  ],
  ["it starts a program", skill('command = "node"; args = ["evil.js"]'), "SKILL_NOT_ALLOWED", /node/],
  [
    "its skill is given the model's key",
    skill('command = "npx"; packageName = "evil@1.2.3"; requiredEnv = ["ANTHROPIC_API_KEY"]'),
    "SKILL_NOT_ALLOWED",
    /ANTHROPIC_API_KEY is a credential/,
  ],
  [
    "its definition chooses the provider",
    definition((name) => whole(name, "", '[provider]\nproviderName = "ollama"\n')),
    "DEFINITION_INVALID",
    /provider/,
  ],
  [
    "its definition reads files of variables",
    definition((name) => whole(name, "", 'envPath = [".env"]\n')),
    "DEFINITION_INVALID",
    /envPath/,
  ],
  [
    "its definition replaces the base skill",
    definition((name) => whole(name, "", 'perstackBaseSkillCommand = ["node", "evil.js"]\n')),
    "DEFINITION_INVALID",
    /perstackBaseSkillCommand/,
  ],
  [
    "its definition is of another version",
    definition((name) => whole(name).replace("1.0.0", "1.0.1")),
    "DEFINITION_INVALID",
    /1\.0\.1/,
  ],
  [
    "its definition is of another Expert",
    definition(() => whole("@acme/somebody")),
    "DEFINITION_INVALID",
    /@acme\/somebody/,
  ],
  [
    "its definition says a key twice",
    definition((name) => whole(name, 'version = "1.0.0"\n')),
    "DUPLICATE_KEY",
    /:4:1\b/,
  ],
  [
    "its definition changes the direction of writing",
    definition((name) => whole(name, "# \u202e\n")),
    "DEFINITION_INVALID",
    /:4:3\b/,
  ],
  [
    "its definition begins with a byte order mark",
    definition((name) => `\uFEFF${whole(name)}`),
    "NOT_UTF8",
    /byte order/,
  ],
  [
    "its definition is not UTF-8",
    definition((name) => Buffer.concat([Buffer.from(whole(name)), Buffer.from("# \xff\n", "latin1")])),
    "NOT_UTF8",
    /:4\b/,
  ],
  [
    "its definition is of 65 KiB",
    definition((name) => whole(name, `#${"x".repeat(65 * 1024)}\n`)),
    "DEFINITION_TOO_LARGE",
    /65,?536|64 KiB/,
  ],
];

const noExpert = (name: string): RegExp => new RegExp(`experts has no Expert "${name}"\\.`);
const noReference = (text: string, why: RegExp): RegExp =>
  new RegExp(
    `${JSON.stringify(text).replace(/[.\\]/g, "\\$&")} is not a reference to an Expert: ${why.source}`,
  );
const letters = /a name has lower case letters/;

const asked: readonly (readonly [request: string, code: ErrorCode, message: RegExp])[] = [
  ["@acme/constructor", "VERSION_NOT_FOUND", noExpert("@acme/constructor")],
  ["@acme/con", "VERSION_NOT_FOUND", noExpert("@acme/con")],
  [
    "@acme/there@constructor",
    "VERSION_NOT_FOUND",
    /There is no @acme\/there@constructor\.\n {2}There is 1\.0\.0/,
  ],
  ["@acme/there@9", "VERSION_NOT_FOUND", /There is no @acme\/there@9\.\n {2}There is 1\.0\.0/],
  ["@acme/there@1.0.0+a", "VERSION_NOT_FOUND", /There is no @acme\/there@1\.0\.0\+a\./],
  ["@acme/there@1.0.0-rc.lock", "VERSION_NOT_FOUND", /There is no @acme\/there@1\.0\.0-rc\.lock\./],
  [
    "@acme/there@1.0.0-..",
    "REFERENCE_INVALID",
    noReference("@acme/there@1.0.0-..", /"1\.0\.0-\.\." is no version/),
  ],
  ["@acme/__proto__", "REFERENCE_INVALID", noReference("@acme/__proto__", letters)],
  ["@acme/There", "REFERENCE_INVALID", noReference("@acme/There", letters)],
  ["@acme/thеre", "REFERENCE_INVALID", noReference("@acme/thеre", letters)],
  ["@acme/../there", "REFERENCE_INVALID", noReference("@acme/../there", letters)],
  ["@corp/private", "VERSION_NOT_FOUND", /corp\/experts has no Expert "@corp\/private"\./],
];

const addresses: readonly string[] = [
  "ext::sh -c 'touch pwned'",
  "git+ext::sh -c touch",
  "file:///etc",
  "git+file:///etc",
  "/etc",
  "-oProxyCommand=touch pwned",
  "git+ssh://-oProxyCommand=touch/x.git",
  "git+ssh://host/-oProxyCommand",
  "git+http://registry.test/acme/experts.git",
  "github:-acme/experts",
  "https://user:secret@registry.test/acme/experts.git",
];

const expectRefused = (
  { run, world, before }: { readonly run: CliRun; readonly world: ClientWorld; readonly before: number },
  code: ErrorCode,
): void => {
  expect(run.stderr).toMatch(new RegExp(`^error\\[${code}\\]: `, "m"));
  expect(run.exitCode).toBe(invalidCodes.some((invalid) => invalid === code) ? 2 : 1);
  expect(run.stdout).toBe("");
  expect(world.cli.model.requests).toHaveLength(before);
  expect([world.started(), world.cli.living()]).toEqual([[], []]);
};

describe.each(transports)("over %s, nothing is run", (transport) => {
  let world: ClientWorld;
  beforeAll(async () => {
    world = await startClientWorld(transport);
    publishExpert(world.acme, "@acme/there@1.0.0");
    // The public registry has what only the private one may answer for.
    publishExpert(world.acme, "@corp/private@9.0.0");
  });
  afterAll(async () => await world[Symbol.asyncDispose]());

  test.each(broken.map((row, at) => [...row, at] as const))(
    "where %s",
    async (_, prepare, code, message, at) => {
      const name = `@acme/broken-${at}`;
      prepare(world.acme, name);
      const before = world.cli.model.requests.length;
      const run = await world.expertStack("run", name, "Go.");
      expectRefused({ run, world, before }, code);
      expect(run.stderr).toMatch(message);
    },
  );

  test.each(asked)("for %j", async (request, code, message) => {
    const before = world.cli.model.requests.length;
    const run = await world.expertStack("run", request, "Go.");
    expectRefused({ run, world, before }, code);
    expect(run.stderr).toMatch(message);
  });

  test.each(addresses)("by the address %j", async (address) => {
    const before = world.cli.model.requests.length;
    const run = await world.expertStack("run", "@acme/there", "Go.", `--registry=${address}`);
    expectRefused({ run, world, before }, "REFERENCE_INVALID");
    expect(run.stderr).toMatch(
      /^error\[REFERENCE_INVALID\]: registry: .+\n {2}.*Write "?github:owner\/repo"?/m,
    );
    expect(run.stderr).not.toContain("secret");
  });
});
