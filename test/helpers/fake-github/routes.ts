import type { Route } from "./route.ts";
import { accountRoutes } from "./routes-account.ts";
import { checkRoutes } from "./routes-check.ts";
import { commentRoutes } from "./routes-comment.ts";
import { contentRoutes } from "./routes-content.ts";
import { gitRoutes } from "./routes-git.ts";
import { issueRoutes } from "./routes-issue.ts";
import { jobRoutes } from "./routes-job.ts";
import { newPullRoutes } from "./routes-new-pull.ts";
import { pullRoutes } from "./routes-pull.ts";
import { reactionRoutes } from "./routes-reaction.ts";
import { repositoryRoutes } from "./routes-repository.ts";
import { reviewRoutes } from "./routes-review.ts";
import { runRoutes } from "./routes-run.ts";
import { searchRoutes } from "./routes-search.ts";

/** Everything the fake serves. After adding a route, run `node scripts/extract-openapi.ts` for its description. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...repositoryRoutes,
  ...contentRoutes,
  ...gitRoutes,
  ...commentRoutes,
  ...issueRoutes,
  ...reactionRoutes,
  ...pullRoutes,
  ...newPullRoutes,
  ...reviewRoutes,
  ...runRoutes,
  ...checkRoutes,
  ...jobRoutes,
  ...searchRoutes,
];
