import { ExpertStackError } from "../../errors.ts";
import { type Asked, askedFor, type Choice } from "./choice.ts";

/** Experts that one job may bring from elsewhere. */
const mostExperts = 255;

/** Ways to ask for them: `@acme/x`, `@acme/x@1`. */
const mostRequests = 2 * mostExperts;

/** Delegations in a row from what is asked for. */
const deepest = 8;

/**
 * Chooses a version for every request, then for what those delegate to, level by level.
 *
 * @param choose one level at once, in the order of what is asked
 * @param askers who wants each, for messages: `.github/workflows/review.yml runs`
 * @throws ExpertStackError DELEGATION_TOO_DEEP
 * @returns the choice for each request's text
 */
export const walk = async (
  wanted: readonly string[],
  choose: (level: readonly Asked[]) => Promise<readonly Choice[]>,
  askers: ReadonlyMap<string, string> = new Map(),
): Promise<ReadonlyMap<string, Choice>> => {
  const chosen = new Map<string, Choice>();
  const keys = new Set<string>();
  const names = new Set<string>();
  let level = [...new Set(wanted)].map((text) => askedFor(text, askerOf(askers.get(text))));
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw tooDeep(wanted);
    // Each name is at least one Expert: what cannot end well is not fetched first.
    for (const asked of level) if (asked.type === "registry") names.add(asked.key.name);
    if (names.size > mostExperts || chosen.size + level.length > mostRequests) throw tooMany(wanted);
    const choices = await choose(level);
    const next = new Map<string, Asked>();
    for (const [index, choice] of choices.entries()) {
      chosen.set(level[index]?.text ?? choice.key, choice);
      keys.add(choice.key);
      for (const text of choice.delegates) next.set(text, delegateOf(text, choice));
    }
    if (keys.size > mostExperts) throw tooMany(wanted);
    level = [...next.values()].filter(({ text }) => !chosen.has(text));
  }
  return chosen;
};

const askerOf = (asker: string | undefined) => (asker === undefined ? {} : { asker });

const delegateOf = (text: string, { key }: Choice): Asked =>
  askedFor(text, { by: key, asker: `${key} delegates to` });

const tooDeep = (wanted: readonly string[]): ExpertStackError =>
  new ExpertStackError({
    code: "DELEGATION_TOO_DEEP",
    message: `${wanted.join(", ")}: what it delegates to goes on for more than ${deepest} delegations in a row.`,
    remedy: "Use an Expert whose delegates are nearer.",
  });

const tooMany = (wanted: readonly string[]): ExpertStackError =>
  new ExpertStackError({
    code: "DELEGATION_TOO_DEEP",
    message: `${wanted.join(", ")} and what it delegates to are more than ${mostExperts} Experts.`,
    remedy: "Use an Expert that delegates to fewer.",
  });
