import { ExpertStackError } from "../../errors.ts";
import type { Artifacts } from "../../run/github-ports.ts";

/**
 * The runner's artifact service. Loading its client takes a while, so it is done ahead, while a model answers.
 *
 * @param lendToken puts what the service is asked with where its client looks for it, the process's environment, for as
 *   long as some work takes
 */
export const actionsArtifacts = (
  lendToken: <T>(work: () => Promise<T>) => Promise<T>,
): Artifacts & { preload(): void } => {
  let loading: Promise<typeof import("@actions/artifact")> | undefined;
  const load = (): Promise<typeof import("@actions/artifact")> => {
    loading ??= import("@actions/artifact");
    return loading;
  };
  return {
    preload() {
      // A failure to load shows itself where the client is used.
      load().catch(() => {});
    },
    async upload({ name, root, files, retentionDays }) {
      try {
        const { DefaultArtifactClient } = await load();
        const options = retentionDays === undefined ? {} : { retentionDays };
        const stored = await lendToken(() =>
          new DefaultArtifactClient().uploadArtifact(name, [...files], root, options),
        );
        if (stored.id === undefined) throw new Error("the service gave no id");
        return { id: stored.id, digest: `sha256:${stored.digest ?? ""}`, size: stored.size ?? 0 };
      } catch (error) {
        throw uploadFailed(name, error);
      }
    },
  };
};

const uploadFailed = (name: string, error: unknown): ExpertStackError => {
  const reason = error instanceof Error ? error.message : String(error);
  const isServer = /GHES/i.test(reason);
  return new ExpertStackError({
    code: "ARTIFACT_FAILED",
    message: `The artifact "${name}" was not uploaded: ${reason}`,
    remedy: isServer
      ? "GitHub Enterprise Server has no service for this kind of artifact; set the input `artifact: none`."
      : "Check that the job has a results service, or set the input `artifact: none`.",
    cause: error,
  });
};
