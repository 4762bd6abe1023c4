import type { JsonObject, ToolCallPart } from "./message.ts";
import type { Failure, RunOutcome } from "./outcome.ts";
import type { ToolDefinition } from "./tool.ts";

/** A delegate's Run is named by where it was called: `r0.2_1` by the second call in step 2 of `r0`, whenever it ran. */
export const delegateRunId = (parentRunId: string, toolCallId: string): string =>
  `${parentRunId}.${toolCallId.replace(/^call_/, "")}`;

const querySchema: JsonObject = {
  type: "object",
  properties: {
    query: {
      type: "string",
      description: "The whole task: the delegate sees nothing else of this conversation.",
    },
  },
  required: ["query"],
  additionalProperties: false,
};

/** The tool as which an Expert sees another one. */
export const delegateTool = (delegate: {
  readonly key: string;
  readonly name: string;
  readonly description: string;
}): ToolDefinition => ({
  name: delegate.name,
  description: delegate.description,
  inputSchema: querySchema,
  skill: delegate.key,
  readOnly: false,
  answeredBy: "delegate",
});

/** The query of a call to a delegate, or what is wrong with its arguments. */
export const delegateQuery = (
  call: ToolCallPart,
):
  | { readonly type: "query"; readonly query: string }
  | { readonly type: "refused"; readonly why: string } => {
  const { query, ...others } = call.args;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    return { type: "refused", why: `${call.tool} has no argument "${unknown}": it takes query.` };
  }
  return typeof query === "string" && query.trim() !== ""
    ? { type: "query", query }
    : { type: "refused", why: "query must be a text that says what to do." };
};

/** What the Expert that delegated reads once the delegate's Run has ended. */
export const delegateAnswer = (outcome: RunOutcome): { readonly text: string; readonly isError: boolean } => {
  if (outcome.type === "completed") return { text: outcome.text, isError: false };
  const { error, message } =
    outcome.type === "failed"
      ? { error: outcome.error.name, message: tellable(outcome.error) }
      : { error: "DelegateStopped", message: `The delegate was stopped: ${outcome.type}.` };
  return { text: JSON.stringify({ error, message }), isError: true };
};

/** What a provider says of a request may hold a piece of it, and so of what only the delegate knows. */
const tellable = ({ isQuoted, statusCode, message }: Failure): string => {
  if (isQuoted !== true) return message;
  return statusCode === undefined
    ? "The provider of the delegate's model could not be used."
    : `The provider of the delegate's model answered ${statusCode}.`;
};
