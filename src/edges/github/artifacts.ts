import { ExpertStackError } from "../../errors.ts";
import type { Artifacts } from "../../run/github-ports.ts";

/**
 * The runner's artifact service. Loading its client takes a while, so it is done ahead, while a model answers.
 *
 * @param runtimeToken what the service is asked with. Its client looks for it in the process's environment: it is there
 *   for as long as an upload takes
 */
export const actionsArtifacts = (runtimeToken: string | undefined): Artifacts & { preload(): void } => {
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
        if (runtimeToken !== undefined) process.env[tokenVariable] = runtimeToken;
        const options = retentionDays === undefined ? {} : { retentionDays };
        const stored = await new DefaultArtifactClient().uploadArtifact(name, [...files], root, options);
        if (stored.id === undefined) throw new Error("the service gave no id");
        return { id: stored.id, digest: `sha256:${stored.digest ?? ""}`, size: stored.size ?? 0 };
      } catch (error) {
        throw uploadFailed(name, error);
      } finally {
        delete process.env[tokenVariable];
      }
    },
  };
};

const tokenVariable = "ACTIONS_RUNTIME_TOKEN";

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
