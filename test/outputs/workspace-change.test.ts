import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { branchRefusal } from "../../src/outputs/branch-name.ts";
import { pathRefusal } from "../../src/outputs/changed-path.ts";
import { pathFits } from "../../src/outputs/path-glob.ts";
import { sanitizeSubject } from "../../src/outputs/sanitize.ts";
import { type ChangedFile, changeRefusal, mostChangedBytes } from "../../src/outputs/workspace-change.ts";

const id = "0".repeat(40);
const file = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  ...{ path, was: "nothing", is: "file", content: Buffer.from("x\n") },
  ...more,
});

const refusalOf = (
  files: readonly ChangedFile[],
  {
    paths = ["**"],
    maxFiles = 20,
    there = [],
  }: { paths?: string[]; maxFiles?: number; there?: string[] } = {},
): string | undefined => {
  const after = [...there, ...files.filter(({ is }) => is !== "nothing").map(({ path }) => path)];
  const change = { base: id, baseTree: id, tree: id, files, after };
  return changeRefusal(change, { paths, maxFiles, manifest: "./ci/experts.toml" });
};

describe("a pattern of paths", () => {
  it.each([
    ["src/**", "src/a.ts", true],
    ["src/**", "src/a/b/c.ts", true],
    ["src/**", "src", false],
    ["src/**", "srcs/a.ts", false],
    ["docs/*.md", "docs/a.md", true],
    ["docs/*.md", "docs/a/b.md", false],
    ["**/*.ts", "a.ts", true],
    ["**/*.ts", "a/b/c.ts", true],
    ["**/*.ts", "a/b/c.tsx", false],
    ["a/**/b", "a/b", true],
    ["a/**/b", "a/x/y/b", true],
    ["a/**/b", "ax/b", false],
    ["src/[id].tsx", "src/[id].tsx", true],
    ["src/a.ts", "src/axts", false],
    ["SRC/**", "src/a.ts", false],
    ["**", "a\nb", true],
  ])("%s takes %s: %s", (pattern, path, fits) => expect(pathFits(path, [pattern])).toBe(fits));
});

describe("a path that no commit touches", () => {
  it.each([
    ".github/workflows/x.yml",
    ".GITHUB/x",
    ".github./x",
    ".\u200dgithub/x",
    "\uff0egithub/x",
    "CODEOWNERS",
    "docs/codeowners",
    "perstack.toml",
    "deep/Perstack.TOML",
    "perstack.lock",
    "ci/experts.toml",
    "CI/Experts.toml",
    ".gitmodules",
    ".git/config",
    "a/.git",
    ".GIT/config",
    ".git /config",
    ".git./config",
    ".git::$INDEX_ALLOCATION/config",
    ".g\u200cit/config",
    "GIT~1/config",
    "git~12/x",
    "../x",
    "a/../b",
    "/etc/passwd",
    "a//b",
    "./a",
    "a/",
    "",
    "a\\b",
    "a:b",
    "a\nb",
    "a\u202eb",
    "a\ufffdb",
    "e\u0301",
    "a.",
    "a ",
    " a",
    "x".repeat(401),
  ])("%j", (path) => {
    expect(
      pathRefusal(path, { paths: ["**", ".github/**", "**/*"], manifest: "./ci/experts.toml" }),
    ).toBeDefined();
  });

  it.each(["./ci/experts.toml", "ci//experts.toml", "x/../ci/experts.toml"])(
    "is the manifest that the step names as %s",
    (manifest) => {
      expect(pathRefusal("ci/experts.toml", { paths: ["**"], manifest })).toContain("it is a manifest");
    },
  );

  it("is allowed where it is protected and written out, and never where it is odd", () => {
    const allowed = (path: string): boolean =>
      pathRefusal(path, { paths: [path], manifest: "perstack.toml" }) === undefined;
    for (const path of [".github/workflows/x.yml", "docs/CODEOWNERS", "perstack.toml", "perstack.lock"])
      expect([path, allowed(path)]).toEqual([path, true]);
    for (const path of [".git/config", "a/../b", "GIT~1/x", "a:b"])
      expect([path, allowed(path)]).toEqual([path, false]);
  });

  it.each([
    "src/a.ts",
    ".gitignore",
    ".gitattributes",
    "a/.github/x",
    "\u00e9/\u65e5\u672c.md",
    "a b/c",
    "-x",
    "[id].tsx",
  ])("is none like %s", (path) =>
    expect(pathRefusal(path, { paths: ["**"], manifest: "perstack.toml" })).toBeUndefined(),
  );
});

describe("a change", () => {
  it.each<[string, readonly ChangedFile[], Parameters<typeof refusalOf>[1], RegExp | undefined]>([
    ["of nothing", [], {}, /Nothing has changed/],
    ["of a file", [file("a")], {}, undefined],
    ["of a file elsewhere", [file("src/a"), file("b")], { paths: ["src/**"] }, /"b": it fits no pattern/],
    ["of too many files", [file("a"), file("b")], { maxFiles: 1 }, /2 files have changed, and at most 1/],
    [
      "of too many bytes",
      [file("a", { content: Buffer.alloc(mostChangedBytes + 1) })],
      {},
      /at most 5242880/,
    ],
    ["of a link", [file("a", { is: "link" })], {}, /symbolic link/],
    ["of a link that goes", [file("a", { was: "link", is: "nothing" })], {}, /symbolic link/],
    ["of a link that is named", [file("a", { is: "link" })], { paths: ["a"] }, undefined],
    ["of a submodule", [file("a", { was: "submodule", is: "nothing" })], { paths: ["a"] }, /submodule/],
    ["of what cannot be read", [file("a", { unfit: "it is a pipe" })], { paths: ["a"] }, /it is a pipe/],
    ["of a name in other letters", [file("SRC/b")], { there: ["src/a"] }, /"src" has the same name/],
    ["of two names that are one", [file("a/x"), file("A/y")], {}, /the same name/],
    ["of a name whose letters change", [file("A"), file("a", { was: "file", is: "nothing" })], {}, undefined],
    ["of names that were one before", [file("b")], { there: ["README", "readme"] }, undefined],
  ])("%s", (_, files, rule, reason) => {
    const refusal = refusalOf(files, rule);
    if (reason === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(reason);
  });

  it("is refused whole for any one file, and is within the policy where it is not", () => {
    const names = ["src", "docs", ".github", "SRC", "..", ".git", "CODEOWNERS", "a.ts", "b", "perstack.toml"];
    const path = fc
      .array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join("/"));
    const paths = fc.subarray(["src/**", "docs/*", "**", ".github/**", ".github/b"], { minLength: 1 });
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { maxLength: 4 }),
        paths,
        fc.integer({ min: 1, max: 3 }),
        (all, rule, maxFiles) => {
          const each = all.map((one) => refusalOf([file(one)], { paths: rule }));
          const whole = refusalOf(
            all.map((one) => file(one)),
            { paths: rule, maxFiles },
          );
          if (each.some((reason) => reason !== undefined)) expect(whole).toBeDefined();
          if (whole !== undefined) return;
          expect(all.length).toBeLessThanOrEqual(maxFiles);
          for (const one of all) {
            const isProtected = /^\.github\/|CODEOWNERS$|perstack\.toml$/.test(one);
            expect(isProtected && !rule.includes(one)).toBe(false);
            expect(one.split("/")).not.toContain("..");
            expect(one.split("/")).not.toContain(".git");
            expect(rule.includes("**") || /^src\/|^docs\/[^/]*$|^\.github\/b$/.test(one)).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("a branch's name", () => {
  it.each([
    ["expert/a", true],
    ["expert/a.b-c_1", true],
    ["expert/a/b", false],
    ["Expert/a", false],
    ["expert/", false],
    ["expert", false],
    ["expert/..", false],
    ["expert/a..b", false],
    ["expert/.a", false],
    ["expert/a.", false],
    ["expert/a.lock", false],
    ["expert/-a", false],
    ["expert/a b", false],
    ["expert/a\n", false],
    ["expert/\u00e4", false],
    ["expert/@{1}", false],
    ["expert/a~1", false],
    [`expert/${"x".repeat(100)}`, false],
  ])("%j: %s", (name, isFine) => expect(branchRefusal(name, ["expert/*"]) === undefined).toBe(isFine));
});

describe("a subject", () => {
  it.each([
    ["Fixes #12, thanks @ada", "Fixes # 12, thanks @ ada"],
    ["closes acme/x#1 and GH-2", "closes acme/x# 1 and GH- 2"],
    ["fix https://github.com/a/b/issues/1", "fix https: //github.com/a/b/issues/1"],
    ["one\n\nCo-authored-by: x <x@y.z>", "one Co-authored-by: x <x@y.z>"],
    ["quiet [skip ci] [CI skip]", "quiet (skip ci) (CI skip)"],
    ["hid\u200bden\u202e", "hidden"],
    ["mail a@b.c, use C#", "mail a@b.c, use C#"],
  ])("%j becomes %j", (text, subject) => {
    expect(sanitizeSubject(text, 256).text).toBe(subject);
    expect(sanitizeSubject(subject, 256).text).toBe(subject);
  });
});
