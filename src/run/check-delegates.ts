import { parseExpertKey } from "../definition/expert-name.ts";
import { ExpertStackError } from "../errors.ts";
import type { IndexState } from "../registry/index-file.ts";
import type { PublishedFacts } from "../registry/published-facts.ts";
import { selectVersion } from "../registry/select-version.ts";

/** Experts that one may reach through its delegates. */
const mostReached = 255;

type Way = { readonly path: readonly string[]; readonly delegates: PublishedFacts["delegates"] };

/**
 * Whether what a definition delegates to is in the registry, and no way through delegates, as they would be chosen now,
 * comes back to it.
 *
 * @throws ExpertStackError PUBLISH_REFUSED, VERSION_NOT_FOUND, VERSION_DISABLED or DELEGATE_CYCLE
 */
export const checkDelegates = async (
  { name, delegates }: Pick<PublishedFacts, "name" | "delegates">,
  linesOf: (name: string) => Promise<IndexState>,
): Promise<void> => {
  const ways: Way[] = [{ path: [name], delegates }];
  const seen = new Set<string>();
  for (const { path, delegates: next } of ways) {
    for (const [delegate, request] of next) {
      const key = request === "" ? delegate : `${delegate}@${request}`;
      if (delegate === name) throw cycle([...path, delegate]);
      if (seen.has(key)) continue;
      if (seen.size === mostReached) throw tooMany(name);
      seen.add(key);
      const state = await linesOf(delegate);
      if (state.versions.size === 0) throw unknown(path.at(-1) ?? name, delegate);
      const { line } = selectVersion(state, parseExpertKey(key)?.request);
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
    message: `${name} reaches more than ${mostReached} Experts through its delegates.`,
    remedy: "Delegate to fewer.",
  });
