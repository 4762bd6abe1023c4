import { visibleText } from "../../../definition/hidden-text.ts";
import type { JsonObject } from "../../../job/message.ts";
import { callArguments } from "../base/call-arguments.ts";
import { toolFailed } from "../base/tool-outcome.ts";
import { linePages } from "./pages.ts";
import type { GitHubReading, ReadTool } from "./reading.ts";

/** Names of a folder that one answer lists. */
const mostEntries = 300;

/** A file's text, or a folder's names, at a commit. */
export const readFile: ReadTool = async (reading, args, signal) => {
  const { text, optionalText, optionalNumber } = callArguments(args);
  const path = plainPath(text("path"));
  const ref = refOf(reading, optionalText("ref"));
  const { content } = await reading.reader();
  const found = await content({ path, ref }, signal);
  if (found === undefined) throw toolFailed(`There is no ${JSON.stringify(path)} at ${ref}.`);
  switch (found.type) {
    case "folder":
      return { path, ref, ...folder(found.entries, optionalNumber("page") ?? 1) };
    case "other":
      return { path, ref, type: found.what };
    case "file":
      return { path, ref, size: found.size, ...fileText(found.bytes, optionalNumber("page") ?? 1) };
    default:
      return found satisfies never;
  }
};

/**
 * A path goes into an address, where two dots would lead out of the repository.
 *
 * @throws ExpertStackError TOOL_FAILED
 */
const plainPath = (path: string): string => {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (!/[\p{Cc}\\]/u.test(path) && !names.includes("..")) return names.join("/");
  throw toolFailed("The path is no path in a repository.");
};

const refOf = ({ commits }: GitHubReading, ref: string | undefined): string => {
  if (ref === undefined || ref === "head") return commits.head ?? commits.trusted;
  if (ref === "base") return commits.base ?? commits.trusted;
  if (ref === "trusted") return commits.trusted;
  if (Object.values(commits).includes(ref) || !isForeign(ref)) return ref;
  throw toolFailed("A commit may be a fork's: name head, base, trusted, a branch or a tag.");
};

/** GitHub shows a fork's commits, and the heads of pull requests, as if they were of the repository itself. */
const isForeign = (ref: string): boolean =>
  /^[0-9a-f]{4,40}$/i.test(ref) || (/^(?:refs\/|pull\/)/.test(ref) && !/^refs\/(?:heads|tags)\//.test(ref));

const folder = (
  entries: readonly { readonly name: string; readonly type: string; readonly size: number }[],
  page: number,
): JsonObject => {
  const shown = entries.slice((page - 1) * mostEntries, page * mostEntries);
  return {
    entries: shown.map(({ name, type, size }) => ({ name, type, ...(type === "file" ? { size } : {}) })),
    ...(page * mostEntries < entries.length ? { nextPage: page + 1 } : {}),
  };
};

const fileText = (bytes: Uint8Array | undefined, page: number): JsonObject => {
  if (bytes === undefined) throw toolFailed("The file is larger than 1 MB, and is not shown.");
  if (bytes.includes(0)) throw toolFailed("The file is no text.");
  const { text, removed } = visibleText(new TextDecoder().decode(bytes));
  const pages = linePages(text.split("\n"));
  const before = pages.slice(0, page - 1).reduce((sum, { length }) => sum + length, 0);
  return {
    fromLine: before + 1,
    text: (pages[page - 1] ?? []).join("\n"),
    ...(page < pages.length ? { nextPage: page + 1 } : {}),
    ...(removed === 0 ? {} : { invisibleCharactersRemoved: removed }),
  };
};
