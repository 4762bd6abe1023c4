import type { Expert } from "../definition/expert.ts";
import type { IndexState, PublishedVersion } from "./index-file.ts";
import { sha256 } from "./index-path.ts";
import { listedVersion } from "./names-list.ts";
import { scopeOf } from "./scope-owners.ts";
import { newestFirst } from "./select-version.ts";
import { latest } from "./version-word.ts";

/** A version as Registry API v1 gives it out. */
export type ApiExpert = {
  readonly type: "registryExpert";
  /** The SHA-256 (hex) of the definition's bytes. */
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly version: string;
  /** `v1.0`, the API's own word, where the definition asks for none. */
  readonly minRuntimeVersion: string;
  readonly description: string;
  readonly owner: { readonly name: string; readonly organizationId: string; readonly createdAt: string };
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly status: PublishedVersion["status"];
  readonly instruction: string;
  readonly skills: Expert["skills"];
  readonly delegates: readonly string[];
  /** Words for this version: `latest`, `stable`. */
  readonly tags: readonly string[];
};

/** Every version of an Expert, the newest first. @param from.since when the scope's first version was published */
export const apiExperts = (
  state: IndexState,
  from: { readonly since: string; readonly definitionOf: (version: PublishedVersion) => Expert },
): readonly ApiExpert[] =>
  newestFirst(state).map((published) => {
    const { line, status, ratedAt } = published;
    const {
      description = "",
      instruction,
      skills,
      delegates,
      minRuntimeVersion,
    } = from.definitionOf(published);
    const scope = scopeOf(state.name);
    return {
      type: "registryExpert",
      ...{ id: line.sha256, key: `${line.name}@${line.version}`, name: line.name, version: line.version },
      ...{ minRuntimeVersion: minRuntimeVersion ?? "v1.0", description },
      owner: { name: scope.slice(1), organizationId: organizationId(scope), createdAt: from.since },
      ...{ createdAt: line.at, updatedAt: ratedAt ?? line.at, status },
      ...{ instruction, skills, delegates, tags: tagsOf(state, line.version) },
    };
  });

/** The version that its name alone means. */
export const latestOf = (state: IndexState): string => listedVersion(state)?.line.version ?? "";

/** Words for versions, `latest` among them. */
export const wordsOf = (state: IndexState): ReadonlyMap<string, string> =>
  new Map([...state.tags, [latest, latestOf(state)]]);

const tagsOf = (state: IndexState, version: string): readonly string[] =>
  [...wordsOf(state)].flatMap(([word, of]) => (of === version ? [word] : [])).sort();

/** Letters and digits, as the API's ids are; a scope has no other. */
const organizationId = (scope: string): string => sha256(scope).slice(0, 24);
