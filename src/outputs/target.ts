import type { OutputScope } from "./kinds/kind.ts";
import { threadWord } from "./kinds/kind.ts";
import { invalidPolicy, type PolicyOptions } from "./policy-options.ts";

/** Of a kind that is for a thread: another one than the trigger's, by its number in this repository. */
export type Targeted = { readonly target?: number };

/** Reads `target=`. Only the step's author says it: no tool has such an argument. */
export const targetIn = (options: PolicyOptions): Targeted => {
  const text = options.text("target", "");
  if (text === "") return {};
  if (/^[1-9]\d{0,9}$/.test(text)) return { target: Number(text) };
  throw invalidPolicy({
    line: options.line,
    text: `\`target=${text}\` is no number of an issue or a pull request, such as \`target=12\``,
  });
};

/** The thread in words for the Expert, where there is one. */
export const placeWord = ({ target }: Targeted, { thread }: OutputScope): string | undefined => {
  if (target !== undefined) return `issue or pull request #${target}`;
  return thread === undefined ? undefined : threadWord(thread);
};

/** Of a rule, this alone. */
export const targetOf = ({ target }: Targeted): Targeted => (target === undefined ? {} : { target });
