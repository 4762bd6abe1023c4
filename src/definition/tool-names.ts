import type { Expert } from "./expert.ts";
import { parseExpertKey } from "./expert-name.ts";

/** The tools of the base skill, which every Expert has. */
export const baseToolNames = [
  "attemptCompletion",
  "todo",
  "clearTodo",
  "healthCheck",
  "exec",
  "getFileInfo",
  "listDirectory",
  "createDirectory",
  "deleteFile",
  "deleteDirectory",
  "moveFile",
  "readTextFile",
  "readImageFile",
  "readPdfFile",
  "writeTextFile",
  "appendTextFile",
  "editTextFile",
] as const;

/** A tool name and who claims it, in words: `the base skill`, `skill "ask"`, `delegate "@acme/triage"`. */
export type ToolClaim = { readonly tool: string; readonly owner: string };

export type Collision<Claim extends ToolClaim> = {
  readonly tool: string;
  readonly first: Claim;
  readonly second: Claim;
};

/** The tool a delegate appears as: its name without scope and version. */
export const delegateToolName = (delegate: string): string => parseExpertKey(delegate)?.shortName ?? delegate;

export type LocatedClaim = ToolClaim & {
  /** Where in the Expert's table it is claimed; empty for the base skill. */
  readonly path: readonly (string | number)[];
};

/** Every tool name that the definition alone decides. What MCP servers offer is known only when they run. */
export const toolClaims = (expert: Expert): readonly LocatedClaim[] => [
  ...baseToolNames.map((tool) => ({ tool, owner: "the base skill", path: [] })),
  ...Object.entries(expert.skills).flatMap(([name, skill]) =>
    skill.type === "interactiveSkill"
      ? Object.keys(skill.tools).map((tool) => ({
          tool,
          owner: `skill ${JSON.stringify(name)}`,
          path: ["skills", name, "tools", tool],
        }))
      : [],
  ),
  ...expert.delegates.map((delegate, index) => ({
    tool: delegateToolName(delegate),
    owner: `delegate ${JSON.stringify(delegate)}`,
    path: ["delegates", index],
  })),
];

/** Tool names are bare, so no two owners may claim the same one. Each later claim is reported against the first. */
export const toolCollisions = <Claim extends ToolClaim>(
  claims: readonly Claim[],
): readonly Collision<Claim>[] => {
  const firsts = new Map<string, Claim>();
  return claims.flatMap((second) => {
    const first = firsts.get(second.tool);
    if (first !== undefined)
      return first.owner === second.owner ? [] : [{ tool: second.tool, first, second }];
    firsts.set(second.tool, second);
    return [];
  });
};
