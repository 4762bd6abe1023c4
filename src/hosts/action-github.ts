import { warning } from "@actions/core";
import type { GitHubAccess } from "../edges/github/client.ts";
import { providerFetch } from "../edges/model/provider-fetch.ts";
import { ExpertStackError } from "../errors.ts";
import type { Outputs, Reactions, Repository, Reviews, Thread } from "../run/github-ports.ts";
import type { RepositoryReader } from "../run/reader-ports.ts";
import type { Step } from "./step.ts";

/** GitHub's API, loaded at the first request. */
export type GitHub = {
  readonly repository: () => Promise<Repository>;
  readonly thread: () => Promise<Thread>;
  readonly reader: () => Promise<RepositoryReader>;
  readonly outputs: () => Promise<Outputs>;
  readonly reviews: () => Promise<Reviews>;
  readonly reactions: () => Promise<Reactions>;
};

export const gitHub = ({
  inputs,
  context,
}: Pick<Step, "context"> & { readonly inputs: Pick<Step["inputs"], "token"> }): GitHub => {
  // Node's own `fetch` would be the only one in the step that loads its HTTP client: 40 ms before the first request.
  const access = { ...context, token: inputs.token, fetch: providerFetch() };
  const load = async () => {
    needToken(inputs);
    const { gitHubClient } = await import("../edges/github/client.ts");
    return gitHubClient(access, warning);
  };
  let loading: ReturnType<typeof load> | undefined;
  const client = () => (loading ??= load());
  return {
    ...unthrottled(access),
    repository: async () => {
      const { gitHubRepository } = await import("../edges/github/repository.ts");
      return gitHubRepository(await client(), access);
    },
    thread: async () => {
      const { gitHubThread } = await import("../edges/github/thread.ts");
      return gitHubThread(await client(), access);
    },
    reviews: async () => {
      const { gitHubReviews } = await import("../edges/github/reviews.ts");
      return gitHubReviews(await client(), access);
    },
    outputs: async () => {
      const { gitHubOutputs } = await import("../edges/github/outputs.ts");
      return gitHubOutputs(await client(), access);
    },
  };
};

/** What waits for no second between two requests: reading, and reactions, which are small. */
const unthrottled = (access: GitHubAccess): Pick<GitHub, "reactions" | "reader"> => ({
  async reactions() {
    needToken(access);
    const { gitHubReactions } = await import("../edges/github/reactions.ts");
    return gitHubReactions(access);
  },
  async reader() {
    needToken(access);
    const { gitHubReader } = await import("../edges/github/reader.ts");
    return gitHubReader(access);
  },
});

const needToken = ({ token }: { readonly token: string }): void => {
  if (token !== "") return;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: "The input `github-token` is empty.",
    remedy: "Leave it out to use the job's own token.",
  });
};
