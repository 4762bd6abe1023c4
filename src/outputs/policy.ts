import { nearest } from "../definition/nearest.ts";
import { comment } from "./kinds/comment.ts";
import { type OutputPolicy, outputKinds, publishingOrder } from "./output-kinds.ts";
import { type PolicyLine, readPolicyLines } from "./policy-line.ts";
import { invalidPolicy, policyOptions } from "./policy-options.ts";

/** How a policy calls what can be published, each kind in one word. */
const kinds = { comment, ...outputKinds } as const;
type OutputKind = keyof typeof kinds;
const kindNames: readonly OutputKind[] = ["comment", ...publishingOrder];

/**
 * Reads the input `safe-outputs`: one kind a line. `none` alone publishes nothing.
 *
 * @throws ExpertStackError INPUT_INVALID, naming the line
 */
export const readOutputPolicy = (text: string): OutputPolicy => {
  const { lines, problems } = readPolicyLines(text);
  const [problem] = problems;
  if (problem !== undefined) throw invalidPolicy(problem);
  const [first, second] = lines;
  if (first?.kind === "none" && second === undefined && first.options.length === 0) return {};
  if (first === undefined)
    throw invalidPolicy({ line: 1, text: "it names nothing; `none` publishes nothing" });
  const seen = new Map<OutputKind, number>();
  const policy: OutputPolicy = {};
  for (const line of lines) {
    const kind = kindOf(line);
    const before = seen.get(kind);
    if (before !== undefined)
      throw invalidPolicy({ line: line.line, text: `\`${kind}\` stands in line ${before} already` });
    seen.set(kind, line.line);
    const { options, rule } = kinds[kind];
    Object.assign(policy, { [kind]: rule(policyOptions(line, options)) });
  }
  return policy;
};

const kindOf = ({ line, kind }: PolicyLine): OutputKind => {
  const known = kindNames.find((one) => one === kind);
  if (known !== undefined) return known;
  if (kind === "none") throw invalidPolicy({ line, text: "`none` stands alone, or not at all" });
  const [meant] = nearest(kind, kindNames, 1);
  const hint = meant === undefined ? "" : `, did you mean \`${meant}\``;
  throw invalidPolicy({ line, text: `there is no output \`${kind}\`${hint}` });
};
