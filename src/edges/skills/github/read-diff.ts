import { visibleText } from "../../../definition/hidden-text.ts";
import type { JsonObject } from "../../../job/message.ts";
import type { Comparison } from "../../../run/github-ports.ts";
import { callArguments } from "../base/call-arguments.ts";
import { toolFailed } from "../base/tool-outcome.ts";
import { linePages } from "./pages.ts";
import type { ReadTool } from "./reading.ts";

const filesAPage = 100;

/** The files that the pull request changes, or the diff of one, by the commits that the job recorded. */
export const readDiff: ReadTool = async ({ comparison, commits }, args) => {
  const { optionalText, optionalNumber } = callArguments(args);
  const page = optionalNumber("page") ?? 1;
  const path = optionalText("path");
  const { files, isComplete } = comparison ?? { files: [], isComplete: true };
  const { head = "", base = "" } = commits;
  if (path === undefined) return { base, head, ...listed(files, page), ...(isComplete ? {} : cutOff) };
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw toolFailed(`The pull request does not change ${JSON.stringify(path)}.`);
  return { ...facts(file), ...patchText(file.patch, page) };
};

const cutOff: JsonObject = { note: "GitHub lists at most 300 files; there may be more." };

type File = Comparison["files"][number];

const facts = ({ path, previousPath, status, additions, deletions }: File): JsonObject => ({
  ...{ path, status, additions, deletions },
  ...(previousPath === undefined ? {} : { previousPath }),
});

const listed = (files: readonly File[], page: number): JsonObject => ({
  files: files.slice((page - 1) * filesAPage, page * filesAPage).map(facts),
  ...(page * filesAPage < files.length ? { nextPage: page + 1 } : {}),
});

const patchText = (patch: string | undefined, page: number): JsonObject => {
  if (patch === undefined) {
    throw toolFailed(
      "GitHub shows no diff of it: it is binary or too large. Read it at `head` and at `base`.",
    );
  }
  const { text, removed } = visibleText(patch);
  const pages = linePages(text.split("\n"));
  return {
    diff: (pages[page - 1] ?? []).join("\n"),
    ...(page < pages.length ? { nextPage: page + 1 } : {}),
    ...(removed === 0 ? {} : { invisibleCharactersRemoved: removed }),
  };
};
