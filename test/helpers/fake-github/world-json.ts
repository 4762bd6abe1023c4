import type { Issue, Repository, World } from "./world.ts";

const issueJson = (issue: Issue) => {
  const { pull, ...thread } = issue;
  return {
    ...thread,
    ...(pull === undefined
      ? {}
      : {
          headSha: pull.headSha,
          baseSha: pull.baseSha,
          draft: pull.draft,
          reviews: pull.reviews,
          reviewComments: pull.reviewComments,
        }),
  };
};

const repositoryJson = (repository: Repository) => ({
  fullName: repository.fullName,
  branches: Object.fromEntries(repository.branches),
  issues: Object.fromEntries([...repository.issues].map(([number, issue]) => [number, issueJson(issue)])),
});

/** The world for those who can only read JSON: threads by number below repositories by name, and the journal. */
export const worldJson = (world: World) => ({
  repositories: Object.fromEntries(
    [...world.repositories.values()].map((repository) => [repository.fullName, repositoryJson(repository)]),
  ),
  requests: world.requests,
  unknownRoutes: world.unknownRoutes,
  violations: world.violations,
  defects: world.defects,
});
