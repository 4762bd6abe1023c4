import type { JsonObject } from "./message.ts";

/**
 * The system prompt of a Run: the Expert's instruction, the rules of its skills, the form of its answer, and nothing
 * that neither the definition nor the reader of the journal knows of.
 */
export const systemPrompt = (expert: {
  readonly instruction: string;
  readonly rules: readonly { readonly skill: string; readonly rule: string }[];
  readonly outputSchema?: JsonObject;
}): string =>
  [expert.instruction.trim(), ...rulesText(expert.rules), ...formText(expert.outputSchema)].join("\n\n");

const rulesText = (rules: readonly { readonly skill: string; readonly rule: string }[]): readonly string[] =>
  rules.length === 0
    ? []
    : ["# Rules for your skills", ...rules.map(({ skill, rule }) => `## ${skill}\n${rule.trim()}`)];

const formText = (schema: JsonObject | undefined): readonly string[] =>
  schema === undefined
    ? []
    : [
        "# Form of the final answer",
        `The final answer is one JSON object that satisfies this JSON Schema, without any text around it:\n${JSON.stringify(schema)}`,
      ];
