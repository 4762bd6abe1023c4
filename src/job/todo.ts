import type { JsonValue, ToolCallPart } from "./message.ts";

/** An entry of a Run's own todo list. Ids count from 0, and from 0 again once the list was cleared. */
export type Todo = { readonly id: number; readonly title: string; readonly completed: boolean };

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);

/** The list after a `todo` or `clearTodo` call; any other call leaves it as it is. */
export const todosAfter = (todos: readonly Todo[], call: ToolCallPart): readonly Todo[] => {
  if (call.tool === "clearTodo") return [];
  if (call.tool !== "todo") return todos;
  const completed = new Set(listOf(call.args.completedTodos));
  const next = todos.reduce((highest, todo) => Math.max(highest, todo.id + 1), 0);
  const added = listOf(call.args.newTodos)
    .filter((title) => typeof title === "string")
    .map((title, index) => ({ id: next + index, title, completed: false }));
  return [...todos.map((todo) => (completed.has(todo.id) ? { ...todo, completed: true } : todo)), ...added];
};

export const openTodos = (todos: readonly Todo[]): readonly Todo[] => todos.filter((todo) => !todo.completed);
