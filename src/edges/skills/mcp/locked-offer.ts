import { canonicalJson } from "../../../definition/canonical-json.ts";
import type { ToolDefinition } from "../../../job/tool.ts";
import type { LockedTool } from "../../../run/ports.ts";
import type { Offer, OfferOptions } from "./offer.ts";
import { chosenTools, definedTools } from "./tool-list.ts";

/**
 * Offers what a lockfile has, before any server runs. What the server then lists is only compared: a tool that is no
 * longer as it was locked is refused, since its words are what a person reviewed; one that is new is not offered.
 */
export const lockedOffer = (
  locked: readonly LockedTool[],
  options: Omit<OfferOptions, "names" | "announce">,
): Offer => {
  const { name, warn } = options;
  const tools = chosenTools(
    locked.map((tool) => ({ ...tool, skill: name })),
    options,
    warn,
  );
  let refusals: ReadonlyMap<string, string> = new Map();
  return {
    take: () => tools,
    tools: () => tools,
    listed(list) {
      const now = new Map(definedTools(list, name).map((tool) => [tool.name, tool]));
      refusals = new Map(
        tools.flatMap((tool) => {
          const difference = differenceOf(tool, now.get(tool.name));
          return difference === undefined ? [] : [[tool.name, difference] as const];
        }),
      );
      for (const [tool, difference] of refusals) {
        const refused = "Calls of it are refused. Run `expert-stack lock` if the change is wanted.";
        warn(`does not offer "${tool}" as it is locked: ${difference}. ${refused}`);
      }
    },
    refusal: (tool) => {
      if (tools.every((known) => known.name !== tool)) {
        return `The skill "${name}" offers no tool "${tool}".`;
      }
      const difference = refusals.get(tool);
      return difference === undefined
        ? undefined
        : `The tool "${tool}" of the skill "${name}" is not as it is locked, so it was not called: ${difference}. A person has to look at it and lock it again.`;
    },
    opened: () => undefined,
  };
};

const compared = ["description", "inputSchema", "readOnly"] as const;

const differenceOf = (locked: ToolDefinition, now: ToolDefinition | undefined): string | undefined => {
  if (now === undefined) return "its server has it no more";
  const differences = compared.flatMap((field) => {
    const [was, is] = [canonicalJson(locked[field]), canonicalJson(now[field])];
    return was === is ? [] : [`${field} was ${excerpt(was, is)} and is ${excerpt(is, was)}`];
  });
  return differences.length === 0 ? undefined : differences.join("; ");
};

const charactersBefore = 20;
const charactersShown = 80;

/** The part of a text where it begins to differ from another. */
const excerpt = (text: string, other: string): string => {
  const characters = [...text];
  const others = [...other];
  const different = characters.findIndex((character, index) => character !== others[index]);
  const from = Math.max(0, (different === -1 ? characters.length : different) - charactersBefore);
  const shown = characters.slice(from, from + charactersShown).join("");
  return `${from > 0 ? "…" : ""}${shown}${from + charactersShown < characters.length ? "…" : ""}`;
};
