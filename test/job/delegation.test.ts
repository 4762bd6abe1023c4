import { describe, expect, test } from "vitest";
import { delegateAnswer, delegateQuery, delegateRunId } from "../../src/job/delegation.ts";
import type { JsonObject } from "../../src/job/message.ts";
import { playTree } from "../helpers/play-tree.ts";
import { unauthorized } from "../helpers/scripted-job.ts";
import type { TreeRun } from "../helpers/scripted-tree.ts";

const call = (args: JsonObject) => ({ type: "toolCall", id: "call_2_1", tool: "triage", args }) as const;

describe("a call to a delegate", () => {
  test("is a Run named by where it was called", () => {
    expect(delegateRunId("r0", "call_2_1")).toBe("r0.2_1");
    expect(delegateRunId("r0.2_1", "call_10_0")).toBe("r0.2_1.10_0");
  });

  test("is its query", () => {
    expect(delegateQuery(call({ query: "Look." }))).toEqual({ type: "query", query: "Look." });
  });

  test.each<[string, JsonObject, string]>([
    ["without a query", {}, "query must be"],
    ["with an empty one", { query: " \n" }, "query must be"],
    ["with one that is no text", { query: 7 }, "query must be"],
    ["with more than a query", { query: "Look.", files: [] }, 'triage has no argument "files"'],
  ])("is refused %s", (_, args, why) => {
    expect(delegateQuery(call(args))).toEqual({ type: "refused", why: expect.stringContaining(why) });
  });
});

describe("what the caller reads", () => {
  test("is the delegate's last words", () => {
    expect(delegateAnswer({ type: "completed", text: "Fine." })).toEqual({ text: "Fine.", isError: false });
  });

  test("is why it failed", () => {
    expect(delegateAnswer({ type: "failed", error: unauthorized })).toEqual({
      text: JSON.stringify({ error: "Unauthorized", message: "invalid x-api-key" }),
      isError: true,
    });
  });
});

const leaf: TreeRun = { turns: [], end: "text" };
const calling = (...runs: readonly TreeRun[]): TreeRun => ({
  turns: [{ calls: runs.map((run) => ({ kind: "delegate", run }) as const), text: false, failures: [] }],
  end: "text",
});

describe("a tree of delegates", () => {
  test("may be eight deep, and its steps run on through all of them and back", () => {
    const deep = Array.from({ length: 8 }).reduce<TreeRun>((run) => calling(run), leaf);
    const { state, requests } = playTree({ tree: deep });
    expect(state.outcome).toEqual({ type: "completed", text: "«FIN r0»" });
    expect(requests.map(({ run }) => run.step)).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
    expect(state.steps).toBe(17);
  });

  test("goes on when one of three fails, and results stand in the order of the calls", () => {
    const { state, requests } = playTree({
      tree: calling(leaf, { turns: [], end: "failure" }, leaf),
      pick: (count) => count - 1,
    });
    const [results] = requests.at(-1)?.run.messages.slice(-1) ?? [];
    expect(results?.role === "tool" && results.parts.map(({ id, isError }) => [id, isError])).toEqual([
      ["call_1_0", false],
      ["call_1_1", true],
      ["call_1_2", false],
    ]);
    expect(state.outcome?.type).toBe("completed");
  });

  test("gives each of them todos of its own", () => {
    const todo: TreeRun["turns"][number] = {
      calls: [{ kind: "todo", title: "of the helper" }],
      text: false,
      failures: [],
    };
    const { state } = playTree({ tree: calling({ turns: [todo], end: "text" }, leaf) });
    expect([...state.runs.values()].map(({ id, todos }) => [id, todos.map(({ title }) => title)])).toEqual([
      ["r0", []],
      ["r0.1_0", ["of the helper"]],
      ["r0.1_1", []],
    ]);
  });

  test("tells a delegate that asks a person that there is no such tool", () => {
    const asking: TreeRun = { turns: [{ calls: [{ kind: "ask" }], text: false, failures: [] }], end: "text" };
    const { state, requests } = playTree({ tree: calling(asking) });
    const heard = requests.filter(({ run }) => run.id === "r0.1_0").at(-1)?.run.messages;
    expect(JSON.stringify(heard)).toContain("UnknownTool");
    expect(state.outcome?.type).toBe("completed");
  });
});
