import { ExpertStackError } from "../../../errors.ts";
import type { JsonObject } from "../../../job/message.ts";
import type { ToolOutcome } from "../../../run/ports.ts";

/** What a tool answers the model with: JSON text. */
export const answer = (value: JsonObject): ToolOutcome => ({
  contents: [{ type: "text", text: JSON.stringify(value) }],
  isError: false,
});

/** What a tool says it could not do: `{error, message}`, with whatever else is known. */
export const failure = (
  value: { readonly error: string; readonly message: string } & JsonObject,
): ToolOutcome => ({
  ...answer(value),
  isError: true,
});

/** A tool's refusal; `remedy` tells the model what to call instead. */
export const toolFailed = (message: string, remedy = ""): ExpertStackError =>
  new ExpertStackError({ code: "TOOL_FAILED", message, remedy });

/**
 * Turns what a tool threw into its outcome. The text never holds Node's own message, since that names descriptors
 * and absolute paths of the runner.
 *
 * @throws what is neither ours nor the system's: a defect.
 */
export const failureOf = (cause: unknown): ToolOutcome => {
  if (cause instanceof ExpertStackError) {
    return failure({ error: cause.code, message: `${cause.message} ${cause.remedy}`.trim() });
  }
  const code = systemCode(cause);
  if (code === undefined) throw cause;
  return failure({ error: code, message: systemMessages.get(code) ?? `The system refused this (${code}).` });
};

/** The system's name of an error, such as `ENOENT`. */
export const systemCode = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" && "syscall" in cause
    ? cause.code
    : undefined;

const systemMessages: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "There is no such file or directory."],
  ["ENOTDIR", "A part of the path is not a directory."],
  ["EISDIR", "This is a directory."],
  ["EEXIST", "This exists already."],
  ["ENOTEMPTY", "The directory is not empty. Pass recursive: true to delete what is in it."],
  ["EACCES", "Permission denied."],
  ["EPERM", "Permission denied."],
  ["EROFS", "The file system is read-only."],
  ["ENAMETOOLONG", "The name is too long for the file system."],
  ["ELOOP", "The path is a symbolic link, or leads through too many of them."],
  ["EINVAL", "The system does not take these arguments; a directory cannot be moved into itself."],
  ["EXDEV", "Source and destination are on different file systems."],
  ["ENOSPC", "The disk is full."],
]);
