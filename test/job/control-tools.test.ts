import { describe, expect, test } from "vitest";
import { controlAnswer, controlTools } from "../../src/job/control-tools.ts";
import type { JsonObject } from "../../src/job/message.ts";
import { argumentsError } from "../../src/job/tool-arguments.ts";
import { heard, playJob, rootRun, tool } from "../helpers/scripted-job.ts";

const todo = (args: JsonObject) => ({ tool: "todo", args });
const complete = { tool: "attemptCompletion" };

describe("the todo list", () => {
  test("todos are added in order with ids from 0, and completed by id", () => {
    const { state } = playJob({
      answers: [
        { calls: [todo({ newTodos: ["read", "write"] })] },
        { calls: [todo({ completedTodos: [0] })] },
      ],
    });
    expect(heard(state).get("call_2_0")).toBe(
      JSON.stringify({
        todos: [
          { id: 0, title: "read", completed: true },
          { id: 1, title: "write", completed: false },
        ],
      }),
    );
  });

  test("two calls in one answer both count, in their order", () => {
    const { state } = playJob({
      answers: [{ calls: [todo({ newTodos: ["a"] }), todo({ newTodos: ["b"], completedTodos: [0] })] }],
    });
    expect(rootRun(state).todos).toEqual([
      { id: 0, title: "a", completed: true },
      { id: 1, title: "b", completed: false },
    ]);
  });

  test("a cleared list is empty and counts from 0 again", () => {
    const { state } = playJob({
      answers: [{ calls: [todo({ newTodos: ["a"] }), { tool: "clearTodo" }, todo({ newTodos: ["b"] })] }],
    });
    expect(rootRun(state).todos).toEqual([{ id: 0, title: "b", completed: false }]);
  });

  test.each<[string, JsonObject, string]>([
    ["a title that is not in a list", { newTodos: "a" }, "newTodos must be an array of strings."],
    ["a title that is no text", { newTodos: [1] }, "newTodos must be an array of strings."],
    [
      "an id that is a text",
      { completedTodos: ["0"] },
      "completedTodos must be an array of integers, the ids of todos.",
    ],
    [
      "an id that is no integer",
      { completedTodos: [0.5] },
      "completedTodos must be an array of integers, the ids of todos.",
    ],
    [
      "one faulty argument beside a good one",
      { newTodos: ["b"], completedTodos: 0 },
      "completedTodos must be an array of integers, the ids of todos.",
    ],
    ["another argument", { add: ["a"] }, 'todo has no argument "add": it takes newTodos and completedTodos.'],
  ])("%s is an error the model is told of, and the list stays", (_name, args, message) => {
    const { state } = playJob({ answers: [{ calls: [todo({ newTodos: ["a"] })] }, { calls: [todo(args)] }] });
    expect(heard(state).get("call_2_0")).toBe(JSON.stringify({ error: "InvalidArguments", message }));
    expect(rootRun(state).messages[4]).toMatchObject({ parts: [{ isError: true }] });
    expect(rootRun(state).todos).toEqual([{ id: 0, title: "a", completed: false }]);
  });

  test("malformed arguments leave the list as it is", () => {
    const { state } = playJob({
      answers: [{ calls: [{ tool: "clearTodo", malformed: "{" }, todo({ newTodos: ["a"] })] }],
    });
    expect(rootRun(state).todos).toHaveLength(1);
  });
});

describe("attemptCompletion", () => {
  test("with text in the same answer, that text is the result and the model is not asked again", () => {
    const { state, requests } = playJob({ answers: [{ text: " All fine. ", calls: [complete] }] });
    expect(state.outcome).toEqual({ type: "completed", text: "All fine." });
    expect(requests).toHaveLength(1);
  });

  test("without text, the model is asked for the closing text with no tool choice", () => {
    const { state, requests } = playJob({ answers: [{ calls: [complete] }, { text: "All fine." }] });
    expect(requests.map(({ toolChoice }) => toolChoice)).toEqual(["auto", "none"]);
    expect(state.outcome).toEqual({ type: "completed", text: "All fine." });
  });

  test("tool calls in place of the closing text are no answer, and it is asked for again", () => {
    const { state, requests, called } = playJob({
      answers: [{ calls: [complete] }, { calls: [{ tool: "read" }] }, { text: "All fine." }],
    });
    expect(requests.map(({ toolChoice }) => toolChoice)).toEqual(["auto", "none", "none"]);
    expect(called).toEqual([]);
    expect(state.outcome).toEqual({ type: "completed", text: "All fine." });
  });

  test("tool calls beside the closing text are not made", () => {
    const { state, called } = playJob({
      answers: [{ calls: [complete] }, { text: "All fine.", calls: [{ tool: "write" }] }],
    });
    expect(called).toEqual([]);
    expect(state.outcome).toEqual({ type: "completed", text: "All fine." });
  });

  test("with open todos it hands them back and the Run goes on", () => {
    const { state } = playJob({
      answers: [
        { calls: [todo({ newTodos: ["a", "b"], completedTodos: [] })] },
        { calls: [todo({ completedTodos: [0] }), complete] },
        { text: "Then not." },
      ],
    });
    expect(heard(state).get("call_2_1")).toBe(
      JSON.stringify({ remainingTodos: [{ id: 1, title: "b", completed: false }] }),
    );
    expect(state.outcome).toEqual({ type: "completed", text: "Then not." });
  });

  test("beside other calls it waits for them and drops none", () => {
    const { state, called, events } = playJob({
      answers: [{ text: "Written.", calls: [complete, { tool: "write" }, { tool: "read" }] }],
      pick: (count) => count - 1,
    });
    expect(
      events.flatMap((event) => (event.type === "toolCallFinished" ? [event.toolCallId] : [])).at(-1),
    ).toBe("call_1_0");
    expect(called).toEqual(["read", "write"]);
    expect([...heard(state)]).toEqual([
      ["call_1_0", "{}"],
      ["call_1_1", "write done"],
      ["call_1_2", "read done"],
    ]);
    expect(state.outcome).toEqual({ type: "completed", text: "Written." });
  });

  test("beside a new todo it is handed that todo, even when it was called first", () => {
    const { state } = playJob({ answers: [{ text: "Done.", calls: [complete, todo({ newTodos: ["a"] })] }] });
    expect(heard(state).get("call_1_0")).toContain("remainingTodos");
    expect(state.outcome).not.toMatchObject({ text: "Done." });
  });

  test.each([
    ["with an argument", { tool: "attemptCompletion", args: { result: "All fine." } }],
    ["malformed", { tool: "attemptCompletion", malformed: "All fine." }],
  ])("%s it does not count", (_name, call) => {
    const { state, requests } = playJob({
      answers: [{ text: "All fine.", calls: [call] }, { text: "Really." }],
    });
    expect(heard(state).get("call_1_0")).toContain("InvalidArguments");
    expect(requests).toHaveLength(2);
    expect(state.outcome).toMatchObject({ text: "Really." });
  });
});

describe("tools of other skills that carry the names of control tools", () => {
  const tools = [tool("attemptCompletion", "other"), tool("todo", "other"), tool("clearTodo", "other")];

  test("are called like any tool and steer nothing", () => {
    const { state, called, requests } = playJob({
      tools,
      answers: [{ text: "Hm.", calls: [todo({ newTodos: ["a"] }), complete] }, { text: "Done." }],
    });
    expect(called).toEqual(["todo", "attemptCompletion"]);
    expect(rootRun(state).todos).toEqual([]);
    expect(requests).toHaveLength(2);
  });

  test("are unknown when nobody offers them", () => {
    const { state } = playJob({ tools: [tool("read")], answers: [{ calls: [complete] }] });
    expect(heard(state).get("call_1_0")).toContain("UnknownTool");
  });
});

test("what the core refuses by hand is what the declared schemas refuse", () => {
  const samples: JsonObject[] = [
    {},
    { newTodos: [] },
    { newTodos: ["a"], completedTodos: [1] },
    { newTodos: "a" },
    { newTodos: [null] },
    { newTodos: null },
    { completedTodos: [1.5] },
    { completedTodos: { 0: 1 } },
    { other: 1 },
  ];
  for (const { name, inputSchema } of controlTools) {
    for (const args of samples) {
      const call = { type: "toolCall", id: "call_1_0", tool: name, args } as const;
      const refused = argumentsError(inputSchema, args) !== undefined;
      expect({ name, args, refused: controlAnswer(call, []).isError }).toEqual({ name, args, refused });
    }
  }
});
