import { parseExpertKey } from "../definition/expert-name.ts";
import { ExpertStackError } from "../errors.ts";
import type { IndexState } from "../registry/index-file.ts";
import type { PublishedFacts } from "../registry/published-facts.ts";
import { selectVersion } from "../registry/select-version.ts";

/** Experts that a job may bring from elsewhere, the one that is asked for among them. */
const mostExperts = 255;

type Way = { readonly path: readonly string[]; readonly delegates: PublishedFacts["delegates"] };

/**
 * Whether what a definition delegates to is in the registry, and no way through delegates, as they would be chosen now,
 * comes back to it.
 *
 * @throws ExpertStackError PUBLISH_REFUSED, VERSION_NOT_FOUND, VERSION_DISABLED or DELEGATE_CYCLE
 */
export const checkDelegates = async (
  { name, version, delegates }: Pick<PublishedFacts, "name" | "version" | "delegates">,
  linesOf: (name: string) => Promise<IndexState>,
): Promise<void> => {
  const ways: Way[] = [{ path: [name], delegates }];
  const seen = new Set<string>();
  const chosen = new Set([`${name}@${version}`]);
  for (const { path, delegates: next } of ways) {
    for (const [delegate, request] of next) {
      const key = request === "" ? delegate : `${delegate}@${request}`;
      if (delegate === name) throw cycle([...path, delegate]);
      if (seen.has(key)) continue;
      seen.add(key);
      const state = await linesOf(delegate);
      if (state.versions.size === 0) throw unknown(path.at(-1) ?? name, delegate);
      const { line } = selectVersion(state, parseExpertKey(key)?.request);
      chosen.add(`${line.name}@${line.version}`);
      if (chosen.size > mostExperts) throw tooMany(name);
      ways.push({ path: [...path, delegate], delegates: line.delegates });
    }
  }
};

const cycle = (path: readonly string[]): ExpertStackError =>
  new ExpertStackError({
    code: "DELEGATE_CYCLE",
    message: `Delegation comes back to where it began: ${path.join(" → ")}.`,
    remedy: "Take one of the delegates out.",
  });

const unknown = (name: string, delegate: string): ExpertStackError =>
  new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `${name} delegates to ${delegate}, which this registry does not have.`,
    remedy: `Publish ${delegate} first, or take it out of the delegates.`,
  });

const tooMany = (name: string): ExpertStackError =>
  new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `${name} and what it delegates to are more than ${mostExperts} Experts.`,
    remedy: "Delegate to fewer.",
  });
