import { type Marker, markerLine } from "../outputs/marker.ts";
import { framed, type InertText, sanitize, type TextPolicy } from "../outputs/sanitize.ts";
import { inlineCode } from "./markdown.ts";

/** An Expert that a comment may ask, as its definition describes it. */
export type Askable = { readonly name: string; readonly description?: string };

/**
 * The answer to a comment that asks for help: whom it may name, and how.
 *
 * @param phrase how a command begins
 * @param first the one that answers where no name is given
 */
export const renderHelp = (
  experts: readonly Askable[],
  {
    phrase,
    first,
    marker,
    policy,
  }: {
    readonly phrase: string;
    readonly first: string;
    readonly marker: Marker;
    readonly policy: TextPolicy;
  },
): InertText => {
  // A name is letters, digits and dashes, and the whole list is sanitised, which leaves spans of code as they are.
  const lines = experts.map(({ name, description }) =>
    description === undefined ? `- \`${name}\`` : `- \`${name}\`: ${description.replace(/\s+/g, " ")}`,
  );
  const usage = `Begin a comment with ${inlineCode(`${phrase} <name> <question>`)}. Without a name ${inlineCode(first)} answers.`;
  return framed({
    before: `${markerLine(marker)}\n\n${usage}\n\n`,
    body: sanitize(lines.join("\n"), policy),
    after: "\n",
  });
};
