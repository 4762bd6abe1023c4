import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { openPullRequest, type PullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { ReviewComment } from "../helpers/fake-github/world.ts";
import { type ChangedFile, changedFiles, isShown, ownHistory } from "../helpers/git-hunks.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { pullRequestEvent } from "../helpers/webhook.ts";

const manifestPath = "replay/perstack.toml";
const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review."
`;

type Side = "LEFT" | "RIGHT";
type Finding = {
  readonly path: string;
  readonly side: Side;
  readonly startLine?: number;
  readonly line: number;
  readonly title: string;
  readonly body: string;
};

/** The most that a step may let through. */
const most = 30;

type Replay = AsyncDisposable & {
  readonly world: ActionWorld;
  readonly pull: PullRequest;
  /** What the pull request changes now, as git tells. */
  files(): readonly ChangedFile[];
  /** Moves the pull request to a commit of the history. */
  push(commit: string): void;
  review(findings: readonly Finding[]): Promise<StepRun>;
};

/** The fake GitHub with a pull request from one commit of this project's own to another, each with all its files. */
const replay = async (base: string, head: string): Promise<Replay> => {
  let calls: readonly { readonly name: string; readonly args: unknown }[] = [];
  let asked = 0;
  const world = await startActionWorld({
    files: { [manifestPath]: manifest },
    answers: () => (asked++ === 0 ? { toolCalls: calls } : { text: "Reviewed." }),
  });
  const { checkout, github, repository } = world;
  const objects = execFileSync("git", ["rev-parse", "--path-format=absolute", "--git-path", "objects"], {
    cwd: ownHistory().directory,
    encoding: "utf8",
  });
  writeFileSync(join(checkout.directory, ".git", "objects", "info", "alternates"), objects);
  const manifestBlob = checkout.git("rev-parse", `HEAD:${manifestPath}`);
  /** The files of a commit, and the manifest beside them. */
  const put = (branch: string, commit: string, parent: string): void => {
    checkout.git("read-tree", `${commit}^{tree}`);
    // Of files as large GitHub leaves out the patch, and of those behind them.
    checkout.git("rm", "-r", "--cached", "--quiet", "--ignore-unmatch", "dist");
    checkout.git("update-index", "--add", "--cacheinfo", `100644,${manifestBlob},${manifestPath}`);
    const tree = checkout.git("write-tree");
    const put = checkout.git("commit-tree", tree, "-p", parent, "-m", `Replay ${commit}`);
    checkout.git("update-ref", `refs/heads/${branch}`, put);
  };
  put("main", base, "HEAD");
  checkout.git("reset", "--quiet", "--hard");
  const push = (commit: string): void => {
    put("feature", commit, checkout.git("branch", "--list", "feature") === "" ? "main" : "feature");
    checkout.git("read-tree", "HEAD");
    checkout.mirrorTo(github.world, repository);
  };
  push(head);
  const pull = openPullRequest(github.world, repository, { author: "alice", head: "feature" });
  return {
    world,
    pull,
    push,
    files: () => changedFiles(checkout.directory, "main", "feature"),
    async review(findings) {
      asked = 0;
      const finish = { name: "finishReview", args: { event: "COMMENT", summary: "" } };
      calls = [...findings.map((args) => ({ name: "addReviewFinding", args })), finish];
      const webhook = await pullRequestEvent(world, { number: pull.number, by: "alice" });
      const safe = { "safe-outputs": `comment\nreview max-comments=${most}` };
      const ran = await runStep(world, {
        webhook,
        inputs: { expert: "reviewer", config: manifestPath, ...safe },
      });
      expect([ran.exitCode, ran.outputs.conclusion, ran.log.includes("::error")]).toEqual([
        0,
        "success",
        false,
      ]);
      expect(ran.prompts[1]?.results.filter(({ isError }) => isError)).toEqual([]);
      return ran;
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
};

const lineOf = (file: ChangedFile, side: Side, line: number): string => file.lines[side][line - 1] ?? "";

const wordsOf = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9]+/g, " ")
    .slice(0, 120)
    .trim();

/** A finding whose title comes from its line, as a model would find it again. */
const findingAt = (file: ChangedFile, side: Side, line: number, startLine?: number): Finding => ({
  path: file.path,
  side,
  line,
  ...(startLine === undefined ? {} : { startLine }),
  title: wordsOf(
    `${side} ${startLine === undefined ? "line" : `range of ${line - startLine}`} ${lineOf(file, side, line)}`,
  ),
  body: "Look at this.",
});

/** Of a file, a finding on every kind of line: changed, around a change, between hunks, far away, over hunks. */
const everyKind = (file: ChangedFile): readonly Finding[] =>
  (["LEFT", "RIGHT"] as const).flatMap((side) => {
    const ranges = file.hunks.map((hunk) => hunk[side]).filter(({ count }) => count > 0);
    const [first, second] = ranges;
    if (first === undefined) return [findingAt(file, side, 1)];
    const end = first.first + first.count - 1;
    const middle = Math.floor((first.first + end) / 2);
    return [
      findingAt(file, side, first.first),
      findingAt(file, side, middle),
      findingAt(file, side, end),
      findingAt(file, side, end + 1),
      findingAt(file, side, 1_000_000),
      ...(middle > first.first ? [findingAt(file, side, middle, first.first)] : []),
      ...(second === undefined ? [] : [findingAt(file, side, second.first, end)]),
    ];
  });

/** A third of the kinds of each file, so that many files have their turn. */
const someKinds = (file: ChangedFile, index: number): readonly Finding[] =>
  everyKind(file).filter((_, kind) => (kind + index) % 3 === 0);

const placeOf = ({
  path,
  side,
  line,
  startLine,
}: Pick<ReviewComment, "path" | "side"> & { line?: number; startLine?: number }) =>
  `${path} ${side} ${startLine ?? line}-${line}`;

const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((one) => [`${placeOf(one)} ${one.title}`, one])).values(),
];

const isBeside = (files: readonly ChangedFile[], { path, side, line, startLine = line }: Finding): boolean =>
  isShown(
    files.find((file) => file.path === path),
    side,
    startLine,
    line,
  );

/** The same findings in what the pull request changes now: where lines that say the same are shown. */
const foundAgain = (
  before: readonly ChangedFile[],
  after: readonly ChangedFile[],
  findings: readonly Finding[],
): readonly Finding[] => {
  const used = new Set<string>();
  return findings.flatMap((finding) => {
    const old = before.find(({ path }) => path === finding.path);
    const file = after.find(({ path }) => path === finding.path);
    if (old === undefined || file === undefined) return [];
    const { side, line, startLine = line } = finding;
    const meant = old.lines[side].slice(startLine - 1, line);
    const hit = file.lines[side].findIndex((_, at) => {
      const isSame = meant.every((text, offset) => text === file.lines[side][at + offset]);
      const place = `${file.path} ${side} ${at} ${meant.length}`;
      const fits = isSame && isShown(file, side, at + 1, at + meant.length) && !used.has(place);
      if (fits) used.add(place);
      return fits;
    });
    if (hit === -1) return [];
    const moved = { ...finding, line: hit + meant.length };
    return [startLine === line ? moved : { ...moved, startLine: hit + 1 }];
  });
};

const { commits } = ownHistory();
/** The commit that stands at a part of the history. */
const at = (part: number, further: number): string =>
  commits[Math.min(commits.length - 1, Math.floor(part * commits.length) + further)] ?? "";

describe("given this project's own history as a pull request", () => {
  test.each([0.2, 0.5, 0.8])(
    "at %d of it, every finding is where git says it can be, and a push repeats none",
    async (part) => {
      await using scene = await replay(at(part, 0), at(part, 3));
      const before = scene.files();
      const findings = unique(before.flatMap(someKinds)).slice(0, most - 1);
      const elsewhere = {
        ...findings[0],
        path: "no/such/file.ts",
        side: "RIGHT",
        line: 1,
        title: "Elsewhere",
        body: "x",
      } as const;
      const first = await scene.review([...findings, elsewhere]);
      const { reviews, reviewComments } = scene.pull.pull;
      const beside = findings.filter((finding) => isBeside(before, finding));
      const outside = findings.filter((finding) => !isBeside(before, finding));
      expect([beside.length > 5, outside.length > 3]).toEqual([true, true]);
      expect(new Set(beside.map(({ side }) => side)).size).toBe(2);
      expect(reviewComments.map(placeOf).toSorted()).toEqual(beside.map(placeOf).toSorted());
      expect(first.api.filter((line) => /^POST .*\/reviews$/.test(line))).toHaveLength(1);
      for (const { title } of [...outside, elsewhere]) expect(reviews[0]?.body).toContain(`**${title}**`);

      const same = await scene.review([...findings, elsewhere]);
      expect(same.api.filter((line) => /^POST .*\/reviews$/.test(line))).toEqual([]);

      scene.push(at(part, 5));
      const after = scene.files();
      const again = foundAgain(before, after, beside);
      expect(again.length).toBeGreaterThan(3);
      await scene.review([...again, elsewhere]);
      expect(reviews).toHaveLength(1);
      expect(reviewComments).toHaveLength(beside.length);
    },
    120_000,
  );
});
