import type { PullRequestQuestion } from "../request/pull-request.ts";
import type { Repository } from "../run/github-ports.ts";
import type { RepositoryReader } from "../run/reader-ports.ts";
import type { AssumedRoles } from "./rehearsal-options.ts";

/** What a rehearsal asks of a repository. */
export type RehearsalRepository = Pick<Repository, "roleOf" | "pullRequests" | "runsBy" | "compare"> &
  Pick<RepositoryReader, "discussion">;

/** What GitHub is asked in a run, and what was taken for its answer here. */
export type Asked = { readonly question: string; readonly answer: string };

/** Answers without a network: roles as assumed, everything else as if there were nothing. */
export const assumedRepository = ({ everybody, some }: AssumedRoles): RehearsalRepository => ({
  roleOf: async (login) => some.get(login.toLowerCase()) ?? everybody,
  pullRequests: async () => [],
  runsBy: async () => 1,
  compare: async () => ({ files: [], isComplete: true }),
  discussion: async () => undefined,
});

/** The same repository, with every question and answer told. */
export const toldRepository = (
  repository: RehearsalRepository,
  from: "assumed" | "GitHub",
  tell: (asked: Asked) => void,
): RehearsalRepository => {
  const told = (question: string, answer: string, instead?: string): void =>
    tell({ question, answer: from === "GitHub" ? answer : (instead ?? `${answer}, assumed`) });
  return {
    async roleOf(login) {
      const role = await repository.roleOf(login);
      told(`the role of ${login}`, role);
      return role;
    },
    async pullRequests(question) {
      const found = await repository.pullRequests(question);
      const heads = found.map(({ thread, head }) => `#${thread.number} at ${head.sha}`);
      told(pullsOf(question), heads.join(", ") || "none", `not asked, so ${withoutSides[question.type]}`);
      return found;
    },
    async runsBy(login, of) {
      const runs = await repository.runsBy(login, of);
      told(`runs of this workflow by ${login} since ${of.since}`, String(runs));
      return runs;
    },
    async compare(base, head) {
      const comparison = await repository.compare(base, head);
      told(`the diff of ${base}...${head}`, counted(comparison.files, "file"), noneThere);
      return comparison;
    },
    async discussion(of) {
      const found = await repository.discussion(of);
      told(`what was said in #${of.number}`, counted(found?.pieces ?? [], "text"), noneThere);
      return found;
    },
  };
};

const pullsOf = (question: PullRequestQuestion): string =>
  question.type === "number"
    ? `the commits of pull request #${question.number}`
    : `open pull requests from ${question.repository}:${question.branch}`;

const noneThere = "not asked, so the query has none";

const withoutSides = {
  number: "it counts as none of a fork's, and the query has no diff",
  branch: "the run counts as one without a pull request",
} as const;

const counted = ({ length }: { readonly length: number }, what: string): string =>
  `${length} ${what}${length === 1 ? "" : "s"}`;
