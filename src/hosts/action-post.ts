import { rm } from "node:fs/promises";
import { getInput, info, summary, warning } from "@actions/core";
import { actionsArtifacts } from "../edges/github/artifacts.ts";
import { ExpertStackError, inSentences } from "../errors.ts";
import type { StoredArtifact } from "../run/github-ports.ts";
import { readContext } from "./action-context.ts";
import { type ArtifactContent, artifactContent } from "./action-files.ts";
import { gitHub } from "./action-github.ts";
import { foundState, type StepState } from "./action-state.ts";
import { endUnfinished } from "./action-unfinished.ts";
import { runtimeTokenLender } from "./hide-variables.ts";
import type { Environment } from "./secrets.ts";

/**
 * Ends the comment and uploads the record where `main` could not, because it was cancelled, timed out or crashed, or
 * because the upload failed, and removes what it left. Says in the summary where the record is. Never fails the job: what `main` concluded stands.
 */
export const runPost = async (environment: Environment): Promise<number> => {
  const state = foundState();
  await quietly(() => endComment(state, environment));
  await quietly(() => uploadLeft(state, environment));
  await quietly(() => removeTree(state));
  return 0;
};

const quietly = async (act: () => Promise<void>): Promise<void> => {
  try {
    await act();
  } catch (error) {
    warning(error instanceof ExpertStackError ? inSentences(error.message, error.remedy) : String(error));
  }
};

/** What a job removes at its end, and could not when it was killed. */
const removeTree = async ({ treeDirectory }: StepState): Promise<void> => {
  if (treeDirectory !== "") await rm(treeDirectory, { recursive: true, force: true });
};

/** Nobody is to wait for who was stopped. */
const endComment = async ({ unfinished }: StepState, environment: Environment): Promise<void> => {
  if (unfinished === "") return;
  const context = readContext(environment);
  const { thread } = gitHub({ inputs: { token: getInput("github-token") }, context });
  await endUnfinished(unfinished, { context, thread });
};

const uploadLeft = async (state: StepState, environment: Environment): Promise<void> => {
  if (state.jobDirectory === "" || state.uploaded === "yes") return;
  const wanted = state.artifact === "summary" ? "summary" : "full";
  const content = await artifactContent(state.jobDirectory, wanted);
  if (content.files.length > 0) await report(await upload(state, content, environment), content.kind);
};

type Uploaded = StoredArtifact & { readonly name: string };

/** A name is taken from the moment that an upload begins: one that was cut off leaves it to nobody. */
const upload = async (
  state: StepState,
  { files }: ArtifactContent,
  environment: Environment,
): Promise<Uploaded> => {
  const artifacts = actionsArtifacts(runtimeTokenLender(environment));
  const put = async (name: string): Promise<Uploaded> => {
    const stored = await artifacts.upload({
      name,
      root: state.jobDirectory,
      files,
      ...(state.retentionDays === "" ? {} : { retentionDays: Number(state.retentionDays) }),
    });
    return { ...stored, name };
  };
  try {
    return await put(state.artifactName);
  } catch (error) {
    if (!String(error).includes("(409)")) throw error;
    return await put(`${state.artifactName}-post`);
  }
};

const report = async ({ name, id, digest }: Uploaded, kind: "full" | "summary"): Promise<void> => {
  const where = `the artifact \`${name}\` (${id}, \`${digest}\`)`;
  info(`The step ended before its record was uploaded. It is in ${where}.`);
  const content =
    kind === "full" ? "What was done is" : "The job's totals, without prompts and tool results, are";
  await summary
    .addRaw(`## Record\n\nThe step ended before its record was uploaded. ${content} in ${where}.\n`)
    .write();
};
