import { describe, expect, it } from "vitest";
import { readOutputPolicy } from "../../src/outputs/policy.ts";

describe("what a step says it publishes", () => {
  it.each([
    ["comment", { comment: { required: false } }],
    ["none", {}],
    ["  comment required \n\n# nothing else\n", { comment: { required: true } }],
    [
      "labels allow=bug,needs-*,area/* max=5 # by glob",
      { labels: { required: false, allow: ["bug", "needs-*", "area/*"], max: 5 } },
    ],
    [
      'labels allow="good first issue, bug"',
      { labels: { required: false, allow: ["good first issue", "bug"], max: 3 } },
    ],
    ["assign allow=ada required=true", { assign: { required: true, allow: ["ada"], max: 1 } }],
    [
      'issue title-prefix="[expert] \\"x\\" " labels=triage max=2',
      { issue: { required: false, titlePrefix: '[expert] "x" ', labels: ["triage"], max: 2 } },
    ],
    ["issue", { issue: { required: false, titlePrefix: "", labels: [], max: 1 } }],
    ["review", { review: { required: false, maxComments: 20, approve: false, untrusted: false } }],
    [
      "review max-comments=30 approve=true untrusted=true required",
      { review: { required: true, maxComments: 30, approve: true, untrusted: true } },
    ],
    ["check", { check: { required: false, untrusted: false, maxAnnotations: 50 } }],
    [
      'check name="Expert review" max-annotations=80 required',
      { check: { required: true, untrusted: false, maxAnnotations: 80, name: "Expert review" } },
    ],
    ["comment target=12", { comment: { required: false, target: 12 } }],
    ["assign allow=ada target=7", { assign: { required: false, allow: ["ada"], max: 1, target: 7 } }],
    [
      'pull-request branch=fix/** paths=src/**,docs/*.md max-files=5 draft base=next title-prefix="[x] " labels=bot',
      {
        "pull-request": {
          ...{
            required: false,
            branch: ["fix/**"],
            paths: ["src/**", "docs/*.md"],
            maxFiles: 5,
            base: "next",
          },
          ...{ state: "draft", titlePrefix: "[x] ", labels: ["bot"] },
        },
      },
    ],
    [
      "pull-request paths=**",
      {
        "pull-request": {
          ...{ required: false, branch: ["expert/*"], paths: ["**"], maxFiles: 20, base: undefined },
          ...{ state: "ready", titlePrefix: "", labels: [] },
        },
      },
    ],
    [
      "push paths=docs/** untrusted=true required",
      { push: { required: true, paths: ["docs/**"], maxFiles: 20, untrusted: true } },
    ],
    ["close untrusted", { close: { required: false, untrusted: true } }],
    [
      "comment\r\nclose untrusted=false",
      { comment: { required: false }, close: { required: false, untrusted: false } },
    ],
  ])("%j is read", (text, policy) => {
    expect(readOutputPolicy(text)).toEqual(policy);
  });

  it.each([
    ["comment\nlabel allow=bug", "Line 2", "did you mean `labels`"],
    ["assign allow=@ada", "Line 1", "`@ada`: write it without @"],
    ['labels allow=bug,"good first issue"', "Line 1", "with quotes around the whole value"],
    ["labels", "Line 1", "`allow` is missing, say which: `allow=bug,needs-*`"],
    ["labels allow=", "Line 1", "say which"],
    ["labels allow=bug max=0", "Line 1", "`max=0` is no number from 1 to 100"],
    ["review max-comments=31", "Line 1", "more than the 30 that GitHub takes"],
    ["review max-comments=0", "Line 1", "no number"],
    ["labels allow=bug max=two", "Line 1", "`max=two`"],
    ["labels allow=bug allow=x", "Line 1", "`allow` is said twice"],
    ['check name="a\u200bb"', "Line 1", "`name` is no line of at most 100 characters"],
    ["check max-annotations=101", "Line 1", "`max-annotations=101` is no number"],
    ["comment target=#12", "Line 1", "`target=#12` is no number of an issue"],
    ["labels allow=bug target=0", "Line 1", "`target=0` is no number of an issue"],
    ["issue target=12", "Line 1", "`issue` has no option `target`"],
    ["check target=12", "Line 1", "`check` has no option `target`"],
    ["comment\n\ncomment", "Line 3", "`comment` stands in line 1 already"],
    [`issue title-prefix="${"x".repeat(101)}"`, "Line 1", "`title-prefix` has 101 characters"],
    ["comment\nnone", "Line 2", "`none` stands alone"],
    ["comment sticky", "Line 1", "`comment` has no option `sticky`; it has required"],
    ["close untrusted=maybe", "Line 1", "neither true nor false"],
    ['issue title-prefix="open', "Line 1", "with quotes around the whole value"],
    ["issue title-prefix=[expert] x", "Line 1", "`issue` has no option `x`"],
    ["push", "Line 1", "`paths` is missing, say which"],
    ["pull-request paths=/src/**", "Line 1", "`/src/**`: write it from the repository's root"],
    ["push paths=../x", "Line 1", "write it from the repository's root"],
    ["push paths=!src/**", "Line 1", "write it from the repository's root"],
    ["push paths=src/** branch=x", "Line 1", "`push` has no option `branch`"],
    [
      "comment, review",
      "Line 1",
      "`comment,` ends with a comma, and each output stands on a line of its own",
    ],
    ["comment,labels allow=bug", "Line 1", "each output stands on a line of its own"],
    ["- comment", "Line 1", "`- comment` is an entry of a list; write it without `- `"],
    ["pull_request paths=**", "Line 1", "did you mean `pull-request`"],
    ["review max_comments=3", "Line 1", "did you mean `max-comments=3`"],
    [
      "labels alow=bug",
      "Line 1",
      "has no option `alow`; it has allow, max, target, required. Did you mean `allow`",
    ],
    ["check require", "Line 1", "Did you mean `required`"],
    ["check name=Expert review", "Line 1", 'A value with spaces stands in quotes: `name="Expert review"`'],
    ["labels allow=bug, question", "Line 1", 'in quotes: `allow="bug, question"`'],
    ["=x", "Line 1", "neither a word nor name=value"],
    ["comment=yes", "Line 1", "does not begin with a kind"],
    ["# only this", "Line 1", "it names nothing"],
  ])("%j is refused, and says where and what", (text, where, what) => {
    expect(() => readOutputPolicy(text)).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringContaining(what) }),
    );
    expect(() => readOutputPolicy(text)).toThrow(where);
  });
});
