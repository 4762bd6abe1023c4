import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { isObject } from "../../job/json-object.ts";
import type { JsonObject, JsonValue } from "../../job/message.ts";
import type { Dialect } from "./dialect.ts";

type SchemaOptions = Pick<LanguageModelV4CallOptions, "responseFormat" | "providerOptions">;

/**
 * The provider's own structured output. OpenAI's strict form takes closed schemas only and refuses any other, so it is
 * asked for where it can be had.
 */
export const schemaOptions = (dialect: Dialect, schema: JsonObject | undefined): SchemaOptions => {
  if (schema === undefined) return {};
  const responseFormat: SchemaOptions["responseFormat"] = {
    type: "json",
    schema: JSON.parse(JSON.stringify(schema)),
  };
  if (isStrict(schema)) return { responseFormat };
  const loose = { strictJsonSchema: false };
  switch (dialect.name) {
    case "openai":
    case "openaiChat":
      return { responseFormat, providerOptions: { openai: loose } };
    case "compatible":
    case "ollama":
      return { responseFormat, providerOptions: { openaiCompatible: loose } };
    default:
      return { responseFormat };
  }
};

/** https://platform.openai.com/docs/guides/structured-outputs: no further properties, and none that may be missing. */
const isStrict = (schema: JsonValue): boolean => {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isObject(schema)) return true;
  const { properties, required } = schema;
  const names = isObject(properties) ? Object.keys(properties) : [];
  const isOpen =
    (schema.type === "object" || properties !== undefined) &&
    (schema.additionalProperties !== false ||
      !names.every((name) => Array.isArray(required) && required.includes(name)));
  return !isOpen && Object.values(schema).every(isStrict);
};
