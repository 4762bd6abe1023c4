import { expect, test } from "vitest";
import { expertWorld, skillTable, skillToolsOf } from "./open-expert.ts";

const announce = { name: "announce" };

test("given a server whose tools change, the chosen ones are told once, however often it says so", async () => {
  const world = expertWorld();
  world.list("tools", [announce, { name: "old" }]);
  const skills = await world.open(skillTable("s", world.args("tools"), 'omit = ["secret"]'));
  expect(skillToolsOf(skills)).toEqual(["announce", "old"]);
  world.list("tools", [announce, { name: "new" }, { name: "secret" }]);
  await world.call(skills, "announce", { times: 30 });
  await world.seen("toolsChanged");
  const changes = world.events.flatMap((event) => (event.type === "toolsChanged" ? [event.tools] : []));
  expect(changes.map((tools) => tools.map((tool) => tool.name))).toEqual([["announce", "new"]]);
  expect(world.notes()).toEqual([expect.stringContaining('has no tool "secret"')]);
  expect(await world.call(skills, "new")).toBe("this is new");
  expect(await world.call(skills, "old")).toContain('No skill offers "old"');
});

test("given news of a change after which nothing differs, nothing is told", async () => {
  const world = expertWorld();
  world.list("tools", [announce]);
  const skills = await world.open(skillTable("s", world.args("tools")));
  await world.call(skills, "announce", { times: 1 });
  world.list("tools", [announce, { name: "last" }]);
  await world.call(skills, "announce", { times: 1 });
  await world.seen("toolsChanged");
  expect(world.events.filter((event) => event.type === "toolsChanged")).toHaveLength(1);
});

test("given a new tool whose name the base skill has, it is left out with one warning", async () => {
  const world = expertWorld();
  world.list("tools", [announce]);
  const skills = await world.open(skillTable("s", world.args("tools")));
  world.list("tools", [announce, { name: "writeTextFile" }, { name: "fine" }]);
  await world.call(skills, "announce", { times: 1 });
  await world.seen("toolsChanged");
  expect(world.notes()).toEqual([
    'The skill "s" now has a tool "writeTextFile", which the skill "@perstack/base" has already; it is left out.',
  ]);
  expect(await world.call(skills, "writeTextFile", { path: "a.txt", text: "base" })).toContain("a.txt");
});

test("given a new tool that a delegate or a person answers already, it is left out", async () => {
  const world = expertWorld();
  world.list("tools", [announce]);
  const skills = await world.open(
    `delegates = ["@acme/writer"]\n${skillTable("s", world.args("tools"))}[experts.a.skills.people]\ntype = "interactiveSkill"\n[experts.a.skills.people.tools.confirm]\ninputJsonSchema = '{"type":"object"}'\n`,
  );
  world.list("tools", [announce, { name: "writer" }, { name: "confirm" }, { name: "fine" }]);
  await world.call(skills, "announce", { times: 1 });
  await world.seen("toolsChanged");
  expect(world.notes()).toEqual([
    expect.stringContaining('"writer", which the delegate "@acme/writer" has already'),
    expect.stringContaining('"confirm", which the skill "people" has already'),
  ]);
});

test("given a server that changes its tools all the time, it is followed twenty times and warned of once", async () => {
  const world = expertWorld();
  world.list("tools", [announce]);
  const skills = await world.open(skillTable("s", world.args("tools")));
  for (let round = 1; round <= 20; round += 1) {
    world.list("tools", [announce, { name: `t${round}` }]);
    await world.call(skills, "announce", { times: 1 });
    await world.seen("toolsChanged", round);
  }
  await world.call(skills, "announce", { times: 30 });
  await world.call(skills, "announce", { times: 30 });
  await world.seen("note");
  expect(world.notes()).toEqual([
    'The skill "s" changed its tools more than 20 times; later changes are not followed.',
  ]);
});

test("given two skills with a tool of one name at the start, both are named", async () => {
  const world = expertWorld();
  world.list("one", [{ name: "same" }]);
  await expect(
    world.open(skillTable("first", world.args("one")) + skillTable("second", world.args("one"))),
  ).rejects.toMatchObject({
    code: "TOOL_NAME_COLLISION",
    message: 'The skills "first" and "second" both have a tool named "same".',
  });
});

test("given a server that asks the user, defaults are accepted and everything else is declined", async () => {
  const world = expertWorld();
  world.list("tools", [{ name: "ask" }]);
  const skills = await world.open(skillTable("s", world.args("tools")));
  const ask = (properties: object, required: readonly string[] = []): Promise<string> => {
    const requestedSchema = JSON.parse(JSON.stringify({ type: "object", properties, required }));
    return world.call(skills, "ask", { params: { message: "?", requestedSchema } });
  };
  const city = { type: "string", default: "Kyoto" };
  const declined = '{"action":"decline"}';
  expect(await ask({ city, note: { type: "string" } }, ["city"])).toBe(
    '{"action":"accept","content":{"city":"Kyoto"}}',
  );
  expect(await ask({ city, name: { type: "string" } }, ["name"])).toBe(declined);
  expect(await ask({ name: { type: "string" } })).toBe(declined);
  expect(await ask({})).toBe(declined);
  const url = { mode: "url", message: "?", url: "https://example.com/", elicitationId: "1" };
  expect(await world.call(skills, "ask", { params: url })).toContain("does not support URL-mode");
  const said = world.events.find((event) => event.type === "skillStderr");
  expect(said).toMatchObject({ text: '{"elicitation":{"form":{}}}' });
});
