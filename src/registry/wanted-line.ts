import { parseExpertKey } from "../definition/expert-name.ts";
import { firstHidden } from "../definition/hidden-text.ts";
import { ExpertStackError } from "../errors.ts";
import { type PublishTag, parsePublishTag } from "./publish-tag.ts";
import { isVersionWord } from "./version-word.ts";

/** A line that somebody wants to have in the index. */
export type WantedLine =
  | {
      readonly type: "publish";
      readonly tag: PublishTag;
      /** What the tag named when it was pushed, or what an owner has read; nothing where one asks for it by name alone. */
      readonly commit?: string;
    }
  | { readonly type: "tag"; readonly name: string; readonly version: string; readonly word: string }
  | {
      readonly type: "status";
      readonly name: string;
      readonly version: string;
      readonly to: "deprecated" | "disabled";
      readonly reason: string;
    };

export const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** @throws ExpertStackError PUBLISH_REFUSED */
export const wantedIndex = (version: string, commit: string): WantedLine => {
  const wanted = { type: "publish", tag: parsePublishTag(version) } as const;
  if (commit === "") return wanted;
  if (commitId.test(commit)) return { ...wanted, commit };
  throw refused(
    `${JSON.stringify(commit)} is no id of a commit`,
    "Give the whole id of the commit that the tag must name, or nothing.",
  );
};

/** @throws ExpertStackError PUBLISH_REFUSED */
export const wantedTag = (version: string, word: string): WantedLine => {
  if (!isVersionWord(word)) {
    throw refused(
      `${JSON.stringify(word)} is no tag of an Expert`,
      "Choose a word such as stable: lower case letters, digits, `_` and `-`; no number, and not latest, which is always the newest release.",
    );
  }
  return { type: "tag", ...exactVersion(version), word };
};

/** @throws ExpertStackError PUBLISH_REFUSED */
export const wantedStatus = (
  version: string,
  action: "deprecate" | "disable",
  reason: string,
): WantedLine => {
  if (reason.trim() === "" || reason.length > 500) {
    throw refused("A status needs a reason of at most 500 characters", "Say in a sentence why it changes.");
  }
  if (firstHidden(reason.trim()) !== undefined || /[\n\t]/.test(reason.trim())) {
    throw refused(
      "The reason has a line break or a character that a reader does not see",
      "Write it in one line, in plain sight: it is shown to whoever uses the version.",
    );
  }
  const to = action === "disable" ? "disabled" : "deprecated";
  return { type: "status", ...exactVersion(version), to, reason: reason.trim() };
};

const exactVersion = (text: string): { readonly name: string; readonly version: string } => {
  const key = parseExpertKey(text);
  if (key?.scope !== undefined && key.request?.type === "exact") {
    return { name: key.name, version: key.request.version };
  }
  throw refused(`${JSON.stringify(text)} is no version of an Expert`, "Write @scope/name@1.2.3.");
};

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PUBLISH_REFUSED", message: `${message}.`, remedy });
