import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Expert } from "../../src/definition/expert.ts";
import { runTools } from "../../src/job/run-tools.ts";
import { tool } from "../helpers/scripted-job.ts";

const expert = z.parse(Expert, {
  instruction: "You review.",
  delegates: ["@acme/triage", "helper"],
  skills: {
    people: {
      type: "interactiveSkill",
      tools: { ask: { description: "Asks.", inputJsonSchema: '{"type":"object"}' } },
    },
  },
});
const experts = new Map([
  ["@acme/triage", z.parse(Expert, { instruction: "You triage.", description: "Sorts issues." })],
  ["helper", z.parse(Expert, { instruction: "You help." })],
]);

const names = (place: "coordinator" | "delegate") =>
  runTools({ expert, experts, place, skillTools: [tool("read")] }).map((each) => [
    each.name,
    each.skill,
    each.answeredBy,
  ]);

describe("what a Run can call", () => {
  test("is what its skills offer, then people, then delegates by their short names", () => {
    expect(names("coordinator")).toEqual([
      ["read", "files", undefined],
      ["ask", "people", "person"],
      ["triage", "@acme/triage", "delegate"],
      ["helper", "helper", "delegate"],
    ]);
  });

  test("holds no question to a person in a delegate", () => {
    expect(names("delegate").map(([name]) => name)).toEqual(["read", "triage", "helper"]);
  });

  test("says of a delegate what its description does", () => {
    const tools = runTools({ expert, experts, place: "delegate", skillTools: [] });
    expect(tools.map(({ description }) => description)).toEqual(["Sorts issues.", ""]);
  });
});
