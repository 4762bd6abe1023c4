import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { canonicalJson } from "../../../definition/canonical-json.ts";
import type { ToolDefinition } from "../../../job/tool.ts";
import type { ToolNames } from "../tool-names.ts";
import type { ToolSelection } from "../tool-selection.ts";
import { chosenTools, definedTools } from "./tool-list.ts";

/** What one skill offers the Expert, and what becomes of it when its server says something else. */
export type Offer = {
  /** Settles on what is known now, for the Run to open with. */
  take(): readonly ToolDefinition[];
  /** What is offered. */
  tools(): readonly ToolDefinition[];
  /** Takes what the server lists now. */
  listed(tools: readonly Tool[]): void;
  /** Why a tool may not be called; undefined when it may. */
  refusal(tool: string): string | undefined;
  /** The Run is open: its model has been told what is offered, so from here on a change must be told, too. */
  opened(): void;
};

export type OfferOptions = ToolSelection & {
  /** The skill's key. */
  readonly name: string;
  readonly names: ToolNames;
  readonly warn: (text: string) => void;
  /** Tells the Run that these are the skill's tools from now on. */
  readonly announce: (tools: readonly ToolDefinition[]) => void;
};

/**
 * Offers what the server lists. Once the Run is open, a list that differs from what is offered is announced, without
 * the tools whose names someone else has: a server must not take over a name while the Run goes.
 */
export const liveOffer = (options: OfferOptions): Offer => {
  const { name, names, warn, announce } = options;
  let offered: readonly ToolDefinition[] = [];
  let latest: readonly ToolDefinition[] = [];
  let phase: "opening" | "open" = "opening";

  const isFree = (tool: ToolDefinition): boolean => {
    const owner = names.ownerOf(tool.name);
    if (owner === undefined || owner === `skill "${name}"`) return true;
    warn(`now has a tool "${tool.name}", which the ${owner} has already; it is left out.`);
    return false;
  };
  const follow = (): void => {
    const tools = latest.filter(isFree);
    if (canonicalJson(tools) === canonicalJson(offered)) return;
    names.claim(name, tools);
    offered = tools;
    announce(tools);
  };
  return {
    take() {
      offered = latest;
      return offered;
    },
    tools: () => offered,
    listed(list) {
      latest = chosenTools(definedTools(list, name), options, warn);
      if (phase === "open") follow();
    },
    refusal: (tool) =>
      offered.some((known) => known.name === tool)
        ? undefined
        : `The skill "${name}" offers no tool "${tool}".`,
    opened() {
      phase = "open";
      follow();
    },
  };
};
