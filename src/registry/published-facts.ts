import type { Expert } from "../definition/expert.ts";
import { packageOf, processSkills, remoteSkills } from "../definition/skill-package.ts";
import type { PublishLine } from "./index-line.ts";
import { sha256 } from "./index-path.ts";

/** What an index line says of a definition, all of it read from the definition's bytes. */
export type PublishedFacts = Pick<
  PublishLine,
  | "name"
  | "version"
  | "sha256"
  | "size"
  | "delegates"
  | "skills"
  | "endpoints"
  | "requiredEnv"
  | "allowedDomains"
  | "minRuntimeVersion"
>;

/** A skill that fits no policy of publishing is left out: whoever publishes is refused for it. */
export const publishedFacts = (
  bytes: Uint8Array,
  { name, expert }: { readonly name: string; readonly expert: Expert },
): PublishedFacts => {
  const processes = processSkills(expert.skills).map(({ skill }) => skill);
  const remote = remoteSkills(expert.skills).map(({ skill }) => skill);
  const stdio = Object.values(expert.skills).filter((skill) => skill.type === "mcpStdioSkill");
  const { version, minRuntimeVersion } = expert;
  return {
    ...{ name, version, sha256: sha256(bytes), size: bytes.length },
    delegates: expert.delegates.map(delegateOf),
    skills: processes.flatMap((skill) => {
      const found = packageOf(skill);
      return found?.version === undefined ? [] : [[found.manager, found.name, found.version]];
    }),
    endpoints: sorted(remote.map(({ endpoint }) => endpoint)),
    requiredEnv: sorted(stdio.flatMap(({ requiredEnv }) => requiredEnv)),
    allowedDomains: sorted([...stdio, ...remote].flatMap(({ allowedDomains = [] }) => allowedDomains)),
    ...(minRuntimeVersion === undefined ? {} : { minRuntimeVersion }),
  };
};

/** The name, and what is asked of its version as it was written: nothing asks for the newest. */
const delegateOf = (key: string): [string, string] => {
  const at = key.indexOf("@", 1);
  return at === -1 ? [key, ""] : [key.slice(0, at), key.slice(at + 1)];
};

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
