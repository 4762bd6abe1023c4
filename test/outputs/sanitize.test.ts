import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framed, sanitize, type TextPolicy } from "../../src/outputs/sanitize.ts";

const policy: TextPolicy = {
  serverHost: "github.com",
  allowLinks: ["docs.example.org", "*.trusted.example"],
  allowMentions: ["octocat", "acme/reviewers"],
  closingKeywords: "neutralise",
};
const clean = (text: string): string => sanitize(text, policy).text;

describe("mentions", () => {
  it.each([
    ["a user", "thanks @torvalds!", "thanks <code>@torvalds</code>!"],
    ["a team", "cc @acme/security", "cc <code>@acme/security</code>"],
    ["after a backslash", "\\@torvalds", "<code>@torvalds</code>"],
    ["as a named entity", "&commat;torvalds", "<code>@torvalds</code>"],
    ["as numeric entities", "&#64;torv&#x61;lds", "<code>@torvalds</code>"],
    ["split by a zero-width space", "@\u200btorvalds", "<code>@torvalds</code>"],
    ["split by a zero-width entity", "@&ZeroWidthSpace;torvalds", "<code>@torvalds</code>"],
    ["full-width", "＠torvalds", "<code>＠torvalds</code>"],
    ["in emphasis", "_@torvalds_", "_<code>@torvalds</code>_"],
    ["behind a backtick that opens nothing", "`@torvalds", "\\`<code>@torvalds</code>"],
    ["in a table cell that a pipe cuts", "| `@torvalds | `", "| `<code>@torvalds</code> | `"],
    ["right behind another", "@a@torvalds", "<code>@a</code><code>@torvalds</code>"],
    ["right behind a team", "@a/b@torvalds", "<code>@a/b</code><code>@torvalds</code>"],
    ["right behind an e-mail address", "a@b.example@torvalds", "a@b.example<code>@torvalds</code>"],
    ["inside HTML", "<details>`@torvalds`", "<details>`<code>@torvalds</code>`\n\n</details>"],
    ["behind an escaped tag", "\\<code>@torvalds</code>", "\\<code><code>@torvalds</code>&lt;/code>"],
  ])("%s notifies nobody", (_, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it("pair of backticks on two lines does not free a mention between them", () => {
    expect(clean("a ` b\n`@torvalds`")).toBe("a \\` b\n`@torvalds`");
  });

  it("stays where the policy allows the login", () => {
    expect(clean("thanks @Octocat and @acme/reviewers")).toBe("thanks @Octocat and @acme/reviewers");
  });

  it("leaves an e-mail address and code alone", () => {
    expect(clean("mail ada@example.com about `@Injectable()`")).toBe(
      "mail ada@example.com about `@Injectable()`",
    );
  });
});

describe("closing keywords", () => {
  it.each([
    ["fixes #1", "<code>fixes</code> #1"],
    ["Closes: acme/app#12", "<code>Closes</code>: acme/app#12"],
    ["RESOLVED GH-7", "<code>RESOLVED</code> GH-7"],
    ["fix https://github.com/acme/app/issues/1", "<code>fix</code> https://github.com/acme/app/issues/1"],
    [
      "fixes [it](https://github.com/a/b/issues/1)",
      "<code>fixes</code> [it](https://github.com/a/b/issues/1)",
    ],
    ["fixes\n#1", "<code>fixes</code>\n#1"],
    ["fixes \\#1", "<code>fixes</code> #1"],
    ["fixes &num;1", "<code>fixes</code> #1"],
    ["fixes <b>#1</b>", "<code>fixes</code> <b>#1</b>"],
  ])("%j closes nothing", (text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it("are plain words without an issue behind them", () => {
    expect(clean("This fixes `parse()` and resolves nothing else. Prefixes #1")).toBe(
      "This fixes `parse()` and resolves nothing else. Prefixes #1",
    );
  });

  it("stay when the policy keeps them", () => {
    expect(sanitize("fixes #1", { ...policy, closingKeywords: "keep" }).text).toBe("fixes #1");
  });
});

describe("links and images", () => {
  it.each([
    ["a foreign link", "[click](https://evil.example/x)", "click (evil.example/x)"],
    ["a foreign image", "![logo](https://evil.example/x.png?d=secret)", "logo (evil.example/x.png?d=secret)"],
    [
      "a foreign badge",
      "[![ok](https://evil.example/b.svg)](https://evil.example)",
      "ok (evil.example/b.svg) (evil.example)",
    ],
    [
      "a title",
      '[docs](https://docs.example.org/a "hidden @torvalds")',
      "[docs](https://docs.example.org/a)",
    ],
    ["a bare URL", "see https://evil.example/x.", "see evil.example/x."],
    ["www", "see www.evil.example", "see evil.example"],
    ["nested schemes", "https://https://evil.example", "evil.example"],
    ["an autolink", "<https://evil.example>", "evil.example"],
    ["user information", "https://github.com@evil.example/", "github.com@evil.example/"],
    ["a host glued on", "https://github.com*evil.example/", "github.com*evil.example/"],
    ["a lookalike host", "https://githubXcom.evil.example", "githubXcom.evil.example"],
    ["http to the own host", "http://github.com/a", "github.com/a"],
    ["a script", "[x](javascript:alert)", "x (javascript:alert)"],
    ["an encoded script", "[x](javascript%3Aalert)", "x (javascript%3Aalert)"],
    ["an entity in the scheme", "[x](javascript&colon;alert)", "x (javascript:alert)"],
    ["an escaped scheme", "[x](https\\://evil.example)", "x (https\\://evil.example)"],
    ["a protocol-relative link", "[x](//evil.example)", "x (//evil.example)"],
    ["a backslash link", "[x](/\\evil.example)", "x (/\\evil.example)"],
    ["a protocol-relative definition", "[x]: //evil.example", "[x]\\: //evil.example"],
    ["a web socket", "ws://evil.example", "evil.example"],
    ["a mention in an allowed one", "[https://github.com/a@torvalds", "[https://github.com/a%40torvalds"],
    [
      "an autolink in code that a URL swallows",
      "https://github.com/a`<https://evil.example>`",
      "https://github.com/a `<https://evil.example>`",
    ],
    ["a file share", "smb://evil.example/share", "evil.example/share"],
    ["a link broken over two lines", "[x](\n//evil.example)", "[x]\\(\n//evil.example)"],
  ])("%s leads nowhere", (_, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it.each([
    "[`parse`](https://github.com/acme/app/blob/main/a.ts#L3-L9)",
    "![plan](https://docs.example.org/plan.png)",
    "https://api.trusted.example/v1?x=me",
    "[below](#details)",
    "[x]: https://github.com/acme",
    "(see https://github.com/acme/app)",
    "a note[^1]\n\n[^1]: of its own",
  ])("%j stays as it is", (text) => {
    expect(clean(text)).toBe(text);
  });
});

describe("HTML", () => {
  it("shows comments and foreign tags as text", () => {
    expect(clean("<!-- hi --><script>x</script><img src=x><a href='//e'>b</a>")).toBe(
      "&lt;!-- hi -->&lt;script>x&lt;/script>&lt;img src=x>&lt;a href='//e'>b&lt;/a>",
    );
  });

  it("keeps a collapsible section and closes what was left open", () => {
    expect(clean("<details><summary>More</summary>\n\ntext")).toBe(
      "<details><summary>More</summary>\n\ntext\n\n</details>",
    );
  });

  it("shows an end tag without a start as text, so that it cannot close the runner's own", () => {
    expect(clean("</details>")).toBe("&lt;/details>");
  });

  it("drops attributes by refusing the tag", () => {
    expect(clean('<kbd onclick="x">Ctrl</kbd>')).toBe('&lt;kbd onclick="x">Ctrl&lt;/kbd>');
  });

  it("leaves comparisons readable", () => {
    expect(clean("a < b and 1<2")).toBe("a < b and 1<2");
  });
});

describe("code", () => {
  it("in fences is left as written", () => {
    const text = "Use:\n\n```ts\n@Injectable() // fixes #1 https://evil.example <b>\n```\n\ndone";
    expect(clean(text)).toBe(text);
  });

  it("in a fence nobody closed is closed", () => {
    expect(clean("```\ncode")).toBe("```\ncode\n```");
  });

  it("in a list keeps its fence, which nothing inside can leave", () => {
    expect(clean("- a\n  ```\n@torvalds\n  ```")).toBe("- a\n\n  ```\n  @torvalds\n  ```");
  });

  it("right after HTML starts on a line of its own, so that it is code", () => {
    expect(clean("<details>\n```\n@torvalds\n```\n</details>")).toBe(
      "<details>\n\n```\n@torvalds\n```\n</details>",
    );
  });

  it("in a quote ends with the quote", () => {
    expect(clean("> ```\n> code\n@torvalds")).toBe("> ```\n> code\n> ```\n<code>@torvalds</code>");
  });

  it("of a diagram that links outside is shown as source", () => {
    expect(clean('```mermaid\nclick A href "https://evil.example"\n```')).toBe(
      '```text\nclick A href "https://evil.example"\n```',
    );
    expect(clean("```mermaid\ngraph TD; A-->B\n```")).toBe("```mermaid\ngraph TD; A-->B\n```");
  });
});

describe("hidden text", () => {
  it.each([
    ["zero-width", "a\u200b\u200cb\ufeff", "ab"],
    ["bidirectional", "a\u202eb\u2066c", "abc"],
    ["Unicode tags", "a\u{e0041}\u{e0042}b", "ab"],
    ["terminal colours", "\u001b[31mred\u001b[0m", "red"],
    ["a terminal link", "\u001b]8;;https://evil.example\u0007x\u001b]8;;\u0007", "x"],
    ["controls", "a\u0000\u0008b", "ab"],
    ["hidden entities", "a&#8203;&shy;&#xE0041;b", "ab"],
    ["the sanitiser's own placeholders", "\ue0000\ue001x", "0x"],
  ])("%s goes", (_, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it("that belongs to an emoji stays", () => {
    expect(clean("👩‍💻 ❤️ 👨‍👩‍👧 1️⃣")).toBe("👩‍💻 ❤️ 👨‍👩‍👧 1️⃣");
  });
});

it("keeps a bot command from being one", () => {
  expect(clean("/lgtm\n/usr/bin is a path")).toBe("<code>/lgtm</code>\n/usr/bin is a path");
});

it("puts the runner's own words around without touching them", () => {
  const body = sanitize("@torvalds", policy);
  expect(framed({ before: "<!-- m -->\n", body, after: "\n<sub>x</sub>" }).text).toBe(
    "<!-- m -->\n<code>@torvalds</code>\n<sub>x</sub>",
  );
});

const token = fc.constantFrom(
  ..."@torvalds|fixes|#1|`|``|```|~~~|\n|\n\n| |    |  |\t|- |> |1. ||| a |<details>|</details>|<summary>|<br>|<sub>|<code>|</code>|<a href=|<!--|-->|&#64;|&commat;|\\|[|](|]:|)|!|https://evil.example|https://github.com/a/b|//evil.example|www.|www.evil.example|\u200b|:|/lgtm|<|>|&|&lt;|&#96;|*|_|[^1]:|x".split(
    "|",
  ),
);
const soup = fc.oneof(
  fc.array(token, { maxLength: 30 }).map((parts) => parts.join("")),
  fc.string(),
);

describe("any text", () => {
  it("opens no fence by what is taken out before its mark", () => {
    const once = clean("www.- ~~~");
    expect(once).toBe("-\n\n  ```\n  ```");
    expect(clean(once)).toBe(once);
  });

  it("is not changed by a second pass", () => {
    fc.assert(
      fc.property(soup, (text) => {
        expect(clean(clean(text))).toBe(clean(text));
      }),
      { numRuns: 3000 },
    );
  });

  it("of plain words is left alone", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 20 });
    fc.assert(
      fc.property(words, (list) => {
        expect(clean(list.join(" "))).toBe(list.join(" "));
      }),
    );
  });
});

it("takes time linear in the text", () => {
  const hostile = [
    "a".repeat(60_000),
    "[".repeat(60_000),
    "`".repeat(60_000),
    "<".repeat(60_000),
    "(".repeat(60_000),
    "> ".repeat(30_000),
    "[x](".repeat(15_000),
    "a`".repeat(30_000),
    "\\`".repeat(30_000),
    "fix ".repeat(15_000),
    "fix* ".repeat(12_000),
    "![".repeat(30_000),
    "https://".repeat(7_500),
    "&#64".repeat(15_000),
    "line\n".repeat(60_000),
    "```\n".repeat(30_000),
    "> x\n".repeat(30_000),
    "<b>".repeat(20_000),
    "<summary>".repeat(10_000),
  ];
  for (const text of hostile) {
    const started = performance.now();
    clean(text);
    expect(performance.now() - started, text.slice(0, 9)).toBeLessThan(1500);
  }
});
