import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDataArgument } from "../../src/registry/data-argument.ts";
import { sha256 } from "../../src/registry/index-path.ts";
import {
  readKeptDefinition,
  readNewDefinition,
  readPublishedDefinition,
} from "../../src/registry/published-definition.ts";
import { errorOf } from "../helpers/code-of.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const head = '[experts."@acme/x"]\nversion = "1.2.3"\ninstruction = "Look."\n';
const skill = (lines: string): string => `${head}[experts."@acme/x".skills.s]\n${lines}\n`;
const npx = (lines: string): string => skill(`type = "mcpStdioSkill"\ncommand = "npx"\n${lines}`);

const read = (content: string | Uint8Array, version: string | undefined = "1.2.3") =>
  readPublishedDefinition(typeof content === "string" ? bytesOf(content) : content, {
    file: "x.toml",
    name: "@acme/x",
    ...(version === undefined ? {} : { version }),
  });

/** Code and place of what it is refused for. */
const refusal = (content: string | Uint8Array): string | undefined => {
  const error = errorOf(() => read(content));
  const place = /^x\.toml:(\d+:\d+): /.exec(error?.message ?? "")?.[1];
  return error === undefined ? undefined : `${error.code} ${place}`;
};

const full = `
[experts."@acme/x"]
version = "1.2.3"
minRuntimeVersion = "0.3.0"
instruction = "Look."
delegates = ["@acme/y@1.2", "@acme/z"]

[experts."@acme/x".skills."@perstack/base"]
type = "mcpStdioSkill"
command = "npx"
packageName = "@perstack/base"
requiredEnv = ["GH_TOKEN"]

[experts."@acme/x".skills.search]
type = "mcpStdioSkill"
command = "npx"
packageName = "@acme/search-mcp@4.5.6"
args = ["--read-only", "--toolsets=issues,pulls", "--limit", "20", "stdio"]
requiredEnv = ["SEARCH_KEY", "GH_TOKEN"]
allowedDomains = ["api.example.com"]

[experts."@acme/x".skills.clock]
type = "mcpStdioSkill"
command = "uvx"
args = ["mcp-clock==2026.1"]

[experts."@acme/x".skills.docs]
type = "mcpSseSkill"
endpoint = "https://mcp.example.com/mcp"

[experts."@acme/x".skills.ask]
type = "interactiveSkill"
[experts."@acme/x".skills.ask.tools.askUser]
inputJsonSchema = '{"type":"object"}'
`;

describe("a definition that may be published", () => {
  test("gives the facts that its index line tells", () => {
    const { facts, expert } = read(full);
    expect(facts).toEqual({
      name: "@acme/x",
      version: "1.2.3",
      sha256: sha256(full),
      size: full.length,
      delegates: [
        ["@acme/y", "1.2"],
        ["@acme/z", ""],
      ],
      skills: [
        ["uvx", "mcp-clock", "2026.1"],
        ["npx", "@acme/search-mcp", "4.5.6"],
      ],
      endpoints: ["https://mcp.example.com/mcp"],
      requiredEnv: ["GH_TOKEN", "SEARCH_KEY"],
      allowedDomains: ["api.example.com"],
      minRuntimeVersion: "0.3.0",
    });
    expect(expert.instruction).toBe("Look.");
  });

  test("may end its lines with CRLF, use emoji, and fill 64 KiB", () => {
    expect(refusal(head.replaceAll("\n", "\r\n"))).toBeUndefined();
    expect(refusal(`${head}description = "👩‍💻 ❤️ ü"\n`)).toBeUndefined();
    expect(refusal(head + "#".repeat(65_536 - head.length))).toBeUndefined();
  });

  test("is read without a name and a version where they are not known yet", () =>
    expect(readPublishedDefinition(bytesOf(head), { file: "x.toml" }).facts).toMatchObject({
      name: "@acme/x",
      version: "1.2.3",
    }));
});

describe("a definition is refused", () => {
  test.each<[string, string | Uint8Array, string]>([
    ["with more than 64 KiB", head + "#".repeat(65_537 - head.length), "DEFINITION_TOO_LARGE undefined"],
    ["with a byte order mark", `\uFEFF${head}`, "NOT_UTF8 1:1"],
    [
      "with bytes that are not UTF-8",
      Buffer.concat([bytesOf(`${head}# ü`), Buffer.of(0xff)]),
      "NOT_UTF8 4:4",
    ],
    ["with UTF-16", Buffer.from(head, "utf16le"), "DEFINITION_INVALID 1:2"],
    ["with a mark of writing direction", `${head}# a\u202eb\n`, "DEFINITION_INVALID 4:4"],
    ["with a character of no width", `${head}# a\u200bb\n`, "DEFINITION_INVALID 4:4"],
    ["with a line break that not everybody sees", `${head}# a\u2028b\n`, "DEFINITION_INVALID 4:4"],
    ["with an escape that becomes invisible", `${head}description = "\\u202e"\n`, "DEFINITION_INVALID 4:15"],
    ["with an invisible key", `${head}[experts."@acme/x".skills."s\\u200b"]\n`, "DEFINITION_INVALID 4:1"],
    ["with a key twice", `${head}version = "1.2.3"\n`, "DUPLICATE_KEY 4:1"],
    ["with a table twice", `${head}${head}`, "DUPLICATE_KEY 4:2"],
    ["with what is no TOML", `${head}what\n`, "DEFINITION_INVALID 4:5"],
    ["without an Expert", 'model = "m"\n', "DEFINITION_INVALID 1:1"],
    ["with two Experts", `${head}[experts.other]\ninstruction = "x"\n`, "DEFINITION_INVALID 4:10"],
    ["with another's name", head.replace("@acme/x", "@acme/y"), "DEFINITION_INVALID 1:10"],
    ["without a version", head.replace(/version.*\n/, ""), "DEFINITION_INVALID 1:1"],
    ["with another version", head.replace("1.2.3", "1.2.4"), "DEFINITION_INVALID 2:11"],
    ["with a delegate of its own file's kind", `${head}delegates = ["y"]\n`, "DEFINITION_INVALID 4:14"],
    ["with itself as a delegate", `${head}delegates = ["@acme/x"]\n`, "DEFINITION_INVALID 4:14"],
    ["with a provider", `provider = { providerName = "ollama" }\n${head}`, "DEFINITION_INVALID 1:1"],
    ["with an envPath", `envPath = [".env"]\n${head}`, "DEFINITION_INVALID 1:1"],
    ["with a base skill's command", `perstackBaseSkillCommand = ["sh"]\n${head}`, "DEFINITION_INVALID 1:1"],
    ["with registries", `${head}[registries]\ndefault = "github:a/b"\n`, "DEFINITION_INVALID 4:2"],
    ["without an instruction", head.replace(/instruction.*\n/, ""), "DEFINITION_INVALID 1:1"],
    ["with a name of __proto__", `${head}[experts."@acme/x".skills.__proto__]\n`, "DEFINITION_INVALID 4:27"],
  ])("%s", (_, content, expected) => expect(refusal(content)).toBe(expected));

  test("with a version that has build metadata, also where none is asked for", () =>
    expect(
      errorOf(() => readPublishedDefinition(bytesOf(head.replace("1.2.3", "1.2.3+a")), { file: "x.toml" }))
        ?.code,
    ).toBe("DEFINITION_INVALID"));

  test("with a name that no registry takes", () =>
    expect(
      errorOf(() =>
        readPublishedDefinition(bytesOf(head.replace("@acme/x", "@acme/con")), { file: "x.toml" }),
      )?.code,
    ).toBe("NAME_INVALID"));
});

describe("a skill is refused", () => {
  test.each([
    ["that starts a program", skill('type = "mcpStdioSkill"\ncommand = "node"\nargs = ["s.js"]')],
    ["that starts a shell", skill('type = "mcpStdioSkill"\ncommand = "sh"')],
    ["of bunx", skill('type = "mcpStdioSkill"\ncommand = "bunx"\npackageName = "p@1.2.3"')],
    ["without a version", npx('packageName = "p"')],
    ["with a range", npx('packageName = "p@^1.2.3"')],
    ["with a tag", npx('packageName = "p@latest"')],
    ["of a repository", npx('packageName = "github:a/b"')],
    ["of a git address", npx('packageName = "git+https://example.com/a.git"')],
    ["of a file", npx('packageName = "./p"')],
    ["of an archive", npx('packageName = "https://example.com/p.tgz"')],
    ["of an alias", npx('packageName = "p@npm:q@1.2.3"')],
    ["of an option", npx('packageName = "--prefix@1.2.3"')],
    ["of an option in args", npx('args = ["--registry=https://example.com", "p@1.2.3"]')],
    ["with a program of another name", npx('args = ["--package", "p@1.2.3", "sh"]')],
    ["with a Python wildcard", skill('type = "mcpStdioSkill"\ncommand = "uvx"\nargs = ["p==1.*"]')],
    ["with a Python local version", skill('type = "mcpStdioSkill"\ncommand = "uvx"\nargs = ["p==1.0+x"]')],
    ["with an argument that loads code", npx('packageName = "p@1.2.3"\nargs = ["--require=x"]')],
    ["with a path", npx('packageName = "p@1.2.3"\nargs = ["../x"]')],
    ["whose package runs what it is told", npx('packageName = "pnpm@9.0.0"\nargs = ["dlx", "evil"]')],
    ["with the model's key", npx('packageName = "p@1.2.3"\nrequiredEnv = ["A", "ANTHROPIC_API_KEY"]')],
    [
      "with a registry's token",
      npx('packageName = "p@1.2.3"\nrequiredEnv = ["EXPERT_STACK_TOKEN_GITHUB_COM"]'),
    ],
    ["with an input of the step's", npx('packageName = "p@1.2.3"\nrequiredEnv = ["INPUT_GITHUB-TOKEN"]')],
    ["with the runner's credential", npx('packageName = "p@1.2.3"\nrequiredEnv = ["ACTIONS_RUNTIME_TOKEN"]')],
    [
      "with a cloud's key for the base skill",
      npx('packageName = "@perstack/base"\nrequiredEnv = ["AWS_SECRET_ACCESS_KEY"]'),
    ],
    [
      "whose package runs what it is told, written as PyPI takes it, too",
      skill('type = "mcpStdioSkill"\ncommand = "uvx"\nargs = ["MCP_.Proxy==1.0.0", "evil"]'),
    ],
    ["with arguments of the base skill", npx('packageName = "@perstack/base"\nargs = ["./x"]')],
  ])("%s", (_, content) => expect(refusal(content)).toMatch(/^SKILL_NOT_ALLOWED \d+:\d+$/));

  test("at the argument that it is refused for, with what would be allowed", () => {
    const error = errorOf(() => read(npx('packageName = "p@1.2.3"\nargs = ["--limit", "20", "server.py"]')));
    expect(error?.message).toBe(
      'x.toml:8:26: error: experts."@acme/x".skills.s.args[2]: the argument "server.py" of p may be more than data; ' +
        "expected words, numbers, and options such as --read-only or --toolsets=issues: nothing that loads code, " +
        "and no file, path, address or other package. " +
        "Take it out; what the skill needs beyond it comes from the environment, by requiredEnv.",
    );
  });

  test("at a server of plain http, of this machine, or with a password", () => {
    for (const endpoint of ["http://a.example.com", "https://127.0.0.1/", "https://u:p@a.example.com/"]) {
      expect(refusal(skill(`type = "mcpSseSkill"\nendpoint = "${endpoint}"`))).toBe(
        "DEFINITION_INVALID 6:12",
      );
    }
  });
});

test.each([
  ["a table that is misspelt", `${head}[experts."@acme/x".skill.s]\ntype = "x"\n`, /^x\.toml:4:\d+: .*skill/],
  ["a key that is misspelt", `${head}instrution = "y"\n`, /^x\.toml:4:1: .*instrution/],
  ["a key of another runtime", `${head}[experts."@acme/x".other]\na = 1\n`, /^x\.toml:4:/],
])("%s is warned of in a manifest, and refused where it would be published", (_, text, message) => {
  expect(refusal(text)).toBeUndefined();
  const error = errorOf(() => readNewDefinition(bytesOf(text), { file: "x.toml", name: "@acme/x" }));
  expect([error?.code, error?.message]).toEqual(["DEFINITION_INVALID", expect.stringMatching(message)]);
});

test.each([
  ["a delegate that is named twice", 'delegates = ["@acme/y", "@acme/y"]\n'],
  [
    "the base skill with a version",
    '[experts."@acme/x".skills."@perstack/base"]\ntype = "mcpStdioSkill"\ncommand = "npx"\npackageName = "@perstack/base@0.0.34"\n',
  ],
])("%s is warned of, and can be published", (_, more) => {
  expect(readNewDefinition(bytesOf(head + more), { file: "x.toml" }).facts.name).toBe("@acme/x");
});

test.each(["@acme/y@^1", "github:o/r//p.toml@v1", "", "@Acme/Y"])(
  "%j is no delegate, and no name to publish is made of it",
  (delegate) => {
    const error = errorOf(() => read(`${head}delegates = [${JSON.stringify(delegate)}]\n`));
    expect([error?.code, error?.message]).toEqual([
      "DEFINITION_INVALID",
      expect.not.stringContaining("whoever uses this one"),
    ]);
  },
);

test("a delegate of one's own is refused with the name that it would be published by", () => {
  const text = `${head}`.concat('delegates = ["@acme/y@1", "labeller"]\n');
  const error = errorOf(() => readNewDefinition(bytesOf(text), { file: "x.toml", name: "@acme/x" }));
  expect([error?.code, error?.message]).toEqual([
    "DEFINITION_INVALID",
    expect.stringMatching(
      /^x\.toml:4:27: .*"labeller" is no Expert of a registry.*write "@acme\/labeller@1"\./s,
    ),
  ]);
});

test("a name that cannot be published is refused by line and column, with one that can", () => {
  const error = errorOf(() => read(head.replace("@acme/x", "triage")));
  expect([error?.code, error?.message]).toEqual([
    "NAME_INVALID",
    expect.stringMatching(
      /^x\.toml:1:10: .*"triage" cannot be published: it is not @scope\/name.*\[experts\."@scope\/triage"\]/s,
    ),
  ]);
});

test("what was published before is read with skills that are no longer taken, and with nothing else that is not", () => {
  const readOld = (text: string) => readKeptDefinition(bytesOf(text), { file: "x.toml", name: "@acme/x" });
  const program = skill('type = "mcpStdioSkill"\ncommand = "node"');
  expect(refusal(program)).toMatch(/^SKILL_NOT_ALLOWED /);
  expect(readOld(program).expert.skills).toHaveProperty("s");
  expect(errorOf(() => readOld(`[provider]\nproviderName = "ollama"\n${head}`))?.code).toBe(
    "DEFINITION_INVALID",
  );
  expect(errorOf(() => readOld(`${head}# \u202e\n`))?.code).toBe("DEFINITION_INVALID");
});

describe("an argument is data", () => {
  test.each([
    "stdio",
    "20",
    "0.5",
    "issues,pulls",
    "--read-only",
    "--limit=20",
    "--log-level=warn",
    "--transcript",
    ...["--no-color", "--per-page=20", "--top-p=0.5", "--max-tokens=20"],
  ])("%s", (text) => expect(isDataArgument(text)).toBe(true));

  test.each([
    ...["-e", "-y", "-", "--", "", "a b", "a;b", "$(id)", "`id`", "a|b", "*", "~", "%TEMP%", "a\nb"],
    ...[
      "./a",
      "/a",
      "a/b",
      "..",
      "C:x",
      "a\\b",
      "a.js",
      "a.py",
      ".env",
      "1.a",
      "@a/b",
      "a@1",
      "npm:a",
      "A=b",
    ],
    ...["http://x", "file:x", "git+ssh:x", "--eval=1", "--require", "--import=a", "--config", "--env-file=a"],
    ...[
      "--configfile=a",
      "--userconfig",
      "--env-files=a",
      "--envfile=a",
      "--rootdir=a",
      "--baseurl=2130706433",
    ],
    ...["--conf=a", "--c=a", "--e=a", "--pre", "--user-conf=a", "--inst"],
    ...["--plugindir=a", "--jsonpath=a", "--source=a", "--initscript=a", "--socket=a"],
    ...["--plugin=a", "--allow-scripts-run", "--with=a", "--from", "--UPPER", "--a=./b", "--a=b=c", "--a b"],
  ])("%j is none", (text) => expect(isDataArgument(text)).toBe(false));

  test("only without anything that a shell, a path, an address or a package is made of", () => {
    const text = fc.string({ unit: fc.constantFrom(..."-=abc1.,/\\:@ $;|&'\"`~+%*\n"), maxLength: 12 });
    fc.assert(
      fc.property(text, (argument) => !isDataArgument(argument) || !/[/\\:@\s$;|&'"`~+%*]/.test(argument)),
    );
  });
});

test("no bytes bring it to fall: it is read, or refused by one of its codes", () => {
  const piece = fc.constantFrom(...full.split(/(?<=[\n=".])/), "\u202e", '"', "[", "\\u0000", "]]", "{");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      errorOf(() => read(pieces.join("")));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => errorOf(() => read(bytes)) !== undefined),
  );
});
