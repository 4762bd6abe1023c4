import { info, summary, warning } from "@actions/core";
import { actionsArtifacts } from "../edges/github/artifacts.ts";
import { ExpertStackError } from "../errors.ts";
import { artifactFiles } from "./action-files.ts";
import { foundState } from "./action-state.ts";

/**
 * Uploads what `main` could not, because it was cancelled, timed out or crashed. Says in the summary where the
 * record is, since `main` did not get that far either.
 */
export const runPost = async (): Promise<number> => {
  const state = foundState();
  if (state.jobDirectory === "" || state.uploaded === "yes") return 0;
  const kind = state.artifact === "summary" ? "summary" : "full";
  const files = artifactFiles(state.jobDirectory, kind);
  if (files.length === 0) return 0;
  try {
    const stored = await actionsArtifacts().upload({
      name: state.artifactName,
      root: state.jobDirectory,
      files,
      ...(state.retentionDays === "" ? {} : { retentionDays: Number(state.retentionDays) }),
    });
    info(`The job was cut off; what it had done is in the artifact ${state.artifactName} (${stored.id}).`);
    await summary
      .addRaw(
        `## Cut off\n\nThe job ended before it could report. What it had done is in the artifact \`${state.artifactName}\` (${stored.id}, \`${stored.digest}\`).\n`,
      )
      .write();
  } catch (error) {
    warning(error instanceof ExpertStackError ? `${error.message} ${error.remedy}` : String(error));
  }
  return 0;
};
