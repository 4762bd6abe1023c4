import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { definitionPath, indexPath, sha256 } from "../../src/registry/index-path.ts";
import { namesPath, type TreeFile } from "../../src/registry/index-place.ts";
import { withName } from "../../src/registry/names-list.ts";
import { readWholeIndex } from "../../src/registry/whole-index.ts";
import { codeOf } from "../helpers/code-of.ts";
import {
  append,
  definitionText,
  indexOf,
  listNames,
  plainFile,
  statusEntry,
} from "../helpers/index-world.ts";

const x1 = definitionText("@acme/x", "1.0.0");
const x2 = definitionText("@acme/x", "1.1.0", 'description = "Looks twice."\n');
const y1 = definitionText("@acme/y", "2.0.0-rc.1", 'delegates = ["@acme/x@1"]\n');
const whole = () => indexOf([x1, x2, y1]);
const text = (file: TreeFile | undefined): string => Buffer.from(file?.content ?? "").toString();

describe("an index that holds together", () => {
  test("is read whole, with every version", () => {
    const { states } = readWholeIndex(whole());
    expect([...states].map(([name, { versions }]) => [name, [...versions.keys()]])).toEqual([
      ["@acme/x", ["1.0.0", "1.1.0"]],
      ["@acme/y", ["2.0.0-rc.1"]],
    ]);
  });

  test("is read with versions whose skills would not be taken any more", () => {
    const old = `${x1}[experts."@acme/x".skills.s]\ntype = "mcpStdioSkill"\ncommand = "node"\n`;
    expect(readWholeIndex(indexOf([old, x2])).states.get("@acme/x")?.versions.size).toBe(2);
  });

  test("lists each Expert once by the version that a person would get", () => {
    const files = whole();
    const listed = () => text(files.get(namesPath)).trim().split("\n");
    expect(listed()).toEqual([
      '{"v":1,"name":"@acme/x","version":"1.1.0","status":"available","description":"Looks twice.","tags":[]}',
      '{"v":1,"name":"@acme/y","version":"2.0.0-rc.1","status":"available","description":"","tags":[]}',
    ]);
    append(files, statusEntry("1.1.0", "disabled"));
    expect(codeOf(() => readWholeIndex(files))).toBe("INDEX_CORRUPT");
    listNames(files);
    expect(listed()[0]).toContain('"version":"1.0.0","status":"available"');
    expect(codeOf(() => readWholeIndex(files))).toBeUndefined();
  });

  test("keeps its list sorted and each name once, in whatever order it is told of them", () => {
    const line = (name: string, version: string) =>
      ({ v: 1, name, version, status: "available", description: "", tags: [] }) as const;
    const names = fc.array(
      fc.tuple(fc.constantFrom("@a/a", "@a/ab", "@b/a", "@a/b"), fc.constantFrom("1.0.0", "2.0.0")),
    );
    fc.assert(
      fc.property(names, (told) => {
        const list = told.reduce((all, [name, version]) => withName(all, line(name, version)), "");
        const read = list
          .split("\n")
          .filter(Boolean)
          .map((entry) => JSON.parse(entry));
        expect(read.map(({ name }) => name)).toEqual([...new Set(told.map(([name]) => name))].sort());
        for (const { name, version } of read) expect(told.findLast(([n]) => n === name)?.[1]).toBe(version);
      }),
    );
  });
});

describe("an index is damaged", () => {
  const blob = definitionPath(sha256(x1));
  const broken: readonly [string, (files: Map<string, TreeFile>) => void, string][] = [
    ["without a definition", (files) => files.delete(blob), "INDEX_CORRUPT"],
    [
      "with a definition that was changed",
      (files) => files.set(blob, plainFile(`${x1}# \n`)),
      "DIGEST_MISMATCH",
    ],
    [
      "with a definition of nobody",
      (files) => files.set(definitionPath(sha256("a")), plainFile("a")),
      "INDEX_CORRUPT",
    ],
    ["with a link", (files) => files.set(blob, { ...plainFile(x1), mode: "120000" }), "PATH_ESCAPE"],
    ["with a program", (files) => files.set(blob, { ...plainFile(x1), mode: "100755" }), "PATH_ESCAPE"],
    ["with a file of its own", (files) => files.set("registry-index/x.sh", plainFile("")), "INDEX_CORRUPT"],
    ["with an old list of names", (files) => files.set(namesPath, plainFile("")), "INDEX_CORRUPT"],
    [
      "with lines in another's file",
      (files) => {
        const lines = files.get(indexPath("@acme/x"));
        if (lines !== undefined) files.set(indexPath("@acme/z"), lines);
      },
      "INDEX_CORRUPT",
    ],
    [
      "with lines in another folder",
      (files) => {
        const lines = files.get(indexPath("@acme/x"));
        if (lines !== undefined) files.set("registry-index/00/00/@acme/x.jsonl", lines);
      },
      "INDEX_CORRUPT",
    ],
    [
      "with owners that nobody can read",
      (files) => files.set("registry-index/scopes/b.toml", plainFile("v = 2")),
      "INDEX_CORRUPT",
    ],
  ];
  test.each(broken)("%s", (_, damage, code) => {
    const files = whole();
    damage(files);
    expect(codeOf(() => readWholeIndex(files))).toBe(code);
  });

  test("when any one character of any line was changed", () => {
    const files = whole();
    const path = indexPath("@acme/x");
    const lines = text(files.get(path));
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.constantFrom(..."0a}\n"), (at, character) => {
        const changed = lines.slice(0, at) + character + lines.slice(at + 1);
        const damaged = new Map([...files, [path, plainFile(changed)]]);
        // The last line has none after it that would tell: its `at` and `by` are words for people.
        const isSaid = at < lines.lastIndexOf("\n", lines.length - 2);
        return changed === lines || !isSaid || codeOf(() => readWholeIndex(damaged)) !== undefined;
      }),
    );
  });
});
