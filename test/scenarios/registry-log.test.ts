import { expect, test } from "vitest";
import { ada, definitionText, eve } from "../helpers/index-world.ts";
import { startPublishingWorld } from "../helpers/publishing-world.ts";

const timeout = 120_000;

/** What a runner takes for a command: `##[name]` anywhere in a line, `::name::` at its start. */
const commandsIn = (log: string): readonly string[] =>
  log.match(/##\[[\w-]+.*?\]|^\s*::(?!error::|warning::)[\w-]+.*?::/gm) ?? [];

test("given an endpoint and a reason that read like commands of a runner, then the log holds none, and the index both", {
  timeout,
}, async () => {
  const endpoint = "https://mcp.example.com/##[set-output name=tag;]v9";
  const skill = `[experts."@acme/x".skills.s]\ntype = "mcpSseSkill"\nendpoint = "${endpoint}"\n`;
  using world = startPublishingWorld({
    "experts/acme/x.toml": definitionText("@acme/x", "1.0.0", skill),
  });
  world.author.git("tag", "@acme/x@1.0.0");
  const [published] = await world.pushTags(["@acme/x@1.0.0"], ada);
  expect(published?.results.append).toBe("success");
  const reason = "Nobody — nobody at all! — keeps it: ##[set-output name=tag;]v9";
  const rated = await world.dispatch({ action: "deprecate", version: "@acme/x@1.0.0", value: reason });
  expect(rated.results.append).toBe("success");
  const log = `${published?.log}\n${rated.log}`;
  expect(commandsIn(log)).toEqual([]);
  expect(world.lines("@acme/x")?.versions.get("1.0.0")).toMatchObject({
    reason,
    line: { endpoints: [endpoint] },
  });
  // What is printed is the line for all that.
  const printed = rated.log.split("\n").filter((line) => line.startsWith("{"));
  expect(printed.map((line) => JSON.parse(line).reason)).toEqual([reason, reason]);
});

test("given a wish of a stranger that reads like commands, then what is said of it is none", {
  timeout,
}, async () => {
  using world = startPublishingWorld({ "experts/acme/x.toml": definitionText("@acme/x", "1.0.0") });
  const version = "##[add-mask]e\n::stop-commands::x $(id)";
  const { results, log } = await world.dispatch({ action: "index", version }, eve);
  expect(results.accept).toBe("failure");
  expect(log).toContain("cannot publish a version");
  expect(commandsIn(log)).toEqual([]);
});
