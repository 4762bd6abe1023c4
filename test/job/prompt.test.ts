import { expect, test } from "vitest";
import { systemPrompt } from "../../src/job/prompt.ts";

test("without rules the system prompt is the instruction alone", () => {
  expect(systemPrompt({ instruction: "\nYou review.\n", rules: [] })).toBe("You review.");
});

test("rules of skills follow the instruction, each under its skill's name", () => {
  const rules = [
    { skill: "files", rule: "Only read.\n" },
    { skill: "search", rule: "Cite." },
  ];
  expect(systemPrompt({ instruction: "You review.", rules })).toBe(
    "You review.\n\n# Rules for your skills\n\n## files\nOnly read.\n\n## search\nCite.",
  );
});
