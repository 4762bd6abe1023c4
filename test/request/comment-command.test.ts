import fc from "fast-check";
import { expect, it } from "vitest";
import { type CommandRules, readCommand } from "../../src/request/comment-command.ts";

const rules: CommandRules = { phrase: "/expert", allowed: ["reviewer", "triage"], unnamed: "answers" };

it.each([
  ["/expert reviewer is this safe?", { type: "ask", expert: "reviewer", question: "is this safe?" }],
  ["/expert triage: which label?\r\nmore", { type: "ask", expert: "triage", question: "which label?\nmore" }],
  ["/expert reviewer", { type: "ask", expert: "reviewer", question: "" }],
  ["/expert why does it fail", { type: "ask", question: "why does it fail" }],
  ["/Expert why", { type: "ask", question: "why" }],
  ["/expert\nwhy", { type: "ask", question: "why" }],
  ["/expert help", { type: "help" }],
  ["/expert", { type: "help" }],
  [
    "/expert @acme/reviewer go",
    { type: "unknownName", name: "@acme/reviewer", allowed: ["reviewer", "triage"] },
  ],
  [
    "/expert github:a/b//c@v1 go",
    { type: "unknownName", name: "github:a/b//c@v1", allowed: ["reviewer", "triage"] },
  ],
  ["/expert reviewer@1 go", { type: "unknownName", name: "reviewer@1", allowed: ["reviewer", "triage"] }],
  ["/experts why", { type: "none" }],
  ["please /expert why", { type: "none" }],
  ["> /expert why", { type: "none" }],
  ["text\n/expert why", { type: "none" }],
  ["", { type: "none" }],
])("%j", (body, expected) => {
  expect(readCommand(body, rules)).toEqual(expected);
});

it("refuses a first word that is no name when no Expert answers unnamed questions", () => {
  expect(readCommand("/expert why", { ...rules, unnamed: "refused" })).toEqual({
    type: "unknownName",
    name: "why",
    allowed: ["reviewer", "triage"],
  });
});

it("listens to another phrase when told to", () => {
  expect(readCommand("@bot why", { ...rules, phrase: "@bot" })).toEqual({ type: "ask", question: "why" });
  expect(readCommand("anything", { ...rules, phrase: "" })).toEqual({ type: "none" });
});

it("never chooses a name that is not allowed", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const command = readCommand(`/expert ${text}`, rules);
      if (command.type === "ask") expect([undefined, "reviewer", "triage"]).toContain(command.expert);
    }),
  );
});
