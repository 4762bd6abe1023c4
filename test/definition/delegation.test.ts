import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delegationCycles, reachableExperts } from "../../src/definition/delegation.ts";

const graph = (edges: Record<string, readonly string[]>) =>
  new Map(Object.entries(edges).map(([key, delegates]) => [key, { delegates }]));

const graphs = fc
  .array(fc.tuple(fc.nat(7), fc.nat(9)), { maxLength: 20 })
  .map(
    (edges) =>
      new Map(
        Array.from({ length: 8 }, (_, key) => [
          `e${key}`,
          { delegates: edges.filter(([from]) => from === key).map(([, to]) => `e${to}`) },
        ]),
      ),
  );

describe("given Experts that delegate", () => {
  it("names each way round once, in order", () => {
    expect(delegationCycles(graph({ a: ["b"], b: ["c", "d"], c: ["a"], d: ["d"] }))).toEqual([
      ["a", "b", "c"],
      ["d"],
    ]);
  });

  it("takes a diamond for what it is", () => {
    expect(delegationCycles(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toEqual([]);
  });

  it("follows a long chain to its end", () => {
    const chain = new Map(
      Array.from({ length: 30_000 }, (_, index) => [
        `e${index}`,
        { delegates: [`e${(index + 1) % 30_000}`] },
      ]),
    );
    expect(delegationCycles(chain).map((cycle) => cycle.length)).toEqual([30_000]);
  });

  it("leaves no cycle when the delegates that close one are taken out", () => {
    fc.assert(
      fc.property(graphs, (any) => {
        const closing = new Set(delegationCycles(any).map((cycle) => `${cycle.at(-1)}>${cycle[0]}`));
        const cut = new Map(
          [...any].map(([key, { delegates }]) => [
            key,
            { delegates: delegates.filter((delegate) => !closing.has(`${key}>${delegate}`)) },
          ]),
        );
        expect(delegationCycles(cut)).toEqual([]);
        const reaches = (from: string) =>
          any.get(from)?.delegates.some((next) => reachableExperts(any, next).local.includes(from));
        expect(delegationCycles(any).length > 0).toBe([...any.keys()].some(reaches));
      }),
    );
  });

  it("lists what a Run may reach, and what is missing of it", () => {
    const experts = graph({ a: ["c", "@x/y@1"], b: ["a"], c: ["d"], d: ["@x/z"] });
    expect(reachableExperts(experts, "a")).toEqual({ local: ["a", "c", "d"], missing: ["@x/y@1", "@x/z"] });
  });
});
