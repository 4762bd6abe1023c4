import examples from "@octokit/webhooks-examples" with { type: "json" };
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { guessEvents } from "../../src/request/guess-event.ts";

const all = z.array(z.object({ name: z.string(), examples: z.array(z.unknown()) })).parse(examples);

const events = [
  "issue_comment",
  "issues",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "release",
  "repository_dispatch",
  "workflow_dispatch",
  "workflow_run",
];

describe.each(events)("given GitHub's own examples of %s", (event) => {
  const payloads = all.filter(({ name }) => name === event).flatMap((one) => one.examples);

  it("the event is told from the payload's keys", () => {
    expect(payloads.length).toBeGreaterThan(0);
    const both = event === "pull_request" ? ["pull_request", "pull_request_target"] : [event];
    for (const payload of payloads) expect(guessEvents(payload)).toEqual(both);
  });
});

it.each([[null], ["text"], [{}], [{ zen: "Keep it logically awesome." }]])("%j is of no event", (payload) => {
  expect(guessEvents(payload)).toEqual([]);
});

it("a schedule is told, too", () => expect(guessEvents({ schedule: "0 4 * * 1" })).toEqual(["schedule"]));
