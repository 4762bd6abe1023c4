import { delegationCycles } from "./delegation.ts";
import type { Expert } from "./expert.ts";
import { parseExpertKey } from "./expert-name.ts";
import type { Finding } from "./finding.ts";
import { findingAt, keyText, type ManifestSource } from "./manifest-source.ts";
import { mostSuggestions, nearest } from "./nearest.ts";
import { quoted } from "./toml-words.ts";

type Experts = ReadonlyMap<string, Expert>;

/** Every delegate exists or is a registry's, is named once, and no chain of delegates comes back to its start. */
export const delegateFindings = (source: ManifestSource, experts: Experts): readonly Finding[] => [
  ...unknownDelegates(source, experts),
  ...[...experts].flatMap(([key, { delegates }]) => repeatedDelegates(source, { key, delegates })),
  ...cycles(source, experts),
  ...unfitDelegates(source, experts),
];

const unknownDelegates = (source: ManifestSource, experts: Experts): readonly Finding[] =>
  [...experts]
    .flatMap(([key, { delegates }]) => delegates.map((delegate, index) => ({ key, delegate, index })))
    .filter(({ delegate }) => !experts.has(delegate) && parseExpertKey(delegate)?.scope === undefined)
    .map(({ key, delegate, index }, nth) => {
      const others = nth < mostSuggestions ? [...experts.keys()].filter((other) => other !== key) : [];
      const path = ["experts", key, "delegates", index];
      return findingAt(
        source,
        { path, at: "value" },
        { severity: "error", ...notThere(delegate, { others, experts }) },
      );
    });

const notThere = (
  delegate: string,
  { others, experts }: { readonly others: readonly string[]; readonly experts: Experts },
) => {
  const name = parseExpertKey(delegate)?.name ?? delegate;
  const near = experts.has(name) ? [name] : nearest(name, others);
  return {
    message: experts.has(name)
      ? `${quoted(delegate)} names a version, but ${quoted(name)} is an Expert of this file`
      : `${quoted(delegate)} is no Expert of this file`,
    expected: "a key of this file, or a scoped name of a registry",
    remedy:
      near.length > 0
        ? `Write ${near.map(quoted).join(" or ")}.`
        : `Add [experts.${name}] with an instruction, or write "@scope/${name}" for an Expert of a registry.`,
  };
};

/** Harmless, since the list is a set: the Expert gets the delegate once. */
const repeatedDelegates = (
  source: ManifestSource,
  { key, delegates }: { key: string; delegates: readonly string[] },
): readonly Finding[] =>
  delegates.flatMap((delegate, index) => {
    if (delegates.indexOf(delegate) === index) return [];
    const path = ["experts", key, "delegates", index];
    const remark = {
      message: `${quoted(delegate)} is named twice`,
      expected: "each delegate once",
      remedy: "Delete it.",
    };
    return [findingAt(source, { path, at: "value" }, { severity: "warning", ...remark })];
  });

/** What an Expert lacks, or has in vain, when others delegate to it. */
const unfitDelegates = (source: ManifestSource, experts: Experts): readonly Finding[] => {
  const callers = new Map([...experts].flatMap(([key, { delegates }]) => delegates.map((to) => [to, key])));
  return [...experts].flatMap(([key, { description, skills }]) => {
    const caller = callers.get(key);
    if (caller === undefined) return [];
    const asking = Object.entries(skills).filter(([, { type }]) => type === "interactiveSkill");
    return [
      ...(description === undefined ? [undescribed(source, key, caller)] : []),
      ...asking.map(([skill]) => unasked(source, { key, skill }, caller)),
    ];
  });
};

const undescribed = (source: ManifestSource, key: string, caller: string): Finding =>
  findingAt(
    source,
    { path: ["experts", key, "description"], at: "missing" },
    {
      severity: "warning",
      message: `${quoted(caller)} delegates to it, and its model is not told what for`,
      expected: "a description, which is all that the model knows of a delegate besides its name",
      remedy: `Add description = "What ${key} does." to [${keyText(["experts", key])}].`,
    },
  );

const unasked = (
  source: ManifestSource,
  { key, skill }: { readonly key: string; readonly skill: string },
  caller: string,
): Finding =>
  findingAt(
    source,
    { path: ["experts", key, "skills", skill], at: "key" },
    {
      severity: "warning",
      message: `${quoted(caller)} delegates to ${quoted(key)}, and a delegate has nobody to ask: it gets none of these tools`,
      expected: "interactive skills of Experts that are run themselves",
      remedy: `Give them to ${quoted(caller)}, or leave them for when ${quoted(key)} is run itself.`,
    },
  );

const cycles = (source: ManifestSource, experts: Experts): readonly Finding[] =>
  delegationCycles(experts).map((cycle) => {
    const [first = ""] = cycle;
    const last = cycle.at(-1) ?? first;
    const index = experts.get(last)?.delegates.indexOf(first) ?? 0;
    const way = [...cycle, first].join(" → ");
    return findingAt(
      source,
      { path: ["experts", last, "delegates", index], at: "value" },
      {
        severity: "error",
        message:
          cycle.length === 1 ? `${quoted(first)} delegates to itself` : `delegation goes in a circle: ${way}`,
        expected: "delegates that never lead back",
        remedy: `Take ${quoted(first)} out of the delegates of ${quoted(last)}.`,
      },
    );
  });
