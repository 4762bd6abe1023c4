import { describe, expect, it } from "vitest";
import { fitText } from "../../src/outputs/fit-text.ts";
import { sanitize, type TextPolicy } from "../../src/outputs/sanitize.ts";

const policy: TextPolicy = {
  serverHost: "github.com",
  allowLinks: [],
  allowMentions: [],
  closingKeywords: "neutralise",
};

const size = 200_000;
const many = (piece: string): string => piece.repeat(Math.ceil(size / piece.length));

/** Each took minutes, or ran out of stack, when a rule looked at the rest of the text again at every place. */
const nasty: Readonly<Record<string, string>> = {
  "closing brackets behind a URL": `https://github.com/${many(")")}x`,
  "slashes before code": `${many("//")} \`x\``,
  "www. again and again": `${many("www.")}x`,
  "URLs put together by taking one out": many("www.a@b"),
  "URLs glued to each other": many("a://_"),
  "spaces in a link's destination": `[a](${many(" ")}x`,
  "backticks behind escaped backticks": many("\\``"),
  "backtick runs of many lengths": `${Array.from({ length: 440 }, (_, at) => "`".repeat(at + 2)).join("a")}${many("`a")}`,
  "mentions glued to each other": many("@a/b"),
  "full-width mentions glued to each other": many("＠a"),
  "keywords with a name that never ends": many("close_a-"),
  "underscores under a keyword": `it closes\n${many("_")}`,
  "tags in tags": `${many("<i>").slice(0, 66_666 * 3)}${many("</b>")}`,
  "a diagram's long word": `\`\`\`mermaid\n${many("a")}\n\`\`\``,
  "a fence of fences": `~~~\n${many("```\n")}`,
  "a quote of empty lines": many(">\n"),
  brackets: many("["),
  entities: many("&#64;a"),
};

describe("a text of 200,000 characters is sanitised in reasonable time", () => {
  it.each(Object.entries(nasty))("%s", { timeout: 5000 }, (_, text) => {
    expect(sanitize(text, policy).text.length).toBeGreaterThan(0);
  });
});

it("what taking a URL apart puts together is taken apart too", () => {
  expect(sanitize("awww.www.b a:b:////c x://_https://evil.example wwwww.w.a", policy).text).toBe(
    "ab c _evil.example a",
  );
});

it("a text that grows when it is cut is cut in a few attempts", () => {
  const body = sanitize(`\`${"@a ".repeat(40_000)}\``, policy);
  let measured = 0;
  const measure = (text: string): number => {
    measured += text.length;
    return text.length;
  };
  const fitted = fitText(body, { limit: 60_000, measure, notice: "cut", policy });
  expect(fitted.text.length).toBeLessThanOrEqual(60_000);
  expect(measured).toBeLessThan(20 * 60_000);
});
