import type { BaseTool } from "./base-tool.ts";
import { createDirectory, deleteFile, moveFile } from "./change-names.ts";
import { deleteDirectory } from "./delete-directory.ts";
import { editTextFile } from "./edit-text-file.ts";
import { exec } from "./exec.ts";
import { getFileInfo } from "./file-info.ts";
import { listDirectory } from "./list-directory.ts";
import { readImageFile, readPdfFile } from "./read-media-file.ts";
import { readTextFile } from "./read-text-file.ts";
import { answer } from "./tool-outcome.ts";
import { appendTextFile, writeTextFile } from "./write-text-file.ts";

const healthCheck: BaseTool = (_args, { workspace, exec: { permission } }) =>
  answer({ status: "ok", workspace: workspace.paths.root, exec: permission });

/** What each tool does, by name. Loaded with the first call: a first request needs only their schemas. */
export const implementations: ReadonlyMap<string, BaseTool> = new Map(
  Object.entries({
    healthCheck,
    exec,
    getFileInfo,
    listDirectory,
    createDirectory,
    deleteFile,
    deleteDirectory,
    moveFile,
    readTextFile,
    readImageFile,
    readPdfFile,
    writeTextFile,
    appendTextFile,
    editTextFile,
  }),
);
