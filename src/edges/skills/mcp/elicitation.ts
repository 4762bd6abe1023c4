import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";

/**
 * The answer to a server that asks the user for values in the middle of a call (MCP 2025-11-25, elicitation, form
 * mode). Nobody is there to ask, and the model must not speak for the user. What the server itself proposes is
 * accepted, since the specification has clients fill forms in with defaults: the defaults, when there are some and
 * every required field has one. Everything else is declined, a bare "do you agree?" without fields among it.
 */
export const elicitationAnswer = (params: ElicitRequest["params"]): ElicitResult => {
  if (params.mode === "url") return { action: "decline" };
  const { properties, required = [] } = params.requestedSchema;
  const defaults = Object.entries(properties).flatMap(([name, schema]) =>
    "default" in schema && schema.default !== undefined ? [[name, schema.default] as const] : [],
  );
  const content = Object.fromEntries(defaults);
  const complete = required.every((name) => Object.hasOwn(content, name));
  return defaults.length > 0 && complete ? { action: "accept", content } : { action: "decline" };
};
