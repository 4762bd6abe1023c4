import { expect, test } from "vitest";
import { createStatus } from "../../src/hosts/cli-status.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { playJob, type Script } from "../helpers/scripted-job.ts";

/** The line after each event, without its clock. */
const statesOf = (script: Script): readonly (readonly [JobEvent["type"], string])[] => {
  const status = createStatus();
  return playJob(script).events.map((event) => {
    status.see(event);
    const [steps, , , doing] = status.text().split(" · ");
    return [event.type, `${steps} ${doing}`];
  });
};

const complete = { text: "Done.", calls: [{ tool: "attemptCompletion" }] };
const todo = { calls: [{ tool: "todo", args: { newTodos: [] } }] };

test("once the answer is there it finishes, and counts no step more", () => {
  const states = statesOf({ answers: [todo, complete] });
  const given = states.findLastIndex(([type]) => type === "toolCallFinished");
  expect(states[given - 1]).toEqual(["generationFinished", "steps 2 attemptCompletion"]);
  for (const [, text] of states.slice(given)) expect(text).toBe("steps 2 finishing");
});

test("an answer without calls is the end too", () => {
  const states = statesOf({ answers: [{ text: "Done." }] });
  expect(states.find(([type]) => type === "generationFinished")?.[1]).toBe("steps 1 finishing");
});

test("the step never exceeds the job's steps", () => {
  const states = statesOf({ answers: [todo, todo, todo], limits: { maxSteps: 2 } });
  expect(states.at(-1)?.[1]).toBe("steps 2/2 finishing");
  expect(states.map(([, text]) => text)).not.toContainEqual(expect.stringMatching(/^steps 3/));
});

test("a job that was told to stop is stopping", () => {
  const status = createStatus();
  const [started] = playJob({ answers: [] }).events;
  if (started === undefined) throw new Error("no event");
  status.see(started);
  status.see({ type: "note", level: "info", text: "installing pkg@1.0.0" });
  expect(status.text()).toMatch(/· installing pkg@1\.0\.0$/);
  status.see({ type: "interrupted", signal: "SIGINT" });
  expect(status.text()).toMatch(/· stopping$/);
});
