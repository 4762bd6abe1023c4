import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { definitionPath, indexPath, sha256 } from "../../src/registry/index-path.ts";
import type { TreeFile } from "../../src/registry/index-place.ts";
import { requirePureAppend } from "../../src/registry/pure-append.ts";
import { type Account, renderScopeFile, scopePath } from "../../src/registry/scope-owners.ts";
import { codeOf, errorOf } from "../helpers/code-of.ts";
import {
  ada,
  append,
  definitionText,
  eve,
  indexOf,
  plainFile,
  publishEntry,
  statusEntry,
  textIn,
} from "../helpers/index-world.ts";

type Files = ReadonlyMap<string, TreeFile>;

const x = (version: string) => definitionText("@acme/x", version);
const signed = { by: `gh:${ada.id}`, at: "2026-11-26T00:00:00Z" };
/** A skill that no registry takes. */
const program = '[experts."@acme/x".skills.s]\ntype = "mcpStdioSkill"\ncommand = "node"\n';
const base = (): Map<string, TreeFile> => indexOf([x("1.0.0"), x("1.1.0")]);

const changesOf = (before: Files, after: Files) =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old?.id === now?.id && old?.mode === now?.mode) return [];
    return [{ path, ...(old ? { before: old } : {}), ...(now ? { after: now } : {}) }];
  });

/** What a change of the base is refused with. */
const refusal = (
  change: (files: Map<string, TreeFile>) => void,
  by: readonly [Account, ...Account[]] = [ada],
) => {
  const after = base();
  change(after);
  const owners = new Map([["@acme", new Set([ada.id])]]);
  return codeOf(() =>
    requirePureAppend({ changes: changesOf(base(), after), by, owners, names: ["@acme/x"] }),
  );
};

const add =
  (text: string, by: number = ada.id) =>
  (files: Map<string, TreeFile>) => {
    append(files, publishEntry(text, by), text);
  };

describe("a change of an index is taken", () => {
  test.each<[string, (files: Map<string, TreeFile>) => void]>([
    ["with nothing in it", () => {}],
    ["that adds a version with its definition", add(x("2.0.0"))],
    ["that adds an Expert", add(definitionText("@acme/y", "1.0.0"))],
    ["that adds a status", (files) => append(files, statusEntry("1.0.0", "disabled"))],
    [
      "that adds a scope of one's own",
      (files) => files.set(scopePath("@ada"), plainFile(renderScopeFile("@ada", ada))),
    ],
    [
      "that gives one's scope to another",
      (files) => files.set(scopePath("@acme"), plainFile(renderScopeFile("@acme", eve))),
    ],
    ["of the text for people", (files) => files.set("registry-index/README.md", plainFile("Hello."))],
  ])("%s", (_, change) => expect(refusal(change)).toBeUndefined());
});

describe("a change of an index is refused", () => {
  const lines = indexPath("@acme/x");
  const blob = definitionPath(sha256(x("1.0.0")));
  test.each<[string, (files: Map<string, TreeFile>) => void, string]>([
    ["that takes a file away", (files) => files.delete(lines), "INDEX_REWOUND"],
    [
      "that takes a line away",
      (files) => files.set(lines, plainFile(textIn(files, lines).replace(/\n.*\n$/, "\n"))),
      "INDEX_REWOUND",
    ],
    [
      "that edits a line",
      (files) => files.set(lines, plainFile(textIn(files, lines).replace("00Z", "01Z"))),
      "INDEX_REWOUND",
    ],
    ["that edits a definition", (files) => files.set(blob, plainFile("")), "INDEX_REWOUND"],
    ["that takes a definition away", (files) => files.delete(blob), "INDEX_REWOUND"],
    [
      "that adds a version with a skill that is not taken",
      add(`${x("2.0.0")}${program}`),
      "SKILL_NOT_ALLOWED",
    ],
    [
      "that sets the word latest",
      (files) => append(files, { ...signed, t: "tag", name: "latest", version: "1.0.0" }),
      "PUBLISH_REFUSED",
    ],
    [
      "that breaks the chain",
      (files) => files.set(lines, plainFile(`${textIn(files, lines)}${textIn(files, lines)}`)),
      "INDEX_CORRUPT",
    ],
    [
      "that tears a line",
      (files) => files.set(lines, plainFile(`${textIn(files, lines)}{`)),
      "INDEX_CORRUPT",
    ],
    [
      "with a byte order mark before the lines",
      (files) => files.set(lines, plainFile(`\ufeff${textIn(files, lines)}`)),
      "INDEX_CORRUPT",
    ],
    [
      "with bytes that are not UTF-8 in a line",
      (files) => {
        append(files, { ...statusEntry("1.0.0", "disabled"), reason: "Old\ufffd" });
        const text = Buffer.from(textIn(files, lines)).toString("latin1").replace("\xef\xbf\xbd", "\xff");
        files.set(lines, { ...plainFile(""), id: "b", content: Buffer.from(text, "latin1") });
      },
      "INDEX_CORRUPT",
    ],
    [
      "with a line that says a thing twice",
      (files) => {
        append(files, statusEntry("1.0.0", "disabled"));
        files.set(lines, plainFile(textIn(files, lines).replace('"to":', '"to":"deprecated","to":')));
      },
      "PUBLISH_REFUSED",
    ],
    ["that publishes a version twice", (files) => append(files, publishEntry(x("1.0.0"))), "INDEX_CORRUPT"],
    [
      "that publishes without a definition",
      (files) => append(files, publishEntry(x("2.0.0"))),
      "INDEX_CORRUPT",
    ],
    [
      "with another definition than the line says",
      (files) => {
        append(files, publishEntry(x("2.0.0")), x("2.0.0"));
        files.set(definitionPath(sha256(x("2.0.0"))), plainFile(x("2.0.1")));
      },
      "DEFINITION_INVALID",
    ],
    [
      "with a definition of no line",
      (files) => files.set(definitionPath(sha256("a")), plainFile("a")),
      "PUBLISH_REFUSED",
    ],
    ["by a line of another's", add(x("2.0.0"), eve.id), "PUBLISH_REFUSED"],
    ["of a scope that nobody owns", add(definitionText("@else/y", "1.0.0")), "PUBLISH_REFUSED"],
    ["with a name that reads like another", add(definitionText("@acme/x_", "1.0.0")), "NAME_CONFUSABLE"],
    [
      "with two names that read alike",
      (files) => {
        add(definitionText("@acme/tour", "1.0.0"))(files);
        add(definitionText("@acme/t0ur", "1.0.0"))(files);
      },
      "NAME_CONFUSABLE",
    ],
    [
      "with two scopes that read alike",
      (files) => {
        for (const scope of ["@tour", "@t0ur"])
          files.set(scopePath(scope), plainFile(renderScopeFile(scope, ada)));
      },
      "NAME_CONFUSABLE",
    ],
    [
      "with a scope of another's",
      (files) => files.set(scopePath("@eve"), plainFile(renderScopeFile("@eve", eve))),
      "PUBLISH_REFUSED",
    ],
    [
      "with a scope that reads like another",
      (files) => files.set(scopePath("@acrne"), plainFile(renderScopeFile("@acrne", ada))),
      "NAME_CONFUSABLE",
    ],
    [
      "that makes a file a link",
      (files) => files.set(lines, { ...plainFile("/etc/passwd"), mode: "120000" }),
      "PATH_ESCAPE",
    ],
    [
      "with a file of another kind",
      (files) => files.set("registry-index/run.sh", plainFile("")),
      "INDEX_CORRUPT",
    ],
  ])("%s", (_, change, code) => expect(refusal(change)).toBe(code));

  test("by a stranger, also where an owner takes part", () => {
    expect(refusal(add(x("2.0.0"), eve.id), [eve])).toBe("PUBLISH_REFUSED");
    expect(refusal(add(x("2.0.0")), [ada, eve])).toBe("PUBLISH_REFUSED");
    expect(
      refusal((files) => files.set(scopePath("@acme"), plainFile(renderScopeFile("@acme", eve))), [eve]),
    ).toBe("PUBLISH_REFUSED");
  });
});

test("whoever takes part by a button is told so", () => {
  const files = base();
  files.set(scopePath("@acme"), plainFile(renderScopeFile("@acme", eve)));
  const proposed = { by: [ada, eve], owners: new Map([["@acme", new Set([ada.id])]]), names: [] } as const;
  const refused = errorOf(() => requirePureAppend({ ...proposed, changes: changesOf(base(), files) }));
  expect(refused?.remedy).toContain('the button "Update branch" is a push of who clicked it');
});

test("whatever happens to the lines that are there, only their unchanged text with something after it is taken", () => {
  const path = indexPath("@acme/x");
  const old = Buffer.from(base().get(path)?.content ?? "").toString();
  const cut = fc.tuple(fc.nat(old.length), fc.nat(old.length), fc.constantFrom("", "a", "\n", "{}\n"));
  fc.assert(
    fc.property(cut, ([from, to, between]) => {
      const text = old.slice(0, from) + between + old.slice(to);
      return text === old || refusal((files) => files.set(path, plainFile(text))) !== undefined;
    }),
  );
});
