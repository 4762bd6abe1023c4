import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Expert } from "../../src/definition/expert.ts";
import { lockedSkills } from "../../src/registry/locked-skills.ts";
import { type LockedExpert, parseLockfile, type ToolDefinition } from "../../src/registry/lockfile.ts";
import { renderLockfile } from "../../src/registry/render-lockfile.ts";

const expert = z.parse(Expert, {
  description: "Reviews.",
  instruction: 'You "review".\nIn two lines.',
  delegates: ["other"],
  skills: {
    search: { type: "mcpStdioSkill", command: "npx", packageName: "search@1.2.3", pick: ["find"] },
    ask: { type: "interactiveSkill", tools: { askUser: { inputJsonSchema: '{"type":"object"}' } } },
  },
});

const tool = (name: string, inputSchema: ToolDefinition["inputSchema"]): ToolDefinition => ({
  skillName: "search",
  name,
  description: `The tool ${name}.`,
  inputSchema,
  readOnly: true,
});

const lockOf = (toolDefinitions: readonly ToolDefinition[]) => ({
  configPath: "perstack.toml",
  references: [],
  experts: [{ key: "reviewer", expert, toolDefinitions }] satisfies readonly LockedExpert[],
  registries: new Map(),
  indexes: new Map(),
  packages: new Map(),
});

const read = (text: string) => parseLockfile({ text, file: "perstack.lock" });

const pinnedHead =
  'version = "1"\nconfigPath = "p"\n[experts."@acme/x@1.0.0"]\ninstruction = "x"\nversion = "1.0.0"\n';

const pinOf = (over: Readonly<Record<string, string>>): string =>
  Object.entries({
    ...{ source: "github.com/acme/x", tag: "v1.0.0", commit: "a".repeat(40), path: "x.toml" },
    ...{ blob: "b".repeat(40), sha256: "c".repeat(64), ...over },
  }).reduce((text, [key, value]) => `${text}${key} = ${JSON.stringify(value)}\n`, 'requests = ["@acme/x"]\n');

describe("a lock", () => {
  test("of an Expert of elsewhere is read with its pin", () =>
    expect(read(`${pinnedHead}${pinOf({})}`).experts).toMatchObject([
      { key: "@acme/x@1.0.0", pin: { requests: ["@acme/x"], tag: "v1.0.0" } },
    ]));

  test("gives back what was put into it, whatever JSON the tools' schemas hold", () => {
    const schema = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(schema, { maxLength: 3 }), (schemas) => {
        const tools = schemas.map((each, index) => tool(`tool${index}`, JSON.parse(JSON.stringify(each))));
        const [back] = read(renderLockfile(lockOf(tools))).experts;
        expect(back?.expert).toEqual(expert);
        expect(JSON.parse(JSON.stringify(back?.toolDefinitions))).toEqual(tools);
      }),
    );
  });

  test("is the same text for the same content in any order, and says no time", () => {
    const other = { key: "another", expert, toolDefinitions: [] };
    const one = renderLockfile({ ...lockOf([]), experts: [...lockOf([]).experts, other] });
    const two = renderLockfile({ ...lockOf([]), experts: [other, ...lockOf([]).experts] });
    expect(one).toBe(two);
    expect(one).toContain('version = "1"\ngeneratedAt = 0\nconfigPath = "perstack.toml"\n');
  });

  test("that was cut off or changed is not taken for less than it was, wherever that happened", () => {
    const text = renderLockfile(lockOf([tool("find", { type: "object" }), tool("open", { type: "object" })]));
    const changed = [
      text.slice(0, text.lastIndexOf("[[experts")),
      text.slice(0, -20),
      text.replace('name = "open"', 'name = "shut"'),
      `\n${text.replace('name = "open"', 'name = "shut"')}`,
    ];
    for (const one of changed) {
      expect(() => read(one)).toThrow(
        expect.objectContaining({
          code: "LOCK_INVALID",
          message: expect.stringMatching(/cut off or changed/),
        }),
      );
    }
    const editors = [
      text.replaceAll("\n", "\r\n"),
      text.trimEnd(),
      `${text}\n`,
      `\uFEFF${text}`,
      `\n${text}`,
    ];
    for (const one of editors) expect(read(one)).toEqual(read(text));
  });

  test("may hold what only later versions know", () => {
    const text = renderLockfile(lockOf([tool("find", { type: "object" })]));
    const later = `${withoutDigest(text)}\n[signatures."github.com/acme/experts"]\nby = "00"\n`;
    expect(read(later)).toEqual(read(text));
  });

  test.each([
    ["text that is no TOML", "version = ", /^perstack\.lock:1 is not a lock that can be used/],
    ["another version", 'version = "2"\nconfigPath = "perstack.toml"', /: version: "1" expected\.$/],
    [
      "an Expert of elsewhere without a digest",
      `${pinnedHead}requests = ["@acme/x"]\nsource = "github.com/acme/x"\ntag = ""\npath = "x.toml"\nblob = ""\n`,
      /: experts\.@acme\/x@1\.0\.0\.\w+: .+ expected\.$/,
    ],
    [
      "an Expert that has nothing of a pin but its registry",
      `${pinnedHead}registry = "a/b"\n`,
      /expected\.$/,
    ],
    [
      "a source that is none",
      `${pinnedHead}${pinOf({ source: "github.com/a b/x" })}`,
      /\.source: host\/owner\/name expected\.$/,
    ],
    ["a path out of its repository", `${pinnedHead}${pinOf({ path: "../x.toml" })}`, /\.path: a path inside/],
    [
      "a digest of other letters",
      `${pinnedHead}${pinOf({ sha256: "A".repeat(64) })}`,
      /: 64 hexadecimal digits/,
    ],
    ["a digest that is none", `digest = "sha256:abc"\n${pinnedHead}`, /: digest: /],
    [
      "a digest that is not at its beginning",
      `${pinnedHead.replace("configPath", 'digest = "x"\nconfigPath')}`,
      /: digest: /,
    ],
    [
      "an Expert without an instruction",
      'version = "1"\nconfigPath = "p"\n[experts.a]\nkey = "a"',
      /experts\.a\.instruction/,
    ],
    [
      "a schema that is no JSON",
      withoutDigest(renderLockfile(lockOf([tool("find", { type: "object", nothing: null })]))).replace(
        /inputSchemaJson = .*/,
        'inputSchemaJson = "{"',
      ),
      /inputSchemaJson of the tool find/,
    ],
  ])("that is damaged is an error, never ignored: %s", (_, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: "LOCK_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

/** As Perstack writes one. */
function withoutDigest(text: string): string {
  return text.replace(/^digest = .*\n/m, "");
}

describe("the tools of a skill", () => {
  const lockfile = lockOf([tool("find", { type: "object" }), tool("open", { type: "object" })]);

  test("are known while the skill is defined as it was, whatever else of the Expert changed", () => {
    const { tools, stale } = lockedSkills(lockfile, "reviewer", { ...expert, instruction: "Anything." });
    expect(tools.get("search")?.map(({ name }) => name)).toEqual(["find", "open"]);
    expect(stale).toEqual([]);
  });

  test("are not when it is defined otherwise, is new, or its Expert is", () => {
    const search = z.parse(Expert, {
      instruction: "x",
      skills: { search: { type: "mcpStdioSkill", command: "other" } },
    });
    expect(lockedSkills(lockfile, "reviewer", search)).toEqual({ tools: new Map(), stale: ["search"] });
    expect(lockedSkills(lockfile, "nobody", expert)).toEqual({ tools: new Map(), stale: ["search"] });
  });
});
