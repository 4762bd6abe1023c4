import { ExpertStackError } from "../../errors.ts";
import { type Asked, askedFor, type Choice } from "./choice.ts";

/** Experts that one job may bring from elsewhere. */
const mostExperts = 255;

/**
 * Chooses a version for every request, then for what those delegate to, level by level.
 *
 * @param choose one level at once, in the order of what is asked
 * @returns the choice for each request's text
 */
export const walk = async (
  wanted: readonly string[],
  choose: (level: readonly Asked[]) => Promise<readonly Choice[]>,
): Promise<ReadonlyMap<string, Choice>> => {
  const chosen = new Map<string, Choice>();
  const keys = new Set<string>();
  let level = [...new Set(wanted)].map((text) => askedFor(text, "The manifest"));
  while (level.length > 0) {
    const choices = await choose(level);
    const next = new Map<string, Asked>();
    for (const [index, choice] of choices.entries()) {
      chosen.set(level[index]?.text ?? choice.key, choice);
      keys.add(choice.key);
      for (const text of choice.delegates) next.set(text, askedFor(text, choice.key));
    }
    if (keys.size > mostExperts) throw tooMany(wanted);
    level = [...next.values()].filter(({ text }) => !chosen.has(text));
  }
  return chosen;
};

const tooMany = (wanted: readonly string[]): ExpertStackError =>
  new ExpertStackError({
    code: "DELEGATION_TOO_DEEP",
    message: `${wanted.join(", ")} and what it delegates to are more than ${mostExperts} Experts.`,
    remedy: "Use an Expert that delegates to fewer.",
  });
