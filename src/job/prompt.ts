/**
 * The system prompt of a Run: the Expert's instruction, then the rules of its skills, and nothing that neither
 * the definition nor the reader of the journal knows of.
 */
export const systemPrompt = (expert: {
  readonly instruction: string;
  readonly rules: readonly { readonly skill: string; readonly rule: string }[];
}): string => {
  const instruction = expert.instruction.trim();
  if (expert.rules.length === 0) return instruction;
  const rules = expert.rules.map(({ skill, rule }) => `## ${skill}\n${rule.trim()}`);
  return [instruction, "# Rules for your skills", ...rules].join("\n\n");
};
