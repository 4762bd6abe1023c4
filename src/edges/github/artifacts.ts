import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { Artifacts, StoredArtifact } from "../../run/github-ports.ts";

type Toolkit = typeof import("@actions/artifact");

/**
 * The runner's artifact service. Loading its client takes a while, so it is done ahead, while a model answers.
 *
 * @param lendToken puts what the service is asked with where its client looks for it, the process's environment, for as
 *   long as some work takes
 */
export const actionsArtifacts = (
  lendToken: <T>(work: () => Promise<T>) => Promise<T>,
): Artifacts & { preload(): void } => {
  let loading: Promise<Toolkit> | undefined;
  const load = (): Promise<Toolkit> => {
    loading ??= import("@actions/artifact");
    return loading;
  };
  const upload = async (
    name: string,
    of: { readonly root: string; readonly files: readonly string[]; readonly as: "zip" | "file" },
    retentionDays: number | undefined,
  ): Promise<StoredArtifact> => {
    try {
      const { DefaultArtifactClient } = await load();
      const options = {
        ...(retentionDays === undefined ? {} : { retentionDays }),
        ...(of.as === "file" ? { skipArchive: true } : {}),
      };
      const stored = await lendToken(() =>
        new DefaultArtifactClient().uploadArtifact(name, [...of.files], of.root, options),
      );
      if (stored.id === undefined) throw new Error("the service gave no id");
      return { id: stored.id, digest: `sha256:${stored.digest ?? ""}`, size: stored.size ?? 0 };
    } catch (error) {
      throw uploadFailed(name, error);
    }
  };
  return {
    preload() {
      // A failure to load shows itself where the client is used.
      load().catch(() => {});
    },
    upload: ({ name, root, files, retentionDays }) => upload(name, { root, files, as: "zip" }, retentionDays),
    uploadFile: ({ file, retentionDays }) =>
      upload(basename(file), { root: dirname(file), files: [file], as: "file" }, retentionDays),
    download: async (id) => await download(id, await load(), lendToken),
  };
};

/** Bytes that one may have: it is read whole. */
const largestFile = 64 * 1024 * 1024;

/** As it was uploaded, and not taken apart: an archive that somebody else put there says where its files go. */
const download = async (
  id: number,
  { DefaultArtifactClient, ArtifactNotFoundError }: Toolkit,
  lendToken: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<Buffer | undefined> => {
  const path = await mkdtemp(join(tmpdir(), "expert-stack-artifact-"));
  try {
    await lendToken(() => new DefaultArtifactClient().downloadArtifact(id, { path, skipDecompress: true }));
    const [name = ""] = await readdir(path);
    const file = join(path, name);
    if ((await stat(file)).size > largestFile) throw new Error(`it has more than ${largestFile} bytes`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof ArtifactNotFoundError) return undefined;
    throw downloadFailed(id, error);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
};

const downloadFailed = (id: number, error: unknown): ExpertStackError =>
  new ExpertStackError({
    code: "ARTIFACT_FAILED",
    message: `The artifact ${id} was not downloaded: ${error instanceof Error ? error.message : String(error)}`,
    remedy: "Run the failed job again; if it stays, look at https://www.githubstatus.com.",
    cause: error,
  });

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
