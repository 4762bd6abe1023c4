import type { Expert } from "../definition/expert.ts";
import { newlyAllowed, type Permission } from "../registry/permission.ts";
import { aligned } from "../report/aligned.ts";
import { type DiffLine, lineDiff } from "../report/line-diff.ts";
import { visible } from "../report/visible.ts";
import type { LookedUp } from "../run/registry/look-up.ts";

type Change = {
  readonly allowed: readonly Permission[];
  readonly withdrawn: readonly Permission[];
  readonly text: readonly DiffLine[];
};

const changeOf = ({ expert: before }: LookedUp, { expert: after }: LookedUp): Change => ({
  allowed: newlyAllowed(before, after),
  withdrawn: newlyAllowed(after, before),
  text: lineDiff(promptOf(before), promptOf(after)),
});

/** All that a model is told: the instruction, and what is said of the skills. */
const promptOf = ({ description, instruction, skills }: Expert): string =>
  [
    ...(description === undefined ? [] : [`description: ${description}`]),
    ...Object.entries(skills).flatMap(([name, skill]) => [
      ...(skill.description === undefined ? [] : [`skill ${name}: ${skill.description}`]),
      ...(skill.rule === undefined ? [] : [`rule of ${name}: ${skill.rule}`]),
    ]),
    instruction,
  ].join("\n");

export const diffJson = (before: LookedUp, after: LookedUp) => ({
  v: 1,
  from: before.choice.key,
  to: after.choice.key,
  ...changeOf(before, after),
});

/** What the second version would allow that the first does not, then what it no longer allows, then what it says. */
export const diffText = (before: LookedUp, after: LookedUp): string => {
  const { allowed, withdrawn, text } = changeOf(before, after);
  const lines = text.map(({ mark, text: line }) =>
    mark === "@" ? "  @@\n" : `  ${mark} ${visible(line)}\n`,
  );
  return [
    `${before.choice.key} → ${after.choice.key}\n`,
    `\nnewly allowed\n${rows("+", allowed)}`,
    withdrawn.length === 0 ? "" : `\nno longer allowed\n${rows("-", withdrawn)}`,
    `\nwhat it is told\n${lines.join("") || "  the same\n"}`,
  ].join("");
};

const rows = (mark: string, permissions: readonly Permission[]): string =>
  permissions.length === 0
    ? "  nothing\n"
    : aligned(permissions.map(({ kind, text }) => ["", mark, kind, text]));
