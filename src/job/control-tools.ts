import type { JsonObject, ToolCallPart } from "./message.ts";
import { openTodos, type Todo, todosAfter } from "./todo.ts";
import { baseSkill, type ToolDefinition } from "./tool.ts";

/**
 * The base skill's tools that steer the Run itself. They touch nothing outside the job's state, so the core
 * answers them; every other tool of the base skill is the runner's work.
 */
export const controlTools: readonly ToolDefinition[] = [
  {
    name: "attemptCompletion",
    description:
      "End the task. Write the final answer as text in the same message as this call. Open todos are handed back instead.",
    inputSchema: { type: "object", properties: {}, additionalProperties: false },
    skill: baseSkill,
    readOnly: true,
  },
  {
    name: "todo",
    description: "Add todos by title, complete them by id. Returns the whole list.",
    inputSchema: {
      type: "object",
      properties: {
        newTodos: { type: "array", items: { type: "string" } },
        completedTodos: { type: "array", items: { type: "integer" } },
      },
      additionalProperties: false,
    },
    skill: baseSkill,
    readOnly: true,
  },
  {
    name: "clearTodo",
    description: "Empty the todo list.",
    inputSchema: { type: "object", properties: {}, additionalProperties: false },
    skill: baseSkill,
    readOnly: true,
  },
];

const controlToolNames: ReadonlySet<string> = new Set(controlTools.map((tool) => tool.name));

/** Whether the core answers the call: one of the tools above, offered to the Run by the base skill itself. */
export const isControlCall = (tools: readonly ToolDefinition[], call: ToolCallPart): boolean =>
  call.malformed === undefined &&
  controlToolNames.has(call.tool) &&
  tools.some((tool) => tool.name === call.tool && tool.skill === baseSkill);

/**
 * What a control call is answered with: JSON text, as the base skill's other tools answer.
 *
 * @param todos the list before the call
 */
export const controlAnswer = (
  call: ToolCallPart,
  todos: readonly Todo[],
): { readonly text: string; readonly isError: boolean } => {
  const message = call.tool === "todo" ? todoArgumentsError(call.args) : noArgumentsError(call);
  if (message !== undefined) {
    return { text: JSON.stringify({ error: "InvalidArguments", message }), isError: true };
  }
  if (call.tool !== "attemptCompletion") {
    return { text: JSON.stringify({ todos: todosAfter(todos, call) }), isError: false };
  }
  const remainingTodos = openTodos(todos);
  return { text: JSON.stringify(remainingTodos.length === 0 ? {} : { remainingTodos }), isError: false };
};

// Checked by hand: the schemas above are this small, and the core does without a validator.
const todoArgumentsError = (args: JsonObject): string | undefined => {
  const { newTodos = [], completedTodos = [], ...others } = args;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return `todo has no argument "${unknown}": it takes newTodos and completedTodos.`;
  if (!Array.isArray(newTodos) || !newTodos.every((title) => typeof title === "string")) {
    return "newTodos must be an array of strings.";
  }
  if (!Array.isArray(completedTodos) || !completedTodos.every(Number.isInteger)) {
    return "completedTodos must be an array of integers, the ids of todos.";
  }
  return undefined;
};

const noArgumentsError = (call: ToolCallPart): string | undefined =>
  Object.keys(call.args).length === 0
    ? undefined
    : `${call.tool} takes no arguments. What there is to say goes into the message's text.`;
