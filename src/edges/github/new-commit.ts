import { ExpertStackError } from "../../errors.ts";
import type { SanitizedText } from "../../outputs/sanitize.ts";
import type { ChangedFile, FileKind, WorkspaceChange } from "../../outputs/workspace-change.ts";
import { asking, isRateLimit } from "./api-error.ts";
import type { GitHubClient } from "./client.ts";

export type Here = { readonly owner: string; readonly repo: string };

/** One that asks at once, and one that waits where GitHub asks to slow down. */
export type Clients = { readonly quick: GitHubClient; readonly patient: GitHubClient };

type Rest = GitHubClient["rest"];

const soon = async <T>({ quick, patient }: Clients, ask: (rest: Rest) => Promise<T>): Promise<T> => {
  try {
    return await ask(quick.rest);
  } catch (error) {
    if (!isRateLimit(error)) throw error;
    return await ask(patient.rest);
  }
};

export const contentsWrite = "contents: write";

/**
 * A commit on top of the change's base, that no branch points at yet. Author and committer are left to GitHub, which takes
 * the token's identity and signs for it. The tree has to be the one that was counted here, byte for byte.
 *
 * @returns its full id
 */
export const newCommit = async (
  clients: Clients,
  here: Here,
  { change, message }: { readonly change: WorkspaceChange; readonly message: SanitizedText },
): Promise<string> => {
  await refuseOtherTree(clients.patient.rest, here, change);
  const entries: TreeEntry[] = [];
  for (const file of change.files) entries.push(await entryOf(file, { clients, here }));
  const tree = await asking(
    "write the changed files",
    soon(clients, ({ git }) => git.createTree({ ...here, base_tree: change.baseTree, tree: entries })),
    contentsWrite,
  );
  if (tree.data.sha !== change.tree) {
    throw refused(
      `GitHub made another tree of the change (${tree.data.sha}) than the runner (${change.tree}).`,
      "Please report this.",
    );
  }
  const commit = { ...here, message: message.text, tree: change.tree, parents: [change.base] };
  const written = soon(clients, ({ git }) => git.createCommit(commit));
  return (await asking("write the commit", written, contentsWrite)).data.sha;
};

/** The tree of another commit would bring along what nobody has looked at, where another job has read the change. */
const refuseOtherTree = async (
  rest: Rest,
  here: Here,
  { base, baseTree }: WorkspaceChange,
): Promise<void> => {
  const commit = rest.git.getCommit({ ...here, commit_sha: base });
  const { data } = await asking("show the commit that the job began from", commit, "contents: read");
  if (data.tree.sha === baseTree) return;
  throw refused(
    `The change is said to be on top of the tree ${baseTree}, and the commit ${base} has ${data.tree.sha}.`,
    "Ask again.",
  );
};

type TreeEntry = {
  readonly path: string;
  readonly mode: "100644" | "100755" | "120000" | "160000";
  readonly type: "blob";
} & ({ readonly sha: string | null } | { readonly content: string });

const modes: Readonly<Record<FileKind, TreeEntry["mode"]>> = {
  file: "100644",
  executable: "100755",
  link: "120000",
  submodule: "160000",
};

/** Text goes with the tree. What is not text, or empty, is written as a blob first. */
const entryOf = async (
  { path, was, is, content }: ChangedFile,
  { clients, here }: { readonly clients: Clients; readonly here: Here },
): Promise<TreeEntry> => {
  if (is === "nothing") {
    return { path, mode: modes[was === "nothing" ? "file" : was], type: "blob", sha: null };
  }
  const text = textOf(content);
  if (text !== undefined) return { path, mode: modes[is], type: "blob", content: text };
  const blob = { ...here, content: Buffer.from(content).toString("base64"), encoding: "base64" };
  const written = soon(clients, ({ git }) => git.createBlob(blob));
  const { data } = await asking("write a changed file", written, contentsWrite);
  return { path, mode: modes[is], type: "blob", sha: data.sha };
};

const textOf = (content: Uint8Array): string | undefined => {
  const bytes = Buffer.from(content);
  const text = bytes.toString("utf8");
  return text !== "" && !text.includes("\0") && Buffer.from(text, "utf8").equals(bytes) ? text : undefined;
};

export const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "OUTPUT_REFUSED", message, remedy });
