import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = dirname(dirname(import.meta.dirname));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const workflow = read(".github/workflows/expert.yml");

/** One job's lines. */
const job = (name: string): string =>
  new RegExp(`^ {2}${name}:.*\\n((?: {4}.*\\n| *#.*\\n|\\n)*)`, "m").exec(
    workflow.slice(workflow.indexOf("\njobs:")),
  )?.[1] ?? "";

test("the reusable workflow and the action in a folder are what action.yml makes them (npm run workflow)", () => {
  execFileSync(process.execPath, ["scripts/write-workflow.ts", "--check"], { cwd: root, stdio: "pipe" });
});

test("the action in a folder runs the same code as the one at the root", () => {
  const [folder, main] = [read(".github/actions/expert/action.yml"), read("action.yml")];
  expect(folder).toContain("main: ../../../dist/index.js");
  expect(folder).toContain("post: ../../../dist/post.js");
  expect(folder.replaceAll("../../../dist/", "dist/")).toContain(main);
});

test("only the job that plans has a provider's key, and it has no permission to write", () => {
  expect(job("plan")).toContain("mode: plan");
  expect(job("plan")).toContain("secrets.ANTHROPIC_API_KEY");
  expect(/ {4}permissions:\n((?: {6}.*\n)+)/.exec(job("plan"))?.[1]).not.toContain("write");
  for (const name of ["ack", "publish"]) {
    expect(job(name)).toContain(`mode: ${name}`);
    expect(job(name)).not.toContain("secrets.");
    expect(job(name)).not.toContain("checkout");
  }
});

test("nothing of a caller or of a stranger gets into a script, and the action is of the workflow's own commit", () => {
  expect(workflow).not.toMatch(/^\s*(?:- )?run:/m);
  expect(workflow).not.toContain("github.event");
  const used = [...workflow.matchAll(/uses: (\S+)/g)].map(([, name]) => name);
  expect(new Set(used)).toEqual(
    new Set(["$/.github/actions/expert", expect.stringMatching(/^actions\/checkout@[0-9a-f]{40}$/)]),
  );
});
