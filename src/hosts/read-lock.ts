import { dirname, join } from "node:path/posix";
import { canonicalJson } from "../definition/canonical-json.ts";
import type { Expert } from "../definition/expert.ts";
import type { JobEvent } from "../job/event.ts";
import type { JsonObject } from "../job/message.ts";
import type { Lockfile } from "../registry/lockfile.ts";
import type { Definitions } from "../run/github-ports.ts";
import type { LockedTool } from "../run/ports.ts";

/** `perstack.lock` lies beside the manifest. */
export const lockPath = (config: string): string => join(dirname(config), "perstack.lock");

export type LockedTools = ReadonlyMap<string, ReadonlyMap<string, readonly LockedTool[]>>;

/** @throws ExpertStackError LOCK_INVALID */
export const readLock = async (definitions: Definitions, config: string): Promise<Lockfile | undefined> => {
  const file = lockPath(config);
  const text = await definitions.read(file);
  if (text === undefined) return undefined;
  const { parseLockfile } = await import("../registry/lockfile.ts");
  return parseLockfile({ text, file });
};

/**
 * What the lock says of the tools of a job's Experts, by Expert and skill, and a warning for each Expert that has
 * changed since. Without a lock nothing is locked.
 */
export const lockedTools = async (
  lockfile: Lockfile | undefined,
  experts: ReadonlyMap<string, Expert>,
): Promise<{
  readonly locked: LockedTools;
  readonly notes: readonly Extract<JobEvent, { type: "note" }>[];
}> => {
  if (lockfile === undefined) return { locked: new Map(), notes: [] };
  const { lockedSkills } = await import("../registry/locked-skills.ts");
  const found = [...experts].map(([key, expert]) => ({ key, ...lockedSkills(lockfile, key, expert) }));
  return {
    locked: new Map(
      found.map(({ key, tools }) => [
        key,
        new Map([...tools].map(([skill, definitions]) => [skill, definitions.map(lockedTool)])),
      ]),
    ),
    notes: found.flatMap(({ key, stale }) => stale.map((skill) => staleSkill(key, skill))),
  };
};

const lockedTool = (tool: {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly readOnly: boolean;
}): LockedTool => {
  // Through JSON text: what TOML gave has dates and prototypes of its own.
  const inputSchema: JsonObject = JSON.parse(canonicalJson(tool.inputSchema));
  return { name: tool.name, description: tool.description, inputSchema, readOnly: tool.readOnly };
};

const staleSkill = (key: string, skill: string): Extract<JobEvent, { type: "note" }> => ({
  type: "note",
  level: "warning",
  text: `perstack.lock does not hold the skill "${skill}" of "${key}" as it is now, so its server is asked for its tools. Run \`expert-stack lock\` and commit the result.`,
});
