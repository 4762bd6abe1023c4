import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PublishRequest } from "../../src/registry/publish-request.ts";
import { parsePublishTag } from "../../src/registry/publish-tag.ts";
import { renderScopeFile, scopePath } from "../../src/registry/scope-owners.ts";
import { readWholeIndex } from "../../src/registry/whole-index.ts";
import { appendLine } from "../../src/run/append-line.ts";
import { ada, definitionText } from "../helpers/index-world.ts";
import { memoryRegistry } from "../helpers/memory-registry.ts";

const at = "2026-11-26T00:00:00Z";
const names = ["@acme/a", "@acme/b", "@acme/c", "@acme/d"];

const registry = () =>
  memoryRegistry(
    {
      [scopePath("@acme")]: renderScopeFile("@acme", ada),
      ...Object.fromEntries(
        names.map((name) => [`experts/${name.slice(1)}.toml`, definitionText(name, "1.0.0")]),
      ),
    },
    names.map((name) => `${name}@1.0.0`),
  );

const request = (tag: string): PublishRequest => ({
  repository: { id: 1, repo: "github.com/acme/experts", defaultBranch: "main" },
  people: [ada],
  wanted: { type: "publish", tag: parsePublishTag(tag) },
});

describe("given several who publish to one registry", () => {
  test("whoever is faster, the index is whole and has what each of them was told", async () => {
    const wishes = fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), wishes, async (schedule, wished) => {
        const { open, states } = registry();
        const told = wished.map(async (name) => {
          const repository = open(async () => await schedule.schedule(Promise.resolve()));
          return await appendLine(repository, {
            request: request(`${name}@1.0.0`),
            at,
            pause: async () => {},
          }).then(
            () => "published",
            (error: Error) => error.message,
          );
        });
        await schedule.waitIdle();
        const answers = await Promise.all(told);
        const { states: experts } = readWholeIndex(
          new Map([...(states.at(-1) ?? [])].filter(([path]) => path.startsWith("registry-index/"))),
        );
        expect([...experts.keys()].sort()).toEqual([...new Set(wished)].sort());
        // Each version once: whoever asked for it, too, was told that it is there.
        expect(answers.filter((answer) => answer === "published")).toHaveLength(experts.size);
        for (const answer of answers) expect(answer).toMatch(/^published$|is published already\.$/);
      }),
      { numRuns: 60 },
    );
  });

  test("who is always overtaken gives up after ten times, and has written nothing", async () => {
    const { open, states } = registry();
    const pauses: number[] = [];
    const repository = { ...open(async () => {}), push: async () => "overtaken" as const };
    const pause = async (attempt: number) => {
      pauses.push(attempt);
    };
    await expect(
      appendLine(repository, { request: request("@acme/a@1.0.0"), at, pause }),
    ).rejects.toMatchObject({
      code: "PUBLISH_REFUSED",
      message: "Others wrote to the index 10 times while this line was to be added.",
    });
    expect(pauses).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(states).toHaveLength(1);
  });

  test("who finds the index put back to an older commit adds nothing to that", async () => {
    const { open, states } = registry();
    const mine = open(async () => {});
    await appendLine(mine, { request: request("@acme/b@1.0.0"), at, pause: async () => {} });
    const pause = async () => {
      states.pop();
    };
    let pushes = 0;
    const repository = {
      ...open(async () => {}),
      push: async (change: Parameters<typeof mine.push>[0]) =>
        pushes++ === 0 ? ("overtaken" as const) : await mine.push(change),
    };
    await expect(
      appendLine(repository, { request: request("@acme/a@1.0.0"), at, pause }),
    ).rejects.toMatchObject({ code: "INDEX_REWOUND" });
    expect(states).toHaveLength(1);
  });
});
