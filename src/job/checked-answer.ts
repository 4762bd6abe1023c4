import type { JobEvent } from "./event.ts";
import { isObject } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./message.ts";
import { answerError } from "./tool-arguments.ts";

type Verdict = Extract<JobEvent, { readonly type: "answerChecked" }>["verdict"];

/** An answer that is JSON, alone or as the only block of code in it, held against a JSON Schema. */
export const checkedAnswer = (text: string, schema: JsonObject): Verdict => {
  const value = objectIn(text) ?? objectIn(onlyBlock(text));
  if (value === undefined) return { type: "invalid", error: "it is no JSON object" };
  const error = answerError(schema, value);
  return error === undefined ? { type: "valid", value } : { type: "invalid", error };
};

/** Of several blocks of code nobody can tell which is the answer. */
const onlyBlock = (text: string): string => {
  const lines = text.split("\n");
  const fences = lines.flatMap((line, index) => (line.trimStart().startsWith("```") ? [index] : []));
  const [first, last] = fences;
  return fences.length === 2 && first !== undefined ? lines.slice(first + 1, last).join("\n") : "";
};

const objectIn = (text: string): JsonObject | undefined => {
  try {
    const value: JsonValue = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
