import { expect, test } from "vitest";
import { expertWorld, skillTable, skillToolsOf } from "./open-expert.ts";

test("given `lazyInit`, the Run opens without waiting, and the tools come when the server is up", async () => {
  const world = expertWorld();
  world.list("tools", [{ name: "pid" }, { name: "hidden" }]);
  const rest = 'lazyInit = true\nomit = ["hidden"]';
  const skills = await world.open(skillTable("slow", world.args("tools", "gate"), rest));
  expect(skillToolsOf(skills)).toEqual([]);
  expect(await world.call(skills, "pid")).toContain('No skill offers "pid"');
  world.openGate("gate");
  await world.seen("toolsChanged");
  expect(world.events.filter((event) => event.type === "toolsChanged")).toEqual([
    {
      type: "toolsChanged",
      runId: "r0",
      skill: "slow",
      tools: [
        { name: "pid", description: "", inputSchema: { type: "object" }, skill: "slow", readOnly: false },
      ],
    },
  ]);
  expect(Number(await world.call(skills, "pid"))).toBeGreaterThan(0);
});

test("given a lazy skill that is up before the Run is open, its tools come after the caller has noted that", async () => {
  const world = expertWorld();
  world.list("tools", [{ name: "pid" }]);
  world.list("others", [{ name: "other" }]);
  const opening = world.open(
    skillTable("quick", world.args("tools"), "lazyInit = true") +
      skillTable("slow", world.args("others", "gate")),
  );
  await world.seen("skillConnected");
  world.openGate("gate");
  const skills = await opening;
  expect(world.events.map((event) => event.type)).not.toContain("toolsChanged");
  expect(skillToolsOf(skills)).toEqual(["other"]);
  await world.seen("toolsChanged");
  expect(Number(await world.call(skills, "pid"))).toBeGreaterThan(0);
});

test("given a lazy skill that does not start, a warning says why and the Run goes on", async () => {
  const world = expertWorld();
  const skills = await world.open(skillTable("broken", '["-e", "process.exit(4)"]', "lazyInit = true"));
  await world.seen("note");
  expect(world.notes()).toEqual([
    expect.stringMatching(
      /^The Run goes on without the tools of the skill "broken"\. The skill "broken" exited with code 4 while it started/,
    ),
  ]);
  expect(await world.call(skills, "healthCheck")).toContain("ok");
});

test("given a lazy skill that is still starting, the end of the Run ends it, without a word", async () => {
  const world = expertWorld();
  world.list("tools", []);
  const skills = await world.open(skillTable("slow", world.args("tools", "gate"), "lazyInit = true"));
  await world.seen("skillStarting");
  await skills[Symbol.asyncDispose]();
  expect(world.notes()).toEqual([]);
  expect(world.events.map((event) => event.type)).toEqual(["skillStarting", "sandboxOpened"]);
});

test("given a lazy skill, what needs no process is refused at once", async () => {
  const world = expertWorld();
  const opening = world.open(skillTable("lazy", "[]", 'lazyInit = true\nrequiredEnv = ["NOT_THERE"]'));
  await expect(opening).rejects.toMatchObject({ code: "SKILL_ENV_MISSING" });
});

test("given a lazy skill with a tool that another skill has, that tool is left out with a warning", async () => {
  const world = expertWorld();
  world.list("tools", [{ name: "pid" }, { name: "exec" }, { name: "both" }]);
  world.list("others", [{ name: "both" }]);
  const skills = await world.open(
    skillTable("lazy", world.args("tools", "gate"), "lazyInit = true") +
      skillTable("other", world.args("others")),
  );
  expect(skillToolsOf(skills)).toEqual(["both"]);
  world.openGate("gate");
  await world.seen("toolsChanged");
  expect(world.notes()).toEqual([
    'The skill "lazy" now has a tool "exec", which the skill "@perstack/base" has already; it is left out.',
    'The skill "lazy" now has a tool "both", which the skill "other" has already; it is left out.',
  ]);
  expect(await world.call(skills, "both")).toBe("this is both");
});
