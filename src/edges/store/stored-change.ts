import * as z from "zod/mini";
import type { ChangedFile, WorkspaceChange } from "../../outputs/workspace-change.ts";

/** What a job that plans hands on of its workspace. */
export type PlannedChange = {
  /** The commit that the job began from, by its full id. */
  readonly base: string;
  /** Missing where it may not be published at all: then `reason` says why. */
  readonly change?: WorkspaceChange;
  readonly reason?: string;
};

const id = z.string().check(z.regex(/^[0-9a-f]{40}$/));
const kinds = ["file", "executable", "link", "submodule", "nothing"] as const;

const File = z.strictObject({
  path: z.string(),
  was: z.enum(kinds),
  is: z.enum(kinds),
  content: z.base64(),
});

/** In JSON a file's bytes are base64. */
export const StoredChange = z.strictObject({
  base: id,
  change: z.exactOptional(
    z.strictObject({ baseTree: id, tree: id, files: z.array(File), after: z.array(z.string()) }),
  ),
  reason: z.exactOptional(z.string()),
});
type StoredChange = z.infer<typeof StoredChange>;

export const storeChange = ({ base, change, reason }: PlannedChange): StoredChange => ({
  base,
  ...(reason === undefined ? {} : { reason }),
  ...(change === undefined ? {} : { change: storedParts(change) }),
});

const storedParts = ({
  baseTree,
  tree,
  files,
  after,
}: WorkspaceChange): NonNullable<StoredChange["change"]> => ({
  ...{ baseTree, tree, after: [...after] },
  files: files.map(({ path, was, is, content }) => ({
    ...{ path, was, is },
    content: Buffer.from(content).toString("base64"),
  })),
});

export const loadChange = ({ base, change, reason }: StoredChange): PlannedChange => ({
  base,
  ...(reason === undefined ? {} : { reason }),
  ...(change === undefined ? {} : { change: { base, ...change, files: change.files.map(loadFile) } }),
});

const loadFile = ({ content, ...file }: z.infer<typeof File>): ChangedFile => ({
  ...file,
  content: Buffer.from(content, "base64"),
});
