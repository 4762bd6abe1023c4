import type { OutputScope, OutputTool } from "./kinds/kind.ts";
import {
  type OutputPolicy,
  outputKinds,
  type PlannedKind,
  type PlannedOutput,
  publishingOrder,
  ruleOf,
} from "./output-kinds.ts";

/** A tool, and what is asked for by it. */
export type OfferedTool = OutputTool & { readonly kind: PlannedKind };

/** The tools of a policy, as far as they make sense here. */
export const outputTools = (policy: OutputPolicy, scope: OutputScope): readonly OfferedTool[] =>
  publishingOrder.flatMap((kind) => toolsOf(kind, { policy, scope }));

const toolsOf = <Kind extends PlannedKind>(
  kind: Kind,
  { policy, scope }: { readonly policy: OutputPolicy; readonly scope: OutputScope },
): readonly OfferedTool[] => {
  const rule = ruleOf(policy, kind);
  if (rule === undefined) return [];
  return outputKinds[kind].tools(rule, scope).map((tool) => ({ ...tool, kind }));
};

/** What a call asks for. @param args fit the tool's schema */
export const askedOutput = ({ kind, name }: OfferedTool, args: object): PlannedOutput =>
  outputKinds[kind].asked(args, name);

/** Every text that the Expert wrote, changed. */
export const outputWithTexts = async (
  output: PlannedOutput,
  change: (text: string) => Promise<string>,
): Promise<PlannedOutput> => await withTexts(output.kind, output, change);

const withTexts = async <Kind extends PlannedKind>(
  kind: Kind,
  output: PlannedOutput<Kind>,
  change: (text: string) => Promise<string>,
): Promise<PlannedOutput> => await outputKinds[kind].withTexts(output, change);
